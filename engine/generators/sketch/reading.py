"""Reading: from the words of a prompt to a Brief."""

from __future__ import annotations

import re

from engine.generators.sketch.brief import Brief

__all__ = ["read"]


def read(prompt: str) -> Brief:
    """Never fails; what means nothing to us is listed in the prompt's order."""
    text = prompt.lower()
    styles = [
        name
        for name, word in (("lofi", "lo-fi"), ("house", "house"), ("cinematic", "cinematic"))
        if word in text
    ]
    tempo = re.search(r"(\d+(?:\.\d+)?) ?bpm", text)
    key = re.search(r"\b([a-g][#b]?) (major|minor|dorian)\b", text)
    return Brief(
        styles=tuple(styles),
        tempo=float(tempo[1]) if tempo else None,
        tonic=key[1].capitalize() if key else None,
        mode=key[2] if key else None,
    )
