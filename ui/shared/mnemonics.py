"""The underlined letters of the menus: shown while Alt is held, when they are of use."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenuBar, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

__all__ = ["Mnemonics"]


class Mnemonics(QObject):
    """Watches the Alt key in a menu bar's window.

    The letters work at all times; only their lines come and go.
    """

    def __init__(self, bar: QMenuBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._style = _Style()
        self._style.setParent(self)

    @property
    def shown(self) -> bool:
        return self._style.shown

    def watch(self, window: QWidget) -> None:
        """From now on; keys that nothing else wants come to the window."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        match event.type():
            case QEvent.Type.KeyPress | QEvent.Type.KeyRelease if isinstance(event, QKeyEvent):
                if event.key() == Qt.Key.Key_Alt:
                    self._show(event.type() is QEvent.Type.KeyPress)
            case QEvent.Type.Show if self._bar.style() is not self._style:
                # Not before: a style that is set while there is no style sheet stays without one.
                self._bar.setStyle(self._style)
            case QEvent.Type.WindowDeactivate:  # the release goes to another window
                self._show(False)
        return super().eventFilter(watched, event)

    def _show(self, shown: bool) -> None:
        if shown != self._style.shown:
            self._style.shown = shown
            self._bar.update()


class _Style(QProxyStyle):
    def __init__(self) -> None:
        super().__init__("Fusion")
        self.shown = False

    def styleHint(  # noqa: N802
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return int(self.shown)
        return super().styleHint(hint, option, widget, returned)
