"""The stems of a take of the built-in generator, written by a process of their own.

They are played anew from the request that the take's file carries: the same request gives the same
notes. That is as much work as making two takes, which the window must not feel.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from engine.audio.names import safe_name, unique
from engine.errors import AudioError, DiskFull, FolderNotWritable, MusicError, StorageError
from engine.generators.sketch.version import MADE_BY, NAME
from engine.jobs import Failure, Take
from engine.processes import child_command, step_back, unseen

__all__ = ["has_stems", "main", "write_stems"]

_KINDS: dict[str, type[MusicError]] = {
    kind.code: kind for kind in (DiskFull, FolderNotWritable, StorageError)
}


def has_stems(take: Take) -> bool:
    """Whether this version of the program can still play it part by part."""
    return take.made_by == MADE_BY


def write_stems(take: Take, folder: Path) -> Path:
    """The folder, named after ``folder`` and new, with a WAV for each of the take's instruments:
    as long as the take, in step with it, 24 bits. It is there with all of them or not at all.

    Takes some seconds a minute of music. Raises AudioError for a take of another generator, of
    another version of this one, or whose file no longer says how it was made; DiskFull,
    FolderNotWritable or StorageError.
    """
    if not has_stems(take):
        earlier = take.made_by.split(" ")[0] == NAME
        raise AudioError(
            "An earlier version of the program made this take, and played its parts otherwise."
            if earlier
            else "Only takes of the built-in generator can be taken apart into stems.",
            hint="Make it again to have its stems." if earlier else None,
        )
    done = subprocess.run(  # noqa: S603 - this program itself
        [*child_command("engine.audio.stems"), str(take.path), str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        creationflags=unseen(),
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        detail = done.stderr.decode(errors="replace")[-2000:]
        raise AudioError("The stems could not be made.", detail=detail) from None
    if "folder" in answer:
        return Path(answer["folder"])
    failure = Failure(**answer["failure"])
    kind = _KINDS.get(failure.code, AudioError)
    raise kind(failure.message, hint=failure.hint or None, detail=failure.detail)


def main(arguments: Sequence[str]) -> None:
    """The child: the take's file and the folder; prints one JSON object."""
    step_back()
    answer: dict[str, object]
    try:
        answer = {"folder": str(_write(Path(arguments[0]), Path(arguments[1])))}
    except MusicError as error:
        answer = {"failure": asdict(Failure.of(error))}
    sys.stdout.write(json.dumps(answer))


def _write(path: Path, wanted: Path) -> Path:
    from engine.audio.atomic import in_plain_words
    from engine.audio.embedded import read_request
    from engine.audio.files import write_audio
    from engine.generators.base import Audio
    from engine.generators.sketch.stems import render_stems
    from engine.generators.sketch.synth import SAMPLE_RATE

    made = read_request(path)
    if made is None or made.facts.made_by != MADE_BY:
        raise AudioError(f"“{path.name}” does not say how it was made: it has no stems.")
    folder = unique(wanted)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of one that was killed
    try:
        for number, stem in enumerate(render_stems(made.request), 1):
            facts = replace(made.facts, extra={**made.facts.extra, "stem": stem.name})
            audio = Audio(stem.samples, SAMPLE_RATE, facts)
            title = f"{made.title} - {stem.name}" if made.title else stem.name
            file = part / f"{number:02} {safe_name(stem.name)}.wav"
            write_audio(file, audio, made.request, tags={"title": title})
        part.rename(folder)
    except OSError as error:
        raise in_plain_words(error, folder.parent) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


if __name__ == "__main__":
    main(sys.argv[1:])
