"""The three forms of a prompt list, read into loose data; what it means is judged elsewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from engine.errors import Problem
from engine.promptlist.rows import FIELDS

__all__ = ["MAX_ROWS", "Found", "Kind", "Unreadable", "find_rows", "guess_kind"]

Kind = Literal["txt", "csv", "jsonl"]

MAX_ROWS = 100_000
_MAX_SPAN = 100
"""Lines that one quoted CSV field may run over; more means a quote that was not closed."""
_TIMED = re.compile(r"(?P<prompt>.*\S)\s*,\s*(?P<length>\d{1,2}:[0-5]\d)")
"""A line of text with its length in minutes and seconds behind it."""
_OTHER_NAMES = {"count": "takes", "format": "output_format", "length": "duration"}


class Found(NamedTuple):
    """A row before its values are judged: loose data, or why there is none."""

    line: int
    data: Mapping[str, Any] | Problem


class Unreadable(Exception):
    """Nothing can be read from the list; the message is for the musician."""


def guess_kind(text: str) -> Kind:
    """What pasted text is: by its first line."""
    first = next(line for line in text.splitlines() if line.strip())
    if first.lstrip().startswith("{"):
        try:
            return "jsonl" if isinstance(json.loads(first), dict) else "txt"
        except (ValueError, RecursionError):
            return "txt"
    columns = [_field(name) for name in first.split(_delimiter(first))]
    return "csv" if "prompt" in columns and set(columns) <= FIELDS else "txt"


def find_rows(text: str, kind: Kind, notes: list[str]) -> list[Found]:
    lines = list(io.StringIO(text, newline=""))  # unlike splitlines, cuts at line ends only
    readers = {"txt": _text_rows, "csv": _csv_rows, "jsonl": _json_rows}
    found: list[Found] = []
    for item in readers[kind](lines, notes):
        found.append(item)
        if len(found) > MAX_ROWS:
            raise Unreadable(f"The list is too long: at most {MAX_ROWS:,} rows. Split it.")
    if not found:
        raise Unreadable("There is no prompt in it.")
    return found


def _text_rows(lines: Sequence[str], _: list[str]) -> Iterator[Found]:
    for number, line in enumerate(lines, 1):
        prompt = line.strip()
        if not prompt or prompt.startswith("#"):
            continue
        timed = _TIMED.fullmatch(prompt)
        if timed:
            yield Found(number, {"prompt": timed["prompt"], "duration": timed["length"]})
        else:
            yield Found(number, {"prompt": prompt})


def _json_rows(lines: Sequence[str], _: list[str]) -> Iterator[Found]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line.rstrip())
        except json.JSONDecodeError as error:
            problem = Problem("", f"is not valid JSON, from character {error.colno} on")
            yield Found(number, problem)
        except (ValueError, RecursionError):  # a number of 5,000 digits, brackets 5,000 deep
            yield Found(number, Problem("", "is not JSON that a prompt list may hold"))
        else:
            if isinstance(data, dict):
                yield Found(number, {_field(key): value for key, value in data.items()})
            else:
                yield Found(number, Problem("", 'is not an object such as {"prompt": "…"}'))


def _csv_rows(lines: Sequence[str], notes: list[str]) -> Iterator[Found]:
    start = next(i for i, line in enumerate(lines) if line.strip())
    delimiter = _delimiter(lines[start])
    if lines[start].lower().startswith("sep=") and len(lines[start].rstrip()) == 5:
        delimiter, start = lines[start][4], start + 1  # Excel's own hint
    records = _records(lines, start, delimiter)
    _, header = next(records, (0, []))
    if isinstance(header, Problem):
        raise Unreadable(f"The line with the columns' names {header}.")
    columns = _columns(header, notes)
    decimal_comma = delimiter == ";"
    for number, values in records:
        if isinstance(values, Problem):
            yield Found(number, values)
        elif len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
            problem = Problem(
                "",
                f"has {len(values)} values for {len(header)} columns; "
                f"put quotes around text that holds “{delimiter}”",
            )
            yield Found(number, problem)
        elif any(value.strip() for value in values):
            pairs = zip(columns, values, strict=False)
            data = {column: value.strip() for column, value in pairs if column and value.strip()}
            if decimal_comma and "," in data.get("duration", ""):
                data["duration"] = data["duration"].replace(",", ".")
            yield Found(number, data)


def _columns(header: Sequence[str], notes: list[str]) -> list[str | None]:
    """The field of each column; None where it is left out."""
    columns: list[str | None] = []
    for name in header:
        field = _field(name)
        if field not in FIELDS:
            if name.strip():
                notes.append(f"Column “{name.strip()}” is not a setting and is left out.")
            columns.append(None)
        elif field in columns:
            notes.append(f"Column “{name.strip()}” is there twice; the first one counts.")
            columns.append(None)
        else:
            columns.append(field)
    if "prompt" not in columns:
        found = ", ".join(name.strip() for name in header if name.strip())
        raise Unreadable(f"There is no column named prompt; found: {found[:300]}")
    return columns


def _records(
    lines: Sequence[str], start: int, delimiter: str
) -> Iterator[tuple[int, list[str] | Problem]]:
    """Line number and values of each CSV record, which may run over several lines."""
    at = start
    while at < len(lines):
        reader = csv.reader(lines[at : at + _MAX_SPAN], delimiter=delimiter, strict=True)
        try:
            yield at + 1, next(reader)
            at += reader.line_num
        except csv.Error as error:
            # The one line is given up, not what its open quote would swallow.
            yield at + 1, _loosely(lines[at], delimiter, error)
            at += 1


def _loosely(line: str, delimiter: str, error: csv.Error) -> list[str] | Problem:
    if "unexpected end" in str(error):
        return Problem("", "opens a quote that is not closed")
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return Problem("", "is too long for a row")


def _delimiter(header: str) -> str:
    """What stands between the columns: what parts the most known names, else the most."""

    def merit(mark: str) -> tuple[int, int]:
        names = header.split(mark)
        return sum(_field(name) in FIELDS for name in names), len(names)

    return max(",;\t|", key=merit)


def _field(name: str) -> str:
    field = name.strip(' \t\r\n"').lower().replace(" ", "_").replace("-", "_")
    return _OTHER_NAMES.get(field, field)
