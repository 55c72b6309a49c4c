"""The bar beneath the window: what plays, where it is, and how loud."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.peak_loader import PeakLoader
from app.player import Player, Snapshot, State, Track
from ui.player.buttons import PlayButton
from ui.player.meter import LevelMeter
from ui.player.volume import VolumeButton
from ui.player.waveform import Waveform
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Size, Space
from ui.shared.widgets import Button, IconButton, as_role, label

__all__ = ["PlayerBar"]

_HEIGHT = 104
_START = 2.0  # seconds that still count as the take's start


class PlayerBar(QWidget):
    """Shows a Player and drives it; which take comes next is for others to say."""

    play_requested = Signal()
    """Play was pressed with nothing in the player."""
    previous_requested = Signal()
    next_requested = Signal()
    branch_requested = Signal()
    """Go on from where the playhead is, with other words."""

    def __init__(self, theme: Theme, player: Player, peaks: PeakLoader) -> None:
        super().__init__()
        self._theme, self._player, self._peaks = theme, player, peaks
        as_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self._previous = IconButton(theme, "previous", self.tr("Previous take"))
        self._play = PlayButton(theme)
        self._next = IconButton(theme, "next", self.tr("Next take"))
        self._time = label("0:00.0")
        self._length = label(" / 0:00", "muted")
        self._waveform = Waveform(theme)
        self.branch = IconButton(theme, "branch", self.tr("Branch from here (Ctrl+B)"))
        self.branch.setEnabled(False)
        self._compare = Button("A/B", "small")
        self._loop = IconButton(
            theme, "loop", self.tr("Repeat"), checked_icon="loop", checked_role="accent"
        )
        self._loop.setToolTip(self.tr("Repeat (R)"))
        self._volume = VolumeButton(theme, player)
        self._meter = LevelMeter(theme)
        self._lay_out()
        self._connect()
        self._show(player.snapshot)

    def _lay_out(self) -> None:
        self._time.setFont(self._theme.font(Size.TITLE + 1, QFont.Weight.DemiBold, tabular=True))
        self._length.setFont(self._theme.font(Size.BODY, tabular=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.EDGE, Space.HALF, Space.EDGE, Space.HALF)
        row.setSpacing(Space.HALF)
        row.addWidget(self._previous)
        row.addWidget(self._play)
        row.addWidget(self._next)
        row.addSpacing(Space.HALF)
        row.addWidget(self._time)
        row.addWidget(self._length)
        row.addSpacing(Space.EDGE)
        row.addWidget(self._waveform, 1)
        row.addSpacing(Space.EDGE)
        self._waveform.setMinimumHeight(72)
        for widget in (self._compare, self.branch, self._loop, self._volume):
            row.addWidget(widget)
        row.addSpacing(Space.HALF)
        row.addWidget(self._meter)
        for text in (self._time, self._length):
            text.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def _connect(self) -> None:
        player = self._player
        self._play.clicked.connect(self.play_or_pause)
        self._previous.clicked.connect(self._go_back)
        self._next.clicked.connect(self.next_requested)
        self._compare.clicked.connect(player.swap)
        self._loop.clicked.connect(self._toggle_loop)
        self.branch.clicked.connect(self.branch_requested)
        self._waveform.sought.connect(player.seek)
        self._waveform.loop_drawn.connect(self._repeat)
        player.changed.connect(self._show)
        player.position_changed.connect(self._show_position)
        player.levels_changed.connect(self._meter.show_levels)
        player.loop_changed.connect(self._show_loop)
        player.compare_changed.connect(self._show_compared)
        self._peaks.loaded.connect(self._show_peaks_of)
        for key, act in (
            (Qt.Key.Key_MediaTogglePlayPause, self.play_or_pause),
            (Qt.Key.Key_MediaPlay, player.play),
            (Qt.Key.Key_MediaPause, player.pause),
            (Qt.Key.Key_MediaPrevious, self._go_back),
            (Qt.Key.Key_MediaNext, self.next_requested.emit),
        ):
            shortcut = QShortcut(QKeySequence(key), self, autoRepeat=False)
            shortcut.activated.connect(act)

    def set_snapping(self, on: bool) -> None:
        """Whether what is repeated begins and ends on beats."""
        self._waveform.set_snapping(on)

    def set_possible(self, possible: bool) -> None:
        """Whether there may be anything to play."""
        for button in (self._previous, self._play, self._next):
            button.setEnabled(possible)

    def _show(self, snapshot: Snapshot) -> None:
        track = self._player.track
        for widget in (self._waveform, self._loop):
            widget.setEnabled(track is not None)
        self._play.set_playing(self._player.playing)
        self._length.setText(f" / {clock(self._player.duration)}")
        waiting = snapshot.state is State.WAITING and self._player.playing
        self._length.setToolTip(self.tr("waits for the take to grow") if waiting else "")
        self._show_peaks()
        name = track.title if track else ""
        position = self.tr("Position in %1").replace("%1", name) if name else self.tr("Position")
        self._waveform.setAccessibleName(position)
        self._show_compared(self._player.compared)

    def _show_peaks_of(self, path: object) -> None:
        track = self._player.track
        if track is not None and track.path == path:
            self._show_peaks()

    def _show_peaks(self) -> None:
        track, snapshot = self._player.track, self._player.snapshot
        if track is None:
            self._waveform.set_take(None, 0.0)
            return
        # Its length tells one state of a growing file from the next.
        version = float(snapshot.frames) if track.growing else None
        peaks = self._peaks.get(track.path, version)
        self._waveform.set_take(peaks, self._player.duration, track.beats)

    def _show_position(self, seconds: float) -> None:
        text = clock(seconds, tenths=True)
        if text != self._time.text():
            self._time.setText(text)
        self._waveform.set_position(seconds)

    def play_or_pause(self) -> None:
        """What the round button does."""
        if self._player.track is None:
            self.play_requested.emit()
        else:
            self._player.toggle()

    def compare(self) -> None:
        """What the A/B button does, where there are two takes to compare."""
        self._compare.click()

    def repeat(self) -> None:
        """What the button for it does: repeat, or repeat no more."""
        self._loop.click()

    def _go_back(self) -> None:
        """To the start of the take; at its start, to the one before."""
        if self._player.position > _START:
            self._player.seek(0.0)
        else:
            self.previous_requested.emit()

    def _toggle_loop(self, checked: bool) -> None:
        """Repeat the whole take, or no longer what is repeated."""
        self._player.set_loop((0.0, self._player.duration) if checked else None)

    def _repeat(self, region: tuple[float, float] | None) -> None:
        """Go back to the start of a region that the playhead has passed: it would not be heard."""
        self._player.set_loop(region)
        if region is not None and self._player.position >= region[1]:
            self._player.seek(region[0])

    def _show_loop(self, region: tuple[float, float] | None) -> None:
        self._loop.setChecked(region is not None)
        whole = region is not None and region == (0.0, self._player.duration)
        self._waveform.set_loop(None if whole else region)

    def _show_compared(self, track: Track | None) -> None:
        heard = self._player.track
        self._compare.setEnabled(track is not None)
        if track is None:
            tip = self.tr("Compare two takes (B): play one, then the other")
        elif heard is not None and heard.louder_by(track) is not None:
            tip = self.tr(
                "Compare with “%1” at the same position (B); the louder one is lowered to the "
                "other's loudness"
            )
        else:
            tip = self.tr("Compare with “%1” at the same position (B)")
        self._compare.setToolTip(tip.replace("%1", track.title) if track else tip)
        self._compare.setAccessibleName(self._compare.toolTip())
