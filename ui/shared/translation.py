"""The program's languages: English (the source, with its plurals) and Indonesian."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator

from resources import ROOT

__all__ = ["LANGUAGES", "install_language"]

LANGUAGES = ("en", "id")


def install_language(app: QCoreApplication, language: str = "system") -> str:
    """Use ``language`` (``system``: that of the computer, else English) for all that is made from
    now on; returns its code. Call it before the first widget."""
    wanted = QLocale.system().name()[:2] if language == "system" else language
    code = wanted if wanted in LANGUAGES else "en"
    translator = QTranslator(app)
    if not translator.load(str(ROOT / "translations" / f"studio_{code}.qm")):
        raise FileNotFoundError(f"the program is incomplete: no translation file for {code!r}")
    for earlier in app.findChildren(QTranslator, options=Qt.FindChildOption.FindDirectChildrenOnly):
        app.removeTranslator(earlier)
    app.installTranslator(translator)
    QLocale.setDefault(QLocale(code))
    return code
