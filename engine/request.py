"""What is asked for: the Request, and what was wrong with it in a musician's words."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import InvalidRequest, Problem
from engine.limits import (
    FORMATS,
    GUIDANCE,
    MAX_DURATION,
    MAX_PROMPT,
    MAX_SEED,
    MIN_DURATION,
    TEMPERATURE,
    TOP_K,
    TOP_P,
    USUAL_MODEL,
    OutputFormat,
)

__all__ = [
    "Request",
    "default_name",
    "new_seed",
    "parse_request",
    "problems_among",
    "problems_of",
]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Request(BaseModel):
    """Everything that affects the sound of one take, and nothing else.

    The one place for limits and their messages: the form, the prompt lists, the stored rows, the
    HTTP body and the JSON embedded in exported files all are this model.
    The same request on the same model and versions gives the same take.

    >>> Request(prompt="calm piano, 70 bpm", duration=20).seeded().seed is not None
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: Annotated[str, Field(max_length=MAX_PROMPT)] = ""
    """What it is to sound like."""
    duration: Annotated[float, Field(ge=MIN_DURATION, le=MAX_DURATION)] = 16.0
    """Seconds of music."""
    model: Annotated[str, Field(min_length=1, max_length=4096)] = USUAL_MODEL
    """A model's name, its id on the hub, or the folder where it is."""
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    """The same again gives the same take; None: one is drawn before it is queued."""
    loop: bool = False
    """Make a piece whose end meets its start; the length becomes whole bars. A take of a model that
    has not the ability ``loop`` is none, and says so."""
    guidance: Annotated[float, Field(ge=GUIDANCE.least, le=GUIDANCE.most)] = GUIDANCE.usual
    """How closely to follow the prompt."""
    temperature: Annotated[float, Field(gt=TEMPERATURE.least, le=TEMPERATURE.most)] = (
        TEMPERATURE.usual
    )
    """How daring each choice is."""
    top_k: Annotated[int, Field(ge=TOP_K.least, le=TOP_K.most)] = TOP_K.usual
    """From how many of the likeliest sounds each is chosen; 0: from all."""
    top_p: Annotated[float, Field(ge=TOP_P.least, le=TOP_P.most)] = TOP_P.usual
    """From the likeliest sounds that make up this share; 0: ``top_k`` decides."""
    output_format: OutputFormat = FORMATS[0]
    """Of the file."""
    melody: Annotated[str, Field(max_length=4096)] | None = None
    """Audio whose melody to follow: a file's path, or an upload's id on a server."""
    continue_from: Annotated[str, Field(max_length=4096)] | None = None
    """Audio to go on from: a file's path, a take's id, or an upload's id on a server."""
    continue_at: Annotated[float, Field(ge=0)] | None = None
    """Go on from this moment of it, in seconds; None: from its end."""

    @field_validator("prompt")
    @classmethod
    def _clean_prompt(cls, prompt: str) -> str:
        if bad := _CONTROL.search(prompt):
            code, place = ord(bad[0]), bad.start()
            raise ValueError(
                f"has an invisible control character (U+{code:04X}) at position {place}"
            )
        # One spelling for each letter: NFC, so that equal-looking prompts are equal requests.
        return unicodedata.normalize("NFC", " ".join(prompt.split()))

    def seeded(self) -> Request:
        """This request with a seed: its own, or one drawn now."""
        if self.seed is not None:
            return self
        return self.model_copy(update={"seed": new_seed()})

    def takes(self, count: int) -> list[Request]:
        """``count`` requests for the same music: with its own seed, and with those after it."""
        first = self.seeded()
        seeds = ((first.seed or 0) + n for n in range(count))
        return [first.model_copy(update={"seed": seed % (MAX_SEED + 1)}) for seed in seeds]

    def fingerprint(self, versions: str = "") -> str:
        """SHA-256 (hex) of all that affects the sound, for the take cache.

        ``versions`` names the generator's version: another version may sound different.
        """
        text = f"{versions}\n{self.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()


def parse_request(data: Mapping[str, Any]) -> Request:
    """Build a Request from loose data; raises InvalidRequest naming every wrong field."""
    try:
        return Request.model_validate(dict(data))
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """What pydantic refused, in plain words."""
    return problems_among(error.errors(include_url=False))


def problems_among(items: Iterable[Any], *, within: int = 0) -> tuple[Problem, ...]:
    """Pydantic's own items in plain words, each place without its first ``within`` parts."""
    return tuple(_problem(item, within) for item in items)


def _problem(item: Any, within: int) -> Problem:
    """One pydantic error in a musician's words."""
    name = ".".join(str(part) for part in item["loc"][within:])
    kind, context = item["type"], item.get("ctx", {})
    if kind == "json_invalid":  # its place is a character's number, not a field
        return Problem("body", f"is not valid JSON, from character {name} on")
    match kind:
        case "greater_than_equal":
            message = f"must be {context['ge']:,.12g} or more"
        case "greater_than":
            message = f"must be more than {context['gt']:,.12g}"
        case "less_than_equal":
            message = f"must be {context['le']:,.12g} or less"
        case "string_too_long":
            message = f"is too long: at most {context['max_length']:,} characters"
        case "string_too_short":
            message = "is empty"
        case "missing":
            message = "is missing"
        case "too_short":
            message = f"must have {context['min_length']:,} or more of them"
        case "too_long":
            message = f"must have {context['max_length']:,} of them or fewer"
        case "string_pattern_mismatch":
            message = "is not one of this server's"
        case "list_type":
            message = "must be a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            message = "must be an object with named fields"
        case "finite_number" | "float_parsing" | "float_type":
            message = "must be a number"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            message = "must be a whole number"
        case "literal_error" | "enum":
            message = f"must be one of {context['expected']}"
        case "string_type" | "string_unicode":
            message = "must be text"
        case "bool_type" | "bool_parsing":
            message = "must be yes or no"
        case "extra_forbidden":
            message = "is not a setting of this program"
        case "value_error":
            message = str(context["error"])
        case _:
            message = item["msg"]
    if kind in ("missing", "model_type", "model_attributes_type", "string_unicode"):
        name = name or "body"
    return Problem(name, message)


def default_name(request: Request) -> str:
    """A row's name from its prompt: the first words, up to 60 characters."""
    text = request.prompt.split("\n")[0].strip() or "Untitled"
    if len(text) > 60:
        text = text[:60].rsplit(" ", 1)[0].rstrip(" ,;.-") + "…"
    return text[0].upper() + text[1:]


def new_seed() -> int:
    return secrets.randbelow(MAX_SEED + 1)
