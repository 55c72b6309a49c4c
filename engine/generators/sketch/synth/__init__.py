"""The synthesiser: a Score in, samples out.

    rendering   the steps from score to samples: voices, mix, fold, bus, level
     ├─ mixer       strips, sends, room and echo, block by block
     │   ├─ timeline    a part's notes as events in frames
     │   ├─ bank        each voice rendered once: patches/ (instruments), drums/ (kits)
     │   ├─ strip       one part: notes, drive, filters, chorus, place, ducking
     │   ├─ effects     what goes on from block to block: chorus, echo, tape, crusher, duck
     │   └─ reverb      rooms by convolution
     ├─ tone        listens to the mix and sets the bus equaliser
     ├─ bus         equaliser, width, glue, tape, crusher
     ├─ ends        fades, or a loop's tail on its start
     └─ mastering   loudness target and true-peak limiter

Sound sources: modal (struck and plucked), wavetable (anything periodic), padsynth (ensembles).
Filters: recursion (long signals, as matrix products), dsp (their designs, and what all share).
"""

from engine.generators.sketch.synth.dsp import SAMPLE_RATE
from engine.generators.sketch.synth.rendering import Rendering

__all__ = ["SAMPLE_RATE", "Rendering"]
