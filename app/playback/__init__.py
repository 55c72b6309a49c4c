"""Playback below the Qt line: a file, a deck that decides what is heard next, and outputs."""
