"""One line beneath the prompt: what pressing Generate would make."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ui.shared.text import clock
from ui.shared.widgets import as_role

__all__ = ["Summary"]


class Summary(QLabel):
    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        as_role(self, "small")

    def hint(self) -> None:
        """Before there is a prompt: what can be done with one."""
        self.setText(self.tr("{calm|tense} piano makes two prompts of one"))

    def tell(self, prompts: int, takes: int, seconds: float, speed: float | None) -> None:
        """``takes`` of ``seconds`` for each of the prompts; ``speed``, in seconds of music per
        second of work, gives the time that they need."""
        jobs = prompts * takes
        made = self.tr("%n take(s)", "", jobs)
        if prompts > 1:
            each = self.tr("%n prompt(s)", "", prompts) + " × " + self.tr("%n take(s)", "", takes)
            made = each + " = " + self.tr("%n job(s)", "", jobs)
        if speed:
            time = clock(max(1.0, jobs * seconds / speed))
            made += " · " + self.tr("about {time}").format(time=time)
        self.setText(made)
