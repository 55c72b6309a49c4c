"""The score as a standard MIDI file: one track for each part, drums on channel 10."""

from __future__ import annotations

import io

import mido

from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Part, Score
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.theory import MODES, pitch_class

__all__ = ["TICKS", "to_midi"]

TICKS = 480
"""Per quarter note."""

_DRUMS = 9
"""Channel 10, counted from 0."""
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUMS)
_SIGNATURES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_SIGNATURES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


def to_midi(score: Score) -> bytes:
    """The file's bytes, type 1: a track of tempo, metre, key and sections, then the parts."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks.append(_conductor(score))
    channels = iter(_CHANNELS * (len(score.parts) // len(_CHANNELS) + 1))
    for part in score.parts:
        channel = _DRUMS if part.instrument in DRUM_KITS else next(channels)
        file.tracks.append(_track(part, channel))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def _conductor(score: Score) -> mido.MidiTrack:
    beats, unit = (int(number) for number in score.meter.split("/"))
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=STYLES[score.style].title))
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.tempo)))
    track.append(mido.MetaMessage("time_signature", numerator=beats, denominator=unit))
    track.append(mido.MetaMessage("key_signature", key=_signature(score.key)))
    at = 0
    for section in score.sections:
        tick = round(section.start_bar * score.beats_per_bar * TICKS)
        track.append(mido.MetaMessage("marker", text=section.name, time=tick - at))
        at = tick
    end = round(score.seconds * score.tempo / 60 * TICKS)
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - at)))
    return track


def _signature(key: str) -> str:
    """The signature a modal key is written with: that of the major or minor with its notes."""
    tonic, mode = key.split(" ", 1)
    up = {"dorian": 7, "phrygian": 5, "locrian": 10, "lydian": 7, "mixolydian": 5}.get(mode, 0)
    minor = 3 in MODES[mode]
    return (_MINOR_SIGNATURES if minor else _SIGNATURES)[(pitch_class(tonic) + up) % 12]


def _track(part: Part, channel: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=part.name))
    if part.instrument in INSTRUMENTS:
        program = INSTRUMENTS[part.instrument].gm_program
        track.append(mido.Message("program_change", channel=channel, program=program))
    pan = min(127, max(0, round(64 + 63 * part.send.pan)))
    track.append(mido.Message("control_change", channel=channel, control=10, value=pan))
    events: list[tuple[int, int, int, int]] = []  # tick, off before on, pitch, velocity
    for note in part.notes:
        on = round(note.start * TICKS)
        off = max(on + 1, round((note.start + note.duration) * TICKS))
        events.append((on, 1, note.pitch, min(127, max(1, round(note.velocity * 127)))))
        events.append((off, 0, note.pitch, 0))
    at = 0
    for tick, on, pitch, velocity in sorted(events):
        kind = "note_on" if on else "note_off"
        # Unchecked: there are thousands, and all are in range by what is said above.
        event = {"note": pitch, "velocity": velocity, "time": tick - at}
        track.append(mido.Message(kind, skip_checks=True, channel=channel, **event))
        at = tick
    return track
