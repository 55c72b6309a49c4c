"""The words that a prompt may hold, as data: one TOML file for each kind of word."""
