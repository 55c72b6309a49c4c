"""Scores are whole, in range, as asked, and the same for the same seed."""

import hashlib
import io
import itertools
import os
import subprocess
import sys
from collections import Counter

import mido
import pytest

from engine.generators.sketch.compose import compose
from engine.generators.sketch.drums import VOICES
from engine.generators.sketch.midi import TICKS, to_midi
from engine.generators.sketch.rhythm import METERS
from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Part, Score
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.styles.model import Style
from engine.generators.sketch.theory import MODES, Key, parse_chord, pitch_class
from engine.generators.sketch.vocabulary import vocabulary
from engine.request import Request

WORDS = {
    meaning.value: " ".join(phrase)
    for phrase, meanings in reversed(vocabulary().items())
    for meaning in meanings
    if meaning.kind == "style"
}
"""A word for each style."""


def score_of(prompt: str, duration: float = 24, seed: int = 1, *, loop: bool = False) -> Score:
    return compose(Request(prompt=prompt, duration=duration, seed=seed, loop=loop)).score


def parts(score: Score, role: str) -> list[Part]:
    return [part for part in score.parts if part.role == role]


def test_every_style_has_a_word() -> None:
    assert set(WORDS) == set(STYLES)
    assert len(STYLES) >= 24


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_the_data_of_a_style_can_be_read(style: Style) -> None:
    beats = len(METERS[style.meters[0]].pulses)
    signs = {"drums": "Xxog?r", "bass": "1854372ag", "chords": "Xxoutbf123456789"}
    written = [("cells", cell, "x") for cell in style.tune.cells]
    grooves = (*style.grooves, *(groove for player in style.players for groove in player.grooves))
    for groove in grooves:
        assert set(groove.voices) <= set(VOICES)
        assert groove.light <= set(groove.voices)
        written += [("drums", steps, signs["drums"]) for steps in groove.voices.values()]
    for player in style.players:
        assert set(player.instruments) <= {*INSTRUMENTS, *DRUM_KITS}
        if player.writer in ("bass", "chords"):
            written += [(player.writer, steps, signs[player.writer]) for steps in player.figures]
    for kind, pattern, allowed in written:
        for bar in pattern.split("|"):
            assert set(bar) <= set(allowed + ".-*"), (kind, pattern)
            assert len(bar) % beats == 0, (kind, pattern)
    for family, pool in (("minor", style.minor), ("major", style.major)):
        for progression in (*pool, style.cadence[family]):
            for token in progression.replace("|", " ").split():
                parse_chord(token, Key("C", family), style.colour)


LENGTHS = (1, 2.5, 9, 24, 150)
WHOLE = [
    pytest.param(name, duration, (row + column) % 2 == 1, id=f"{name}-{duration}")
    for row, name in enumerate(STYLES)
    for column, duration in enumerate(LENGTHS)
]
"""Each style in each length; each style, and each length, as a piece and as a loop."""


@pytest.mark.parametrize(("name", "duration", "loop"), WHOLE)
def test_scores_are_whole(name: str, duration: float, loop: bool) -> None:
    score = score_of(WORDS[name], duration, seed=7, loop=loop)
    assert score.style == name
    beats = score.seconds * score.tempo / 60
    if loop:
        bars = beats / score.beats_per_bar
        assert bars == pytest.approx(round(bars), abs=1e-9)
        assert score.fade_out == 0
    else:
        assert score.seconds == duration
    ends = [0, *itertools.accumulate(section.bars for section in score.sections)]
    assert [section.start_bar for section in score.sections] == ends[:-1]
    ring = 1.1 * score.tempo / 60  # the last chord may ring on
    assert ends[-1] * score.beats_per_bar >= beats - ring
    assert len({part.name for part in score.parts}) == len(score.parts) > 0
    for part in score.parts:
        starts = [note.start for note in part.notes]
        assert starts == sorted(starts)
        assert part.notes
        span = INSTRUMENTS.get(part.instrument)
        for note in part.notes:
            assert note.start >= 0
            assert note.start + note.duration <= beats + 1e-6
            assert 0 < note.velocity <= 1
            if span is None:
                assert note.pitch in VOICES.values()
            elif part.role != "texture":
                assert span.low <= note.pitch <= span.high, (part.name, note)


def test_the_same_seed_gives_the_same_score_in_another_process() -> None:
    """Also: composing imports neither librosa nor scipy."""
    program = (
        "import hashlib, sys\n"
        "from engine.generators.sketch.compose import compose\n"
        "from engine.request import Request\n"
        "score = compose(Request(prompt='jazzy lo-fi', duration=30, seed=5)).score\n"
        "assert not {'librosa', 'scipy', 'PySide6'} & set(sys.modules)\n"
        "print(hashlib.sha256(repr(score).encode()).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"},  # this process has another one
        capture_output=True,
        text=True,
        check=True,
    )
    here = compose(Request(prompt="jazzy lo-fi", duration=30, seed=5)).score
    assert there.stdout.strip() == hashlib.sha256(repr(here).encode()).hexdigest()


