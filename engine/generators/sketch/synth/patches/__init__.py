"""The instruments: a patch for every key of score.INSTRUMENTS."""

from engine.generators.sketch.synth.patches.basses import PATCHES as BASSES
from engine.generators.sketch.synth.patches.ensembles import PATCHES as ENSEMBLES
from engine.generators.sketch.synth.patches.keys import PATCHES as KEYS
from engine.generators.sketch.synth.patches.mallets import PATCHES as MALLETS
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.patches.plucked import PATCHES as PLUCKED
from engine.generators.sketch.synth.patches.soloists import PATCHES as SOLOISTS
from engine.generators.sketch.synth.patches.synths import PATCHES as SYNTHS
from engine.generators.sketch.synth.patches.textures import PATCHES as TEXTURES

__all__ = ["PATCHES", "Key", "Patch"]

PATCHES: dict[str, Patch] = {
    **KEYS,
    **PLUCKED,
    **MALLETS,
    **BASSES,
    **ENSEMBLES,
    **SOLOISTS,
    **SYNTHS,
    **TEXTURES,
}
