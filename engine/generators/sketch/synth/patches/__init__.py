"""The instruments: a patch for every key of score.INSTRUMENTS."""

from engine.generators.sketch.synth.patches import (
    basses,
    ensembles,
    keys,
    mallets,
    plucked,
    soloists,
    synths,
    textures,
)
from engine.generators.sketch.synth.patches.patch import Key, Patch

__all__ = ["PATCHES", "Key", "Patch"]

PATCHES: dict[str, Patch] = {
    **keys.PATCHES,
    **plucked.PATCHES,
    **mallets.PATCHES,
    **basses.PATCHES,
    **ensembles.PATCHES,
    **soloists.PATCHES,
    **synths.PATCHES,
    **textures.PATCHES,
}
