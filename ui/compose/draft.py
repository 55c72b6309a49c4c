"""A draft: what stands in Compose, and the orders that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import prompts
from engine.errors import InvalidRequest, Problem
from engine.jobs import Order
from engine.limits import MAX_SEED

__all__ = ["MAX_JOBS", "Draft"]

MAX_JOBS = 1_000
"""At once from one template; more belongs into a prompt list."""


@dataclass(frozen=True, slots=True)
class Draft:
    settings: Mapping[str, Any]
    """Fields of a Request, not checked yet; the prompt may be a template."""
    takes: int = 1
    """Of each prompt, with the seeds seed, seed + 1, …"""
    when_idle: bool = False

    def prompts(self) -> list[str]:
        """What the template stands for; raises InvalidRequest when that is too much."""
        text = str(self.settings.get("prompt", ""))
        found = prompts.expand(text, limit=MAX_JOBS) if text else [""]
        if len(found) * self.takes > MAX_JOBS:
            message = f"stands for more than {MAX_JOBS:,} jobs; take a prompt list for so many"
            raise InvalidRequest((Problem("prompt", message),))
        return found

    def orders(self) -> list[Order]:
        """One for each prompt and take; raises InvalidRequest naming every wrong field."""
        from engine.request import parse_request  # the first paint does not wait for it

        found = self.prompts()
        first = parse_request({**self.settings, "prompt": found[0]}).seeded()
        seed = first.seed or 0
        orders = []
        for prompt in found:
            request = parse_request({**first.model_dump(), "prompt": prompt})
            orders += [
                Order(
                    request.model_copy(update={"seed": (seed + take) % (MAX_SEED + 1)}),
                    when_idle=self.when_idle,
                )
                for take in range(self.takes)
            ]
        return orders
