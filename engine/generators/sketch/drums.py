"""Drums: grooves that vary, breathe with the energy, and lead from section to section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from engine.generators.sketch.rhythm import METERS, decide, strokes
from engine.generators.sketch.score import Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.styles.model import Groove, Player

__all__ = ["VOICES", "ticking", "write_drums"]

VOICES: dict[str, int] = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "low_tom": 41,
    "hat": 42,
    "pedal": 44,
    "mid_tom": 45,
    "open": 46,
    "high_tom": 48,
    "crash": 49,
    "ride": 51,
    "bell": 53,
    "tambourine": 54,
    "cowbell": 56,
    "high_bongo": 60,
    "low_bongo": 61,
    "mute_conga": 62,
    "high_conga": 63,
    "low_conga": 64,
    "high_timbale": 65,
    "low_timbale": 66,
    "high_agogo": 67,
    "low_agogo": 68,
    "cabasa": 69,
    "maracas": 70,
    "guiro": 73,
    "clave": 75,
    "block": 76,
    "triangle": 81,
    "shaker": 82,
}
"""Names of the grooves to the General MIDI percussion map."""

_LOUD = {"X": 0.95, "x": 0.78, "o": 0.55, "g": 0.3, "?": 0.45, "r": 0.6}
_TICKING = frozenset({"hat", "ride", "shaker", "maracas", "cabasa", "tambourine"})
_WEIGHED = _TICKING | {"open"}
"""Voices whose strokes off the beat are the softer ones, however they are written."""
_STEP = 0.25


def write_drums(song: Song, player: Player, active: Sequence[Section]) -> list[Hit]:
    """The whole drum part; the first groove for quieter sections, the second for louder."""
    random = song.random(player.role)
    grooves = list(player.grooves or song.style.grooves)
    chosen = sorted(random.sample(range(len(grooves)), min(2, len(grooves))))
    quiet, loud = (_personal(grooves[i], song, random) for i in (chosen[0], chosen[-1]))
    hits: list[Hit] = []
    for section in active:
        groove = loud if section.energy >= 0.75 else quiet
        last = section is song.sections[-1]
        leads = player.role == "drums" and (song.loop or not last)
        if section.name == "build" and player.role == "drums":
            hits.extend(_build(song, section))
        else:
            hits.extend(_section(song, groove, section, random, leads=leads))
        if (
            player.role == "drums"
            and song.style.crash
            and section.energy >= 0.7
            and section.start_bar > 0
        ):
            hits.append(Hit(section.start_bar * song.meter.bar, 2.0, VOICES["crash"], 0.7))
    return [hit._replace(velocity=hit.velocity * player.velocity / 0.75) for hit in hits]


def ticking(used: Iterable[int]) -> int:
    """What a drummer ticks with: what it uses most of its ticking voices, else the closed hat."""
    counts = Counter(pitch for pitch in used if pitch in {VOICES[name] for name in _TICKING})
    return max(counts, key=lambda pitch: (counts[pitch], pitch), default=VOICES["hat"])


def _personal(groove: Groove, song: Song, random: Random) -> Groove:
    """A drummer's own habits on a groove: a kick more, ghost notes, where the hat opens."""
    voices = {name: decide(steps, "..oxx", random) for name, steps in groove.voices.items()}
    for name, sign, chance in (("kick", "o", 0.5), ("snare", "g", 0.5), ("hat", "o", 0.3)):
        if name in voices and random.random() < chance:
            voices[name] = _sprinkle(voices[name], sign, random)
    if "hat" in voices and "open" not in voices and song.style.crash and random.random() < 0.4:
        bars = [list("." * len(bar)) for bar in voices["hat"].split("|")]
        step = len(bars[-1]) - max(1, len(bars[-1]) // 8)
        bars[-1][step] = "o"
        voices["open"] = "|".join("".join(bar) for bar in bars)
    light = groove.light
    if "open" in voices and "pedal" not in voices:
        pedal = _foot(voices, len(METERS[song.style.meters[0]].pulses))
        if pedal:
            voices["pedal"] = pedal
            light = light | {"pedal"} if "open" in light else light
    return Groove(voices, light)


def _foot(voices: dict[str, str], beats: int) -> str:
    """The foot closes a hat that was left open, on the next beat; empty where it need not."""
    bars = voices["open"].split("|")
    closing = [list("." * len(bar)) for bar in bars]
    for i, bar in enumerate(bars):
        step = len(bar) // beats
        for place, sign in enumerate(bar):
            goal = (place // step + 1) * step
            if sign != "." and place % step and goal < len(bar):
                closing[i][goal] = "x"
    return "|".join("".join(bar) for bar in closing) if any("x" in bar for bar in closing) else ""


def _sprinkle(pattern: str, sign: str, random: Random) -> str:
    """Put one soft stroke in a free place off the beat, in the last bar of two."""
    bars = pattern.split("|")
    if len(bars) == 1:
        bars = bars * 2
    steps = list(bars[-1])
    beat = max(2, len(steps) // 4)
    free = [i for i, step in enumerate(steps) if step == "." and i % beat]
    if free:
        steps[random.choice(free)] = sign
    bars[-1] = "".join(steps)
    return "|".join(bars)


def _section(
    song: Song, groove: Groove, section: Section, random: Random, *, leads: bool
) -> Iterator[Hit]:
    """A section's bars; the last makes a fill where something follows."""
    native = METERS[song.style.meters[0]]
    bars = song.bars_of(section)
    playing = _voices(groove, section)
    for bar in bars:
        start = bar * song.meter.bar
        end = start + song.meter.bar
        fill: list[Hit] = []
        if leads and bar == bars[-1] and section.energy >= 0.3 and len(bars) > 1:
            fill = _fill(song, start, random)
            end = min((hit.start for hit in fill), default=end)
            if song.style.fill == "drop":
                end = start + song.meter.bar - song.meter.pulses[-1]
        for name in playing:
            bars_of = strokes(groove.voices[name], native, song.meter)
            for stroke in bars_of[(bar - section.start_bar) % len(bars_of)]:
                if stroke.sign == "?" and random.random() > 0.35:
                    continue
                at = start + stroke.at
                if at > end - 1e-6:
                    continue
                loud = _LOUD[stroke.sign] * (0.82 + 0.2 * section.energy)
                if name in _WEIGHED:
                    loud *= song.meter.weight(stroke.at)
                if stroke.sign == "r":
                    third = stroke.length / 3
                    for i in range(3):
                        yield Hit(at + i * third, third, VOICES[name], loud * (0.7 + 0.15 * i))
                else:
                    yield Hit(at, stroke.length, VOICES[name], min(1.0, loud))
        yield from fill


def _voices(groove: Groove, section: Section) -> list[str]:
    """Which voices play: few in quiet sections."""
    names = list(groove.voices)
    if section.energy >= 0.5 and section.name not in ("intro", "break"):
        return names
    light = groove.light or frozenset(names)
    return [name for name in names if name in light]


def _fill(song: Song, start: float, random: Random) -> list[Hit]:
    """The end of the bar, played as a lead into the next section; the foot keeps the beat."""
    bar = song.meter.bar
    kind = song.style.fill
    if kind in ("none", "drop"):
        return []
    length = random.choice([1.0, 1.0, 2.0]) if bar >= 3 else 1.0
    steps = round(length / _STEP)
    begin = start + bar - length
    foot = [Hit(begin + beat, 1.0, VOICES["kick"], 0.8) for beat in range(int(length))]
    if kind == "roll":
        return foot + [
            Hit(begin + i * _STEP, _STEP, VOICES["snare"], (0.4 + 0.5 * i / steps) * _accent(i))
            for i in range(steps)
        ]
    drums = {
        "snare": ("snare", "snare", "snare", "snare"),
        "toms": ("snare", "high_tom", "mid_tom", "low_tom"),
        "latin": ("high_timbale", "high_timbale", "low_timbale", "low_timbale"),
    }[kind]
    shape = random.choice(["x.xx", "xxxx", "xx.x", ".xxx", "x.x."]) * (steps // 4 or 1)
    return foot + [
        Hit(
            begin + i * _STEP,
            _STEP,
            VOICES[drums[min(3, i * 4 // steps)]],
            (0.5 + 0.4 * i / steps + random.uniform(-0.05, 0.05)) * _accent(i),
        )
        for i, sign in enumerate(shape[:steps])
        if sign == "x"
    ]


def _accent(step: int) -> float:
    """Even a roll lets the beat be heard."""
    return 1.1 if step % round(1 / _STEP) == 0 else 0.85


def _build(song: Song, section: Section) -> Iterator[Hit]:
    """A rising roll: quarters, eighths, sixteenths, and a breath before what follows.

    When it quickens, and what its eighths look like, is the seed's choice.
    """
    random = song.random(f"build/{section.start_bar}")
    quick, rush = random.choice(((0.25, 0.75), (0.5, 0.75), (0.5, 0.9), (0.75, 0.9)))
    figure = random.choice(((0.5,), (0.5, 0.25, 0.25), (0.25, 0.25, 0.5), (0.75, 0.25)))
    bars = song.bars_of(section)
    if not bars:
        return
    start, end = bars[0] * song.meter.bar, (bars[-1] + 1) * song.meter.bar
    breath = end - song.meter.pulses[-1]
    at, struck = start, 0
    while at < breath - 1e-6:
        done = (at - start) / (end - start)
        step = 1.0 if done < quick else figure[struck % len(figure)]
        struck += done >= quick
        step = step if done < rush else _STEP
        loud = (0.35 + 0.55 * done) * _accent(round(at / _STEP))
        yield Hit(at, step, VOICES["snare"], min(1.0, loud))
        if done < rush and abs(at - round(at)) < 1e-6:
            yield Hit(at, 1.0, VOICES["kick"], 0.75)
        at += step