@pytest.mark.parametrize("prompt", ["lo-fi hip hop", "rock", "jazz", "techno", "gamelan"])
def test_seeds_differ(prompt: str) -> None:
    scores = [score_of(prompt, seed=seed) for seed in range(10)]

    def kinds(*roles: str) -> int:
        """How many different parts there are among the ten, on the grid and without the key."""
        return len({_pattern(score, roles) for score in scores})

    assert kinds("melody") >= 9
    assert kinds("drums", "percussion") >= 7
    assert kinds("bass") >= 7
    assert len({tuple(part.instrument for part in score.parts) for score in scores}) >= 3
    assert len({score.key for score in scores}) >= 5


def _pattern(score: Score, roles: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    tonic = pitch_class(score.key.split()[0])
    return tuple(
        (round(note.start * 4), (note.pitch - tonic) % 12)
        for part in score.parts
        if part.role in roles
        for note in part.notes
        if note.start < 64
    )


@pytest.mark.parametrize("name", STYLES)
def test_the_key_is_plain_in_the_notes(name: str) -> None:
    """Most of what sounds is in the scale, the tonic leads the bass and closes the piece."""
    score = score_of(f"{WORDS[name]} in D minor", seed=3)
    assert score.key == "D minor"
    weights: Counter[int] = Counter()
    for part in score.parts:
        if part.role != "texture" and part.instrument in INSTRUMENTS:
            for note in part.notes:
                weights[(note.pitch - 2) % 12] += note.duration * note.velocity
    # The leading note belongs to minor as well.
    inside = sum(weights[step] for step in (*MODES["minor"], 11)) / weights.total()
    assert inside > 0.85
    assert max(weights, key=lambda step: weights[step]) in (0, 7)
    if score.fade_out == 0:
        low = [n for part in score.parts if part.role in ("bass", "chords") for n in part.notes]
        final = max(int(note.start + 0.2) for note in low)
        assert min(n.pitch for n in low if int(n.start + 0.2) == final) % 12 == 2


def test_chords_lead_into_one_another() -> None:
    """From chord to chord, a voice moves by less than a third on average."""
    for seed in range(5):
        part = parts(score_of("cinematic strings", 60, seed), "chords")[0]
        chords = [
            sorted(note.pitch for note in group)
            for _, group in itertools.groupby(part.notes, key=lambda note: round(note.start))
        ]
        moves = [
            abs(high - low)
            for one, other in itertools.pairwise(chords)
            if len(one) == len(other)
            for low, high in zip(one, other, strict=True)
        ]
        assert sum(moves) / len(moves) < 3.5


def test_melodies_come_back() -> None:
    """A verse is made of few motifs: its commonest bar is heard in a third of its bars."""
    shares = []
    for seed in range(8):
        score = score_of("pop 120 bpm", 120, seed)
        verses = [section for section in score.sections if section.name == "verse"]
        places = {bar for verse in verses for bar in range(verse.start_bar, verse.start_bar + 8)}
        bars: dict[int, list[int]] = {}
        for note in parts(score, "melody")[0].notes:
            place = round(note.start * 4)
            if place // 16 in places:
                bars.setdefault(place // 16, []).append(place % 16)
        rhythms = Counter(tuple(rhythm) for rhythm in bars.values())
        shares.append(rhythms.most_common(1)[0][1] / rhythms.total())
    assert sum(shares) / len(shares) > 0.33, shares


@pytest.mark.parametrize("name", ["techno", "dnb", "lofi", "reggae", "rock"])
def test_somebody_always_keeps_the_beat(name: str) -> None:
    """Also in breaks and intros that the drums leave out: then the drummer ticks."""
    for seed in range(6):
        score = score_of(f"{WORDS[name]} 4/4", 60, seed)
        struck = {
            round(note.start)
            for part in score.parts
            if part.role != "texture"
            for note in part.notes
            if abs(note.start - round(note.start)) < 0.1
        }
        for section in score.sections:
            first = 4 * section.start_bar
            beats = set(
                range(first, min(first + 4 * section.bars, int(score.seconds * score.tempo / 60)))
            )
            assert len(beats & struck) >= 0.75 * len(beats), (seed, section)


def test_an_open_hat_is_closed_on_the_beat() -> None:
    """By hand or by foot, also in grooves without a closed hat; before a break it may ring."""
    openings = 0
    for seed in range(12):
        (drums,) = parts(score_of("house 124 bpm", 30, seed), "drums")
        shut = {
            round(note.start, 1)
            for note in drums.notes
            if note.pitch in (VOICES["hat"], VOICES["pedal"])
        }
        beats = [
            round(note.start + 0.5)
            for note in drums.notes
            if note.pitch == VOICES["open"] and 0.4 < note.start % 1 < 0.6
        ]
        openings += len(beats)
        assert sum(beat in shut for beat in beats) >= 0.6 * len(beats), seed
    assert openings > 100


def test_the_foot_keeps_the_beat_under_a_fill() -> None:
    """Wherever the snare or a tom runs in sixteenths, the beat still has its kick."""
    runs = 0
    for seed in range(6):
        (drums,) = parts(score_of("rock 120 bpm", 60, seed), "drums")
        kicks = {round(note.start) for note in drums.notes if note.pitch == VOICES["kick"]}
        hands = Counter(
            int(note.start + 0.1)
            for note in drums.notes
            if note.pitch in {VOICES[name] for name in ("snare", "high_tom", "mid_tom", "low_tom")}
        )
        for beat in (beat for beat, strokes in hands.items() if strokes >= 3):
            runs += 1
            assert beat in kicks, (seed, beat)
    assert runs > 10


def test_swing_delays_the_off_beat() -> None:
    swung = _offbeats(score_of("jazz 120 bpm", seed=2))
    straight = _offbeats(score_of("disco 120 bpm", seed=2))
    assert 0.6 < swung < 0.7
    assert 0.48 < straight < 0.52


def _offbeats(score: Score) -> float:
    """Where the eighths between two beats fall in the drums, 0.5 being straight."""
    places = [note.start % 1 for part in parts(score, "drums") for note in part.notes]
    middle = sorted(place for place in places if 0.4 < place < 0.72)
    return middle[len(middle) // 2]


@pytest.mark.parametrize(
    ("prompt", "absent"),
    [
        ("house without drums", ("drums", "percussion")),
        ("dangdut tanpa drum", ("drums", "percussion")),
        ("lo-fi, no bass", ("bass",)),
        ("pop no melody", ("melody",)),
    ],
)
def test_what_was_not_wanted_does_not_play(prompt: str, absent: tuple[str, ...]) -> None:
    for seed in range(5):
        score = score_of(prompt, seed=seed)
        assert not {part.role for part in score.parts} & set(absent)


@pytest.mark.parametrize("instrument", [name for name in INSTRUMENTS if name != "riser"])
def test_every_instrument_plays_when_it_is_asked_for(instrument: str) -> None:
    phrases = [
        " ".join(phrase)
        for phrase, meanings in vocabulary().items()
        for meaning in meanings
        if meaning.kind == "instrument" and meaning.value.get("as") == [instrument]
    ]
    assert phrases
    for style in ("reggae", "techno"):
        score = score_of(f"{style} with {phrases[0]}", seed=4)
        assert instrument in {part.instrument for part in score.parts}


def test_solo_means_alone_with_both_hands() -> None:
    score = score_of("solo piano, sad", seed=2)
    assert {part.instrument for part in score.parts} <= {"piano", "felt_piano"}
    assert {"chords", "melody"} <= {part.role for part in score.parts}


def test_drums_come_to_a_style_that_has_none() -> None:
    assert parts(score_of("waltz with drums"), "drums")


@pytest.mark.parametrize(
    ("prompt", "quarters", "counted", "beats"),
    [
        ("folk 6/8 60 bpm", 90, 60, 2),
        ("rock 7/8 120 bpm", 120, 120, None),  # its beats are not alike
        ("drum and bass 87 bpm", 174, 87, 4),
        ("waltz 150 bpm", 150, 150, 3),
    ],
)
def test_a_stated_tempo_is_kept_as_it_is_counted(
    prompt: str, quarters: float, counted: float, beats: int | None
) -> None:
    made = compose(Request(prompt=prompt, duration=20, seed=1))
    assert made.score.tempo == quarters
    assert made.tempo == counted
    assert made.beats_per_bar == beats


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("name", ["rock", "waltz", "lofi", "jazz"])
def test_any_style_plays_in_any_metre(name: str, meter: str) -> None:
    score = score_of(f"{name} {meter}", 30, seed=1)
    assert score.meter == meter
    assert score.beats_per_bar == METERS[meter].bar
    assert len(score.parts) >= 3


def test_the_midi_file_holds_the_score() -> None:
    score = score_of("bossa nova in Bb major, 3/4, 120 bpm", 20)
    file = mido.MidiFile(file=io.BytesIO(to_midi(score)))
    conductor, *tracks = file.tracks
    found = {message.type: message for message in conductor}
    assert mido.tempo2bpm(found["set_tempo"].tempo) == pytest.approx(120)
    assert (found["time_signature"].numerator, found["time_signature"].denominator) == (3, 4)
    assert found["key_signature"].key == "Bb"
    assert [track.name for track in tracks] == [part.name for part in score.parts]
    for track, part in zip(tracks, score.parts, strict=True):
        notes = [message for message in track if message.type == "note_on"]
        assert len(notes) == len(part.notes)
        assert {message.channel == 9 for message in notes} == {part.instrument in DRUM_KITS}
        sounding = list(itertools.accumulate(message.time for message in track))[-1]
        assert sounding <= score.seconds * score.tempo / 60 * TICKS + 1


@pytest.mark.parametrize(
    ("prompt", "signature"), [("D dorian", "Am"), ("F lydian", "C"), ("Eb minor", "Ebm")]
)
def test_modes_are_written_with_the_signature_of_their_notes(prompt: str, signature: str) -> None:
    file = mido.MidiFile(file=io.BytesIO(to_midi(score_of(f"folk {prompt}"))))
    keys = [message.key for message in file.tracks[0] if message.type == "key_signature"]
    assert keys == [signature]
