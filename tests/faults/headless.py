"""The engine as a program without a window, to be killed: works until it is.

python headless.py SETTINGS HOST...     settings as JSON, and the command of its host
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from engine.dispatch.feed import Feed
from engine.local import LocalEngine
from engine.settings import EngineSettings


async def work(settings: EngineSettings, host: Sequence[str]) -> None:
    async with LocalEngine(settings, Feed(), host_command=host):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(EngineSettings.model_validate_json(sys.argv[1]), sys.argv[2:]))
