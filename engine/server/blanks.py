"""Parameters of a query that are there and empty, as forms and templates send them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BeforeValidator

__all__ = ["or_blank"]


def or_blank(kind: Any, instead: object = None) -> BeforeValidator:
    """For the annotation of a parameter of this ``kind``: empty, it counts as not given.

    >>> status: Annotated[Status | None, or_blank(Status)] = None      # ?status= gives all
    """

    def read(given: object) -> object:
        return instead if given == "" else given

    return BeforeValidator(read, json_schema_input_type=kind | Literal[""])
