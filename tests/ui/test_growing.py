"""A take is heard while it grows: what plays follows as more arrives, and becomes the take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from pytestqt.qtbot import QtBot

from app.player import State
from engine.jobs import Take
from tests.fakes import FakeEngine
from tests.ui.hands import generate
from ui.main_window import MainWindow

RATE = 8_000


def grow(path: Path, seconds: float) -> Path:
    """Written anew and put in place whole, as the host does."""
    samples = np.sin(np.arange(round(seconds * RATE)) / 7).astype(np.float32)
    part = path.with_suffix(".part.wav")
    soundfile.write(part, samples, RATE)
    part.replace(path)
    return path


def test_a_growing_row_is_played_and_followed(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, tmp_path: Path
) -> None:
    player, preview = window._player, tmp_path / "preview.wav"
    window.compose.length.set_seconds(2)
    id_ = generate(qtbot, window, fake, "slow tide")
    fake.begin(id_)
    fake.progress(id_, 0.2, eta=4, preview=grow(preview, 0.3))
    qtbot.waitUntil(lambda: window.queue.model.second_line(fake.queue.by_id[id_]) != "")
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(id_) == fake.queue.by_id[id_])
    window.queue.reveal(id_)
    window.queue.intents.play(fake.queue.by_id[id_])
    qtbot.waitUntil(lambda: player.snapshot.state is State.WAITING)  # at the end of what there is
    assert window.queue.view._rows.playing.on
    assert player.duration == 2.0
    heard = player.position
    assert heard < 0.4

    fake.progress(id_, 0.6, eta=2, preview=grow(preview, 0.9))
    qtbot.waitUntil(lambda: player.position > 0.5)  # on by itself
    shown = window.player_bar._waveform._picture
    qtbot.waitUntil(lambda: shown.peaks is not None and shown.peaks.frames == 0.9 * RATE)
    assert window.queue.view._rows.playing.share < 0.5  # of what it will be
    assert not window.player_bar.branch.isEnabled()  # there is no take yet to go on from

    done = grow(tmp_path / "take.wav", 2.0)
    fake.complete(id_, Take(done, 2.0, RATE, 1, "0" * 64))
    preview.unlink()
    qtbot.waitUntil(lambda: player.track is not None and player.track.path == done)
    qtbot.waitUntil(lambda: player.snapshot.state is State.ENDED)
    assert player.position == 2.0
    assert window.player_bar.branch.isEnabled()
