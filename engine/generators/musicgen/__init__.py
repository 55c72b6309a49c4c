"""Meta's MusicGen: audiocraft's models with our decoders."""
