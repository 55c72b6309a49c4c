"""Every state of the window as a picture: ``python -m tests.ui.screenshots FOLDER [NAME ...]``.

Offscreen unless QT_QPA_PLATFORM says otherwise; ``QT_SCALE_FACTOR=2`` gives the same at 200 %.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import soundfile
from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.notices import Action, Level, Notice
from app.paths import Paths
from app.playback.output import OutputDevice, SilentOutput
from app.player import Player, Track
from app.servers import Servers
from app.settings import KnownServer, SettingsFile
from app.studio import Studio
from engine.errors import ServerClosed
from engine.generators.sketch.generator import LICENCE
from engine.jobs import Choice, Failure, Job, Status, Step, Take, utc_now
from engine.places import PlaceState, PlaceStatus, Server, ServerModel
from engine.request import Request
from engine.status import EngineState
from tests.fakes import FakeEngine
from ui.compose.models import SKETCH, ModelOption
from ui.main_window import MainWindow
from ui.servers.dialog import ServersDialog
from ui.shared.theme import Appearance, Theme
from ui.shared.translation import install_language

RATE = 22_050
SETTLE = 1_000  # milliseconds for peaks to be loaded and everything to be laid out

ROWS = (
    ("Trap beat with 808s", "trap beat with 808s, tight hats, dark bells", 84, "C minor", 5, 16),
    ("Calm piano melody, rain outside", "calm piano melody, rain outside", 70, "E minor", 3, 20),
    ("Melancholic lo-fi in D minor", "melancholic lo-fi hip hop, 84 bpm", 84, "D minor", 4, 30),
    ("Synthwave at night", "synthwave at night, 104 bpm", 104, "F♯ minor", 0, 30),
    ("Liquid drum and bass", "liquid drum and bass, 174 bpm", 174, "D minor", 2, 72),
    ("Gamelan and rain", "gamelan, slow, rain, 60 bpm", 60, "A minor", 5, 24),
    ("Bright bossa nova", "bright bossa nova guitar, 120 bpm", 120, "G major", 0, 45),
)


class Unheard(SilentOutput):
    """A sound device that nobody hears."""

    silent = False


class UnheardOutputs:
    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        return []

    def make(self, device_id: str | None) -> Unheard:
        return Unheard()


@dataclass
class Scene:
    app: QApplication
    theme: Theme
    fake: FakeEngine
    studio: Studio
    player: Player
    window: MainWindow
    folder: Path

    def settle(self, milliseconds: int = SETTLE) -> None:
        timer = QElapsedTimer()
        timer.start()
        while timer.elapsed() < milliseconds:
            self.app.processEvents()


def sound(folder: Path, name: str, seconds: float, seed: int) -> Path:
    """A file with a shape worth looking at."""
    path = folder / f"{name}.wav"
    if not path.exists():
        random = np.random.default_rng(seed)
        frames = int(seconds * RATE)
        time = np.arange(frames) / RATE
        beat = np.exp(-4 * ((time * (1.2 + seed % 5 * 0.3)) % 1))
        swell = np.interp(time, np.linspace(0, seconds, 9), random.uniform(0.25, 0.95, 9))
        noise = random.uniform(-1, 1, frames)
        soundfile.write(path, (noise * swell * (0.35 + 0.6 * beat)).astype(np.float32), RATE)
    return path


def finished(folder: Path, index: int) -> Job:
    name, prompt, tempo, key, stars, seconds = ROWS[index % len(ROWS)]
    take = Take(
        path=sound(folder, f"take{index % len(ROWS)}", seconds, index % len(ROWS)),
        duration=seconds,
        sample_rate=RATE,
        channels=1,
        sha256="0" * 64,
        tempo=float(tempo),
        beats_per_bar=4,
        key=key,
        loudness=-14.1,
        true_peak=-1.2,
        made_by="sketch 1",
        licence=LICENCE,
        stars=stars,
        tags=("drums", "dark") if index == 0 else (),
    )
    now = utc_now() - timedelta(seconds=index)
    return Job(
        f"gen_{index:016x}",
        Request(prompt=prompt, duration=seconds, seed=4127 + index),
        name if index < len(ROWS) else f"{name} {index}",
        Status.COMPLETED,
        Step.COMPLETED,
        now,
        position=float(index),
        progress=1.0,
        take=take,
        finished_at=now,
    )


def busy_jobs(folder: Path) -> list[Job]:
    jobs = [finished(folder, index) for index in range(len(ROWS))]

    def job(number: int, name: str, seconds: float = 16, **fields: object) -> Job:
        request = Request(prompt=name.lower(), duration=seconds, seed=number)
        base = Job(
            f"gen_b{number}", request, name, Status.PENDING, Step.QUEUED, utc_now(), position=number
        )
        return base.with_(**fields)

    preview = sound(folder, "preview", 7.7, 9)
    running: Any = {"status": Status.PROCESSING, "step": Step.GENERATING, "started_at": utc_now()}
    no_memory = Failure("out_of_memory", "Out of memory.", "Try a shorter length.", "MemoryError")
    return [
        *jobs,
        job(1, "Lo-fi hip hop, dusty, late night", progress=0.48, eta_seconds=11.0,
            preview=preview, **running),
        job(2, "Upbeat dance, bright synths", progress=0.22, eta_seconds=26.0, **running),
        job(3, "Bossa nova guitar, 120 bpm", 24),
        job(4, "Waltz for two clarinets", 30),
        job(5, "Brass fanfare for a small town", status=Status.FAILED, step=Step.FAILED,
            error=no_memory, finished_at=utc_now()),
    ]  # fmt: skip


@contextmanager
def scene(
    jobs: Callable[[Path], list[Job]], folder: Path, appearance: str = "dark", language: str = "en"
) -> Iterator[Scene]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    install_language(app, language)
    home = Path(tempfile.mkdtemp(dir=folder))
    os.environ["DGX_MUSIC_HOME"] = str(home)
    fake = FakeEngine(jobs(folder))
    studio = Studio(fake)
    player = Player(UnheardOutputs())
    theme = Theme(app, Appearance(appearance))
    kept = SettingsFile(home / "config")
    with theme.building():
        window = MainWindow(studio, player, theme, kept, Paths.find(), Servers(fake, kept))
    made = Scene(app, theme, fake, studio, player, window, folder)
    fake.set_status(state=EngineState.WORKING if fake.queue.waiting() else EngineState.READY)
    window.resize(1440, 900)
    window.show()
    window.begin()
    studio.load()
    made.settle()
    yield made
    window.close()
    player.close()
    window.deleteLater()
    made.settle(50)


def save(widget: QWidget, path: Path) -> None:
    """Painted onto an opaque image, as on a screen: text is smoothed as it is there."""
    ratio = widget.devicePixelRatioF()
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("black"))
    widget.render(image)
    image.save(str(path))
    print(path)


def empty(scene: Scene) -> QWidget:
    return scene.window


def busy(scene: Scene) -> QWidget:
    scene.window.compose.set_speed(0.6)
    scene.window.compose.fill_prompt("late-night lo-fi, dusty drums, warm Rhodes, {vinyl|rain}")
    scene.window.compose.takes.setValue(2)
    scene.player.load(Track.of(finished(scene.folder, 0)), at=6.4)
    scene.window.queue.reveal("gen_" + "0" * 16)
    scene.window.notices.tell(
        Notice(
            "dgx01 is busy. Two jobs go on by themselves in 0:18.",
            Level.CAUTION,
            actions=(Action("here", "Run here"), Action("retry", "Retry now")),
            key="busy",
        )
    )
    scene.settle()
    return scene.window


def error(scene: Scene) -> QWidget:
    scene.fake.notify(
        Failure(
            "disk_full",
            "There is no room for more takes on this disk.",
            "Free some space, then retry.",
            "OSError: [Errno 28] No space left on device",
        )
    )
    scene.fake.set_status(state=EngineState.RESTARTING, free_bytes=300_000_000)
    scene.window.queue.reveal("gen_b5")
    scene.window.compose.fill_prompt("a" * 2100)
    scene.window.compose.length.field.setText("soon")
    scene.window.compose.length.field.editingFinished.emit()
    scene.settle()
    return scene.window


def drag(scene: Scene) -> QWidget:
    scene.window.drops.veil.say("Drop to see these prompts before they are queued")
    return scene.window


def family(folder: Path) -> list[Job]:
    """A take, what it goes on from, and what goes on from it."""
    first, second, *others = (finished(folder, index) for index in range(len(ROWS)))
    on_first = first.request.model_copy(update={"continue_from": second.id, "continue_at": 8.0})
    on_second = others[0].request.model_copy(update={"continue_from": first.id})
    return [first.with_(request=on_first), second, others[0].with_(request=on_second), *others[1:]]


def continuing(scene: Scene) -> QWidget:
    """Branching from a take that has relatives and notes."""
    window = scene.window
    window.models.set_options(
        [SKETCH, ModelOption("musicgen-small", "MusicGen small", continues=True, samples=True)]
    )
    job = window.queue.model.job_at(0)
    window.queue.reveal(job.id)
    scene.player.load(Track.of(job), at=7.0, play=False)
    scene.settle()
    window.continuing.branch()
    scene.settle()
    return window


def small(scene: Scene) -> QWidget:
    scene.window.resize(1024, 640)
    return busy(scene)


def smallest(scene: Scene) -> QWidget:
    scene.window.resize(scene.window.minimumSize())
    return busy(scene)


def narrow(scene: Scene) -> QWidget:
    """Rows with no room for a waveform of their own height."""
    scene.window.resize(1024, 640)
    scene.settle()
    return scene.window


def _dialog(scene: Scene) -> QWidget:
    scene.settle()
    return next(d for d in scene.window.findChildren(QDialog) if d.isVisible())


def prompt_list(scene: Scene) -> QWidget:
    rows = [f'"idea number {n}, {60 + n} bpm",{n + 4},{n % 3 + 1},' for n in range(40)]
    rows[3:5] = ["tense strings,0,,", "slow jazz,30,many,"]
    scene.window.lists.open_text("\n".join(["prompt,duration,takes,seed", *rows]))
    return _dialog(scene)


def export(scene: Scene) -> QWidget:
    scene.window.exporter.open([finished(scene.folder, 0)])
    return _dialog(scene)


def settings(scene: Scene) -> QWidget:
    scene.window.menus.settings.trigger()
    return _dialog(scene)


def _with_servers(scene: Scene) -> None:
    """Three servers: one works, one is away with takes that wait, one wants a token."""
    kept = [KnownServer(id=s.place, name=s.name, address=s.address) for s in SERVERS]
    scene.window.servers._servers._settings.update(servers=tuple(kept))
    scene.fake.set_status(places=SERVERS, fallback=True)
    scene.settle()


def banner(scene: Scene) -> QWidget:
    _with_servers(scene)
    scene.window.queue.reveal("gen_s2")
    scene.settle()
    return scene.window


def servers(scene: Scene) -> QWidget:
    _with_servers(scene)
    scene.window.menus.servers.trigger()
    dialog = _dialog(scene)
    assert isinstance(dialog, ServersDialog)
    tested = Server("dgx04", "dgx04", "http://dgx04.example.org:8000", "not shown")
    dialog.form.address.setText(tested.address)
    dialog.form.token.setText(tested.token)
    login = ServerClosed(
        "server_login",
        "The server does not know this token.",
        hint="Enter a new one, or ask who runs the server.",
    )
    dialog.form.show_failure(tested, Failure.of(login))
    scene.settle()
    return dialog


def shortcuts(scene: Scene) -> QWidget:
    scene.window.menus.shortcuts.trigger()
    return _dialog(scene)


def server_jobs(folder: Path) -> list[Job]:
    """Rows that name their server, those that wait for one, and what stood in for one."""
    jobs = [finished(folder, index) for index in range(5)]
    large = "facebook/musicgen-large"

    def at(number: int, name: str, place: str, **fields: object) -> Job:
        request = Request(prompt=name.lower(), duration=20, seed=number, model=large)
        base = Job(
            f"gen_s{number}", request, name, Status.PENDING, Step.QUEUED, utc_now(),
            position=number, place=place,
        )  # fmt: skip
        return base.with_(**fields)

    stood_in = Choice("dgx02", large)
    made = finished(folder, 5)
    same = made.request.model_copy(update={"model": large})
    return [
        made.with_(id="gen_f0", meant_for=stood_in),
        finished(folder, 6).with_(id="gen_f1", request=same, meant_for=stood_in),
        jobs[0].with_(place="dgx01", request=same),
        *jobs[1:],
        at(1, "Choir in a stairwell", "dgx01", status=Status.PROCESSING, step=Step.QUEUED),
        at(2, "Slow strings, tape noise", "dgx01", status=Status.PROCESSING,
           step=Step.GENERATING, progress=0.62, eta_seconds=14.0),
        at(3, "Brass band at dawn", "dgx02"),
        at(4, "Harp and rain", "dgx02"),
        at(5, "Kora and hand drums", "dgx01", retry_at=utc_now() + timedelta(seconds=42)),
    ]  # fmt: skip


SERVERS = (
    PlaceStatus(
        "dgx01", "dgx01", "https://dgx01.example.org:8000", PlaceState.READY, "healthy",
        version="0.1.0", gpu="NVIDIA GB10", queued=5, running=2, starts_in=95.0,
        models=(ServerModel("facebook/musicgen-large", "MusicGen Large", "CC BY-NC 4.0", 600.0),),
    ),
    PlaceStatus(
        "dgx02", "dgx02", "https://dgx02.example.org:8000", PlaceState.AWAY, waiting=2,
        failure=Failure("server_unreachable", "The server can't be reached.",
                        "Your takes wait, and go on by themselves when it is back."),
        next_try=utc_now() + timedelta(seconds=75),
    ),
    PlaceStatus(
        "dgx03", "dgx03", "https://dgx03.example.org:8000", PlaceState.BUSY,
        failure=Failure("server_busy", "The server asks for a pause.",
                        "Your takes wait, and go on by themselves."),
        next_try=utc_now() + timedelta(seconds=30),
    ),
)  # fmt: skip


def thousand(folder: Path) -> list[Job]:
    return [finished(folder, index) for index in range(1_000)]


def nothing(folder: Path) -> list[Job]:
    return []


SHOTS: dict[str, tuple[Callable[[Path], list[Job]], Callable[[Scene], QWidget], str, str]] = {
    "empty-dark": (nothing, empty, "dark", "en"),
    "empty-light": (nothing, empty, "light", "en"),
    "busy-dark": (busy_jobs, busy, "dark", "en"),
    "busy-light": (busy_jobs, busy, "light", "en"),
    "continuing-dark": (family, continuing, "dark", "en"),
    "error-dark": (busy_jobs, error, "dark", "en"),
    "thousand-light": (thousand, empty, "light", "en"),
    "drag-dark": (busy_jobs, drag, "dark", "en"),
    "small-dark": (busy_jobs, small, "dark", "en"),
    "small-indonesian": (busy_jobs, small, "light", "id"),
    "smallest-light": (busy_jobs, smallest, "light", "en"),
    "narrow-dark": (thousand, narrow, "dark", "en"),
    "empty-indonesian": (nothing, small, "dark", "id"),
    "prompt-list": (nothing, prompt_list, "dark", "en"),
    "export": (nothing, export, "light", "en"),
    "settings": (nothing, settings, "dark", "en"),
    "settings-indonesian": (nothing, settings, "light", "id"),
    "servers-dark": (server_jobs, servers, "dark", "en"),
    "servers-indonesian": (server_jobs, servers, "light", "id"),
    "banner-dark": (server_jobs, banner, "dark", "en"),
    "banner-indonesian": (server_jobs, banner, "light", "id"),
    "shortcuts": (nothing, shortcuts, "dark", "en"),
}


def main(target: Path, names: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, (jobs, stage, appearance, language) in SHOTS.items():
            if names and name not in names:
                continue
            with scene(jobs, Path(folder), appearance, language) as made:
                save(stage(made), target / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
