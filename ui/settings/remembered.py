"""How the desk was left: panels, model, settings of Compose and of exports, for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.settings import Settings, SettingsFile
from engine.limits import MAX_DURATION, MIN_DURATION

if TYPE_CHECKING:
    from ui.main_window import MainWindow

__all__ = ["Remembered"]


class Remembered:
    """Puts everything where it was when it is made; ``keep`` it as it is at the end."""

    def __init__(self, window: MainWindow, settings: SettingsFile) -> None:
        self._window, self._settings = window, settings
        self._usual_folder = window.exporter.folder
        window.compose.submitted.connect(lambda: window.models.settle())
        window.menus.play_on.setChecked(settings.current.play_on)
        self._show_panels(settings.current)
        self._fill_compose(settings.current)
        exporter, kept = window.exporter, settings.current
        exporter.folder = kept.export_folder or self._usual_folder
        exporter.options = kept.export_options or None

    def keep(self) -> None:
        """A length that is none stays as it was kept last."""
        window, kept = self._window, self._settings.current
        compose, exporter = window.compose, window.exporter
        output, length = compose.more.settings(), compose.length.seconds()
        within = isinstance(length, float) and MIN_DURATION <= length <= MAX_DURATION
        model, place = window.models.wanted
        self._settings.update(
            play_on=window.menus.play_on.isChecked(),
            compose_shown=window.menus.compose_panel.isChecked(),
            take_shown=window.menus.take_panel.isChecked(),
            model=model,
            place=place,
            length=length if within else kept.length,
            takes=compose.takes.value(),
            output_format=output["output_format"],
            loop=compose.more.loop.isChecked(),
            # The usual one may be another at the next start.
            export_folder=None if exporter.folder == self._usual_folder else exporter.folder,
            export_options=exporter.options or {},
        )

    def _show_panels(self, kept: Settings) -> None:
        window = self._window
        window.menus.compose_panel.setChecked(kept.compose_shown)
        window.menus.take_panel.setChecked(kept.take_shown)
        (window.compose.prompt if kept.compose_shown else window.queue.view).setFocus()

    def _fill_compose(self, kept: Settings) -> None:
        compose, usual = self._window.compose, Settings()
        self._window.models.await_option(kept.model, kept.place)
        compose.length.set_seconds(kept.length)
        compose.takes.setValue(kept.takes)
        compose.more.set_output(kept.output_format, loop=kept.loop)
        # What makes takes otherwise than usual is not left behind the fold.
        unusual = (kept.output_format, kept.loop) != (usual.output_format, usual.loop)
        compose.more.fold.setChecked(unusual)
