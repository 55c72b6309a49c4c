"""The values of a prompt list: its rows, each with an order or with what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.errors import Problem
from engine.jobs import Order
from engine.request import Request

__all__ = ["FIELDS", "PromptList", "Queueing", "Row"]


class Queueing(BaseModel):
    """What a row says beside its request."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, Field(max_length=200)] | None = None
    priority: Annotated[int, Field(ge=-1_000, le=1_000)] = 0
    takes: Annotated[int, Field(ge=1, le=100)] = 1


FIELDS = frozenset({*Request.model_fields, *Queueing.model_fields})
"""What a column or a key may be called."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: an order, or what is wrong with it."""

    line: int
    """Where it starts in the file, from 1."""
    order: Order | None
    """With its first prompt."""
    takes: int = 1
    """Of each prompt."""
    prompts: tuple[str, ...] = ()
    """All that the row's prompt stands for, where it is a template for more than one."""
    template: str = ""
    """As it is written, where it is one."""
    problems: tuple[Problem, ...] = ()
    same_as: int | None = None
    """The line of an earlier row that asks for the same."""

    @property
    def all_takes(self) -> int:
        return self.takes * max(len(self.prompts), 1)

    @property
    def messages(self) -> list[str]:
        """For example "line 7, duration: must be 600 or less"."""
        return [f"line {self.line}{', ' if p.field else ': '}{p}" for p in self.problems]

    def orders(self) -> list[Order]:
        """One order for each prompt and take; the takes of a prompt have seeds that follow."""
        if self.order is None:
            return []
        if self.takes == 1 and not self.prompts:
            return [self.order]
        request = self.order.request
        prompts = self.prompts or (request.prompt,)
        return [
            replace(self.order, request=take)
            for prompt in prompts
            for take in request.model_copy(update={"prompt": prompt}).takes(self.takes)
        ]


@dataclass(frozen=True, slots=True)
class PromptList:
    """All rows of a list, and what there is to say about the whole."""

    rows: tuple[Row, ...] = ()
    problems: tuple[str, ...] = ()
    """Why nothing could be read."""
    notes: tuple[str, ...] = ()
    """What to know: columns left out, rows that say the same."""

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if row.order]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if not row.order]

    @property
    def prompts(self) -> int:
        """How many the right rows stand for."""
        return sum(max(len(row.prompts), 1) for row in self.good)

    @property
    def takes(self) -> int:
        return sum(row.all_takes for row in self.good)

    @property
    def lengths(self) -> dict[str, float]:
        """Seconds of all the music that the right rows ask for, by models."""
        lengths: dict[str, float] = {}
        for row in self.rows:
            if row.order:
                request = row.order.request
                seconds = request.duration * row.all_takes
                lengths[request.model] = lengths.get(request.model, 0.0) + seconds
        return lengths

    @property
    def seconds(self) -> float:
        """Length of all the music that the right rows ask for."""
        return sum(self.lengths.values())

    def orders(self) -> list[Order]:
        """What the right rows ask for, in their order."""
        return [order for row in self.rows for order in row.orders()]
