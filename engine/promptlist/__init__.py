"""Prompt lists: many requests in one text, CSV or JSON-lines file, or pasted.

- ``.txt``: one prompt a line, with its length behind it if need be (``calm piano, 0:20``);
  ``#`` starts a comment.
- ``.csv``: columns by name; comma, semicolon, tab or bar between them.
- ``.jsonl``: one object a line.

Columns and keys are the fields of a Request, and ``name``, ``priority`` and ``takes`` (or
``count``). A prompt may be a template (``{calm|tense} piano``), a length may be written as
``0:20``. A wrong line never loses the right ones: each row has its order or its problems, and
what concerns the whole file stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import InvalidRequest, Problem
from engine.jobs import Order
from engine.lengths import parse_length
from engine.promptlist.encoding import NotText, decode
from engine.promptlist.formats import MAX_ROWS, Found, Kind, Unreadable, find_rows, guess_kind
from engine.promptlist.rows import PromptList, Queueing, Row
from engine.prompts import expand
from engine.request import Request, parse_request, problems_of

__all__ = ["MAX_BYTES", "MAX_ROWS", "MAX_TAKES", "Kind", "PromptList", "Row", "parse"]

MAX_BYTES = 20_000_000
"""Of a file; told before it is read."""
MAX_PROMPTS = 1_000
"""That the template of one row stands for."""
MAX_TAKES = 100_000
"""That all rows together stand for."""
_KINDS: dict[str, Kind] = {
    ".txt": "txt",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def parse(
    source: Path | str, kind: Kind | None = None, usual: Mapping[str, Any] | None = None
) -> PromptList:
    """Read a file, or text that was pasted; ``kind`` None goes by the file's name or its content.
    ``usual``: fields of a Request as they are where a row does not say.

    Never raises: what is wrong is in the answer.

    >>> parse("calm piano\\ntense strings").takes
    2
    """
    notes: list[str] = []
    try:
        text = _read(source, notes) if isinstance(source, Path) else _checked(source)
        if kind is None and isinstance(source, Path):
            kind = _KINDS.get(source.suffix.lower())
        found = find_rows(text, kind or guess_kind(text), notes)
        rows = _mark_repeated(_judge_all(found, usual or {}), notes)
    except Unreadable as error:
        return PromptList(problems=(str(error),))
    return PromptList(tuple(rows), notes=tuple(notes))


def _read(path: Path, notes: list[str]) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"“{path.name}” is too large: {size / 1e6:.0f} MB, at most "
                f"{MAX_BYTES / 1e6:.0f} MB. Split it."
            )
        text, encoding = decode(path.read_bytes())
    except NotText:
        raise Unreadable(f"“{path.name}” is not a text file.") from None
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise Unreadable(f"“{path.name}” cannot be read: {reason}.") from error
    if encoding == "cp1252":
        notes.append("Read as Western European text: it is not UTF-8. Check accented letters.")
    return _checked(text)


def _checked(text: str) -> str:
    if len(text) > MAX_BYTES:
        raise Unreadable(f"The text is too long: at most {MAX_BYTES:,} characters. Split it.")
    if not text.strip():
        raise Unreadable("There is nothing in it: the list is empty.")
    return text


def _judge_all(found: Iterable[Found], usual: Mapping[str, Any]) -> list[Row]:
    rows, takes = [], 0
    for item in found:
        row = _judge(item, usual)
        takes += row.all_takes
        if takes > MAX_TAKES:
            raise Unreadable(f"The list asks for more than {MAX_TAKES:,} takes. Split it.")
        rows.append(row)
    return rows


def _judge(found: Found, usual: Mapping[str, Any]) -> Row:
    """The order that a row's data stands for, or everything that is wrong with it."""
    if isinstance(found.data, Problem):
        return Row(found.line, None, problems=(found.data,))
    queueing, request = Queueing(), None
    problems: list[Problem] = []
    try:
        queueing = Queueing.model_validate(found.data)
    except ValidationError as error:
        problems += problems_of(error)
    try:
        settings = {k: v for k, v in found.data.items() if k not in Queueing.model_fields}
        settings = {**usual, **settings}
        length = settings.get("duration")
        if isinstance(length, str) and (seconds := parse_length(length)) is not None:
            settings["duration"] = seconds
        request = Request.model_validate(settings)
    except ValidationError as error:
        problems += problems_of(error)
    if request is not None and not request.prompt:
        problems.append(Problem("prompt", "is missing" if "prompt" not in settings else "is empty"))
    if request is None or problems:
        return Row(found.line, None, problems=tuple(problems))
    name = " ".join((queueing.name or "").split()) or None
    order = Order(request, name, queueing.priority)
    row = Row(found.line, order, queueing.takes)
    return _expanded(row, request) if "{" in request.prompt else row


def _expanded(row: Row, request: Request) -> Row:
    """A row whose prompt is a template, with all that it stands for."""
    try:
        # Each as a request of its own: what is put together may be too long, or empty.
        requests = [
            parse_request({**request.model_dump(), "prompt": prompt})
            for prompt in expand(request.prompt, limit=MAX_PROMPTS)
        ]
    except InvalidRequest as error:
        return Row(row.line, None, problems=tuple(error.problems))
    if not all(each.prompt for each in requests):
        return Row(row.line, None, problems=(Problem("prompt", "is empty in some cases"),))
    order = replace(row.order, request=requests[0]) if row.order else None
    prompts = tuple(each.prompt for each in requests) if len(requests) > 1 else ()
    return replace(row, order=order, prompts=prompts, template=request.prompt)


def _mark_repeated(rows: Iterable[Row], notes: list[str]) -> list[Row]:
    """The rows, those that ask for the same as an earlier one marked; kept all the same."""
    first: dict[tuple[Order, tuple[str, ...]], int] = {}
    marked = []
    for row in rows:
        same_as = first.setdefault((row.order, row.prompts), row.line) if row.order else row.line
        marked.append(row if same_as == row.line else replace(row, same_as=same_as))
    repeated = [row for row in marked if row.same_as]
    if repeated:
        lines = ", ".join(str(row.line) for row in repeated[:5])
        more = ", …" if len(repeated) > 5 else ""
        many = f"{len(repeated)} rows say" if len(repeated) > 1 else "1 row says"
        notes.append(f"{many} the same as an earlier one (line {lines}{more}); all are kept.")
    return marked
