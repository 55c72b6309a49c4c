"""Parameters of a query that are there and empty, as forms and templates send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["OrBlank"]

_EMPTY = {"type": "string", "maxLength": 0}


@dataclass(frozen=True, slots=True)
class OrBlank:
    """For a parameter's annotation: empty, it counts as not given.

    >>> status: Annotated[Status | None, OrBlank()] = None      # ?status= gives all
    """

    instead: Any = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), _EMPTY]}

    def _read(self, given: Any) -> Any:
        return self.instead if given == "" else given
