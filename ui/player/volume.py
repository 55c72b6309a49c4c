"""The loudspeaker: volume, mute and the device that is played through."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QToolButton, QWidget, QWidgetAction

from app.player import OutputDevice, Player, Snapshot
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import IconButton, label

__all__ = ["VolumeButton"]

_NOTCH = 5  # percent for one notch of the wheel


class VolumeButton(IconButton):
    """Opens a menu with the fader and the devices; the wheel turns the volume."""

    def __init__(self, theme: Theme, player: Player) -> None:
        super().__init__(theme, "volume", "")
        self._player = player
        self._name = self.tr("Volume and output")
        self._devices: tuple[OutputDevice, ...] = ()
        self._menu = QMenu(self)
        self._fader = _Fader(Qt.Orientation.Horizontal)
        self._build()
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu.aboutToShow.connect(player.find_devices)
        self._fader.valueChanged.connect(lambda percent: player.set_volume(percent / 100))
        player.volume_changed.connect(self._show_volume)
        player.changed.connect(self._show_devices)
        self._show_volume()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._fader.setValue(self._fader.value() + round(event.angleDelta().y() / 120 * _NOTCH))
        event.accept()

    def _build(self) -> None:
        self._fader.setRange(0, 100)
        self._fader.setFixedWidth(160)
        self._fader.setAccessibleName(self.tr("Volume"))
        self._percent = label("", "muted")
        self._percent.setFixedWidth(40)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QWidget()
        row.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # else the arrow keys pass it over
        row.setFocusProxy(self._fader)
        line = QHBoxLayout(row)
        line.setContentsMargins(Space.HALF + 4, Space.TIGHT, Space.HALF + 4, Space.TIGHT)
        line.addWidget(self._fader)
        line.addWidget(self._percent)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(row)
        self._menu.addAction(action)
        self._mute = self._menu.addAction(self.tr("Mute"))
        self._mute.setCheckable(True)
        self._mute.triggered.connect(self._player.set_muted)
        self._menu.addSeparator()
        self._group = QActionGroup(self._menu)
        self._list_devices()

    def _list_devices(self) -> None:
        for action in self._group.actions():
            self._menu.removeAction(action)
            action.deleteLater()
        entries: list[tuple[str | None, str]] = [(None, self.tr("Like the system"))]
        entries += [(device.id, device.label) for device in self._devices]
        for id_, name in entries:
            action = self._group.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(id_ == self._player.device)
            action.triggered.connect(lambda _checked, id_=id_: self._player.set_output(id_))
            self._menu.addAction(action)

    def _show_devices(self, snapshot: Snapshot) -> None:
        if snapshot.devices != self._devices:
            self._devices = snapshot.devices
            self._list_devices()

    def _show_volume(self) -> None:
        percent = round(self._player.volume * 100)
        self._fader.blockSignals(True)
        self._fader.setValue(percent)
        self._fader.blockSignals(False)
        self._percent.setText(f"{percent} %")
        self._mute.setChecked(self._player.muted)
        silent = self._player.muted or percent == 0
        self.set_icon("volume-off" if silent else "volume")
        told = self.tr("muted") if self._player.muted else f"{percent} %"
        self.setAccessibleName(f"{self._name}: {told}")
        self.setToolTip(f"{self._name}: {told}")


class _Fader(QSlider):
    """Left and right turn it; up and down go on in the menu."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)
