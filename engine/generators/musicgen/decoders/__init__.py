"""The decoders behind ``musicgen.decoder.Decoder``, one file each."""
