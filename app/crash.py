"""The last net: what nobody caught is logged and told, and a native crash leaves its trace."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from app.notices import Notice
from engine.jobs import Failure

__all__ = ["catch_the_rest"]

log = logging.getLogger(__name__)


def catch_the_rest(tell: Callable[[Notice], None], trace_file: Path) -> None:
    """Send uncaught errors of all threads to the log and to ``tell``; ``tell`` must be callable
    from any thread. Native crashes write their stacks to ``trace_file``."""

    def caught(error: BaseException) -> None:
        log.error("uncaught", exc_info=error)
        tell(Notice.of(Failure.of(error)))

    def on_main(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            caught(error)

    def on_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            caught(arguments.exc_value)

    sys.excepthook = on_main
    threading.excepthook = on_thread
    try:
        trace_file.parent.mkdir(parents=True, exist_ok=True)
        # Kept open for as long as the program runs: a crash leaves no time to open it.
        faulthandler.enable(trace_file.open("a"))
    except OSError as error:
        log.warning("no crash file: %s", error)
