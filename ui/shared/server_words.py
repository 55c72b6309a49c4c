"""What the engine says of servers, for translation; ``engine_words`` puts it in own words."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP

__all__ = ["SERVER_TEXTS"]

SERVER_TEXTS = cast(
    "tuple[str, ...]",
    (
        QT_TRANSLATE_NOOP("Engine", "The server can't be reached."),
        QT_TRANSLATE_NOOP("Engine", "The connection to the server broke."),
        QT_TRANSLATE_NOOP("Engine", "The server does not answer in time."),
        QT_TRANSLATE_NOOP("Engine", "The server can't work just now."),
        QT_TRANSLATE_NOOP("Engine", "Your takes wait, and go on by themselves when it is back."),
        QT_TRANSLATE_NOOP("Engine", "The server asks for a pause."),
        QT_TRANSLATE_NOOP("Engine", "Your takes fill the room that you have on the server."),
        QT_TRANSLATE_NOOP(
            "Engine", "Make new ones here, or ask who runs the server for more room."
        ),
        QT_TRANSLATE_NOOP("Engine", "Your takes wait, and go on by themselves."),
        QT_TRANSLATE_NOOP(
            "Engine", "The connection to the server is not safe, so nothing was sent."
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "Check the address and this computer's date, or ask who runs the server for its "
            "certificate.",
        ),
        QT_TRANSLATE_NOOP("Engine", "The server does not know this token."),
        QT_TRANSLATE_NOOP("Engine", "Enter a new one, or ask who runs the server."),
        QT_TRANSLATE_NOOP("Engine", "The server does not allow this."),
        QT_TRANSLATE_NOOP("Engine", "Ask who runs it."),
        QT_TRANSLATE_NOOP("Engine", "The server does not have this any more."),
        QT_TRANSLATE_NOOP("Engine", "On the server this is past the point."),
        QT_TRANSLATE_NOOP("Engine", "Retry to have it made anew."),
        QT_TRANSLATE_NOOP("Engine", "This is too large for the server."),
        QT_TRANSLATE_NOOP("Engine", "Use a shorter piece of audio."),
        QT_TRANSLATE_NOOP("Engine", "The server does not accept these settings."),
        QT_TRANSLATE_NOOP("Engine", "Change them, or choose another model."),
        QT_TRANSLATE_NOOP("Engine", "The server has trouble of its own."),
        QT_TRANSLATE_NOOP("Engine", "Retry, or tell who runs it."),
        QT_TRANSLATE_NOOP("Engine", "The server does not take this."),
        QT_TRANSLATE_NOOP(
            "Engine", "What answers at this address does not behave like a DGX Music server."
        ),
        QT_TRANSLATE_NOOP("Engine", "Check the address, or ask who runs the server."),
        QT_TRANSLATE_NOOP(
            "Engine", "The server's version ({}) and this studio's ({}) do not fit together."
        ),
        QT_TRANSLATE_NOOP("Engine", "Update the older one."),
        QT_TRANSLATE_NOOP("Engine", "It was cancelled on the server."),
        QT_TRANSLATE_NOOP("Engine", "The server could not make it, and does not say why."),
        QT_TRANSLATE_NOOP("Engine", "There are still takes for this server."),
        QT_TRANSLATE_NOOP("Engine", "Run them on this computer or cancel them first."),
        QT_TRANSLATE_NOOP("Engine", "Use a new key for each request."),
        QT_TRANSLATE_NOOP("Engine", "Send a token: Authorization: Bearer …"),
        QT_TRANSLATE_NOOP("Engine", "This server is not set up here any more."),
        QT_TRANSLATE_NOOP("Engine", "Add it again under this name, or run its takes here."),
        QT_TRANSLATE_NOOP("Engine", "address: {}"),
        QT_TRANSLATE_NOOP("Engine", "token: {}"),
        QT_TRANSLATE_NOOP("Engine", "must begin with https:// or http://"),
        QT_TRANSLATE_NOOP("Engine", "names no server"),
        QT_TRANSLATE_NOOP("Engine", "must be the server's name and port alone"),
        QT_TRANSLATE_NOOP("Engine", "must be one word of plain characters"),
    ),
)
