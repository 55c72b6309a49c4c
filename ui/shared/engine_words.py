"""What the engine says, in the musician's language.

The engine knows no Qt and speaks English. Here are the texts that it has, with ``{}`` where it
fills something in; what is not among them is shown as it came.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ui.shared.server_words import SERVER_TEXTS

__all__ = ["TEXTS", "in_own_words"]

TEXTS = cast(
    "tuple[str, ...]",
    (
        # what is wrong with a field
        QT_TRANSLATE_NOOP("Engine", "must be {} or more"),
        QT_TRANSLATE_NOOP("Engine", "must be more than {}"),
        QT_TRANSLATE_NOOP("Engine", "must be {} or less"),
        QT_TRANSLATE_NOOP("Engine", "is too long: at most {} characters"),
        QT_TRANSLATE_NOOP("Engine", "is empty"),
        QT_TRANSLATE_NOOP("Engine", "is missing"),
        QT_TRANSLATE_NOOP("Engine", "must be a number"),
        QT_TRANSLATE_NOOP("Engine", "must be a whole number"),
        QT_TRANSLATE_NOOP("Engine", "must be one of {}"),
        QT_TRANSLATE_NOOP("Engine", "must be text"),
        QT_TRANSLATE_NOOP("Engine", "must be yes or no"),
        QT_TRANSLATE_NOOP("Engine", "is not a setting of this program"),
        QT_TRANSLATE_NOOP("Engine", "has an invisible control character ({}) at position {}"),
        QT_TRANSLATE_NOOP("Engine", "stands for more than {} prompts; use fewer alternatives"),
        QT_TRANSLATE_NOOP("Engine", "stands for more than {} jobs; take a prompt list for so many"),
        # prompt lists
        QT_TRANSLATE_NOOP("Engine", "is not valid JSON, from character {} on"),
        QT_TRANSLATE_NOOP("Engine", "opens a quote that is not closed"),
        QT_TRANSLATE_NOOP("Engine", "is too long for a row"),
        QT_TRANSLATE_NOOP("Engine", "“{}” is not a text file."),
        QT_TRANSLATE_NOOP("Engine", "“{}” cannot be read: {}."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is too large: {} MB, at most {} MB. Split it."),
        QT_TRANSLATE_NOOP("Engine", "The text is too long: at most {} characters. Split it."),
        QT_TRANSLATE_NOOP("Engine", "The list is too long: at most {} rows. Split it."),
        QT_TRANSLATE_NOOP("Engine", "The list asks for more than {} takes. Split it."),
        QT_TRANSLATE_NOOP("Engine", "is empty in some cases"),
        QT_TRANSLATE_NOOP("Engine", "There is nothing in it: the list is empty."),
        QT_TRANSLATE_NOOP("Engine", "There is no prompt in it."),
        QT_TRANSLATE_NOOP("Engine", "There is no column named prompt; found: {}"),
        QT_TRANSLATE_NOOP("Engine", "Column “{}” is not a setting and is left out."),
        QT_TRANSLATE_NOOP("Engine", "Column “{}” is there twice; the first one counts."),
        # generating
        QT_TRANSLATE_NOOP("Engine", "There was not enough memory for this take."),
        QT_TRANSLATE_NOOP(
            "Engine", "Try a shorter length, a smaller model, or one take at a time."
        ),
        QT_TRANSLATE_NOOP("Engine", "The music engine ended unexpectedly ({})."),
        QT_TRANSLATE_NOOP("Engine", "The music engine did not answer any more ({})."),
        QT_TRANSLATE_NOOP(
            "Engine", "Retry. If it happens again, try a shorter length or another model."
        ),
        QT_TRANSLATE_NOOP("Engine", "The model “{}” is not known here."),
        QT_TRANSLATE_NOOP("Engine", "The model “{}” can't be used: a package is missing."),
        QT_TRANSLATE_NOOP("Engine", "Choose another model."),
        # what a model needs
        QT_TRANSLATE_NOOP("Engine", "a newer audiocraft than {}"),
        QT_TRANSLATE_NOOP("Engine", "the full set-up of this program, which brings torch"),
        QT_TRANSLATE_NOOP("Engine", "The take that this one builds on was not made."),
        QT_TRANSLATE_NOOP("Engine", "Retry: both are queued again."),
        QT_TRANSLATE_NOOP("Engine", "This take is no longer in the library."),
        QT_TRANSLATE_NOOP(
            "Engine", "This take has already begun, so it can't be changed any more."
        ),
        QT_TRANSLATE_NOOP("Engine", "Something unexpected went wrong."),
        QT_TRANSLATE_NOOP("Engine", "Retry, or copy the details into a report."),
        QT_TRANSLATE_NOOP("Engine", "Change the field and try again."),
        # models
        QT_TRANSLATE_NOOP("Engine", "The model “{}” is not installed."),
        QT_TRANSLATE_NOOP("Engine", "The model “{}” is not complete."),
        QT_TRANSLATE_NOOP("Engine", "The model “{}” is damaged."),
        QT_TRANSLATE_NOOP("Engine", "Run: dgx-music models download {}"),
        QT_TRANSLATE_NOOP("Engine", "“{}” is being downloaded already."),
        QT_TRANSLATE_NOOP("Engine", "Wait for it, or cancel it first."),
        QT_TRANSLATE_NOOP("Engine", "“{}” needs {} GB more, and the disk that holds {} has {} GB."),
        QT_TRANSLATE_NOOP("Engine", "The model hub can't be reached."),
        QT_TRANSLATE_NOOP("Engine", "The model hub does not answer."),
        QT_TRANSLATE_NOOP("Engine", "The connection to the model hub broke."),
        QT_TRANSLATE_NOOP(
            "Engine", "Check the network, then try again: the download goes on where it was."
        ),
        QT_TRANSLATE_NOOP("Engine", "Downloads are switched off on this computer."),
        QT_TRANSLATE_NOOP("Engine", "Start the program without HF_HUB_OFFLINE."),
        QT_TRANSLATE_NOOP(
            "Engine", "The connection to the model hub is not safe, so nothing was downloaded."
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "Check this computer's date and time, and whether a proxy stands in between.",
        ),
        QT_TRANSLATE_NOOP("Engine", "The proxy between this computer and the model hub refuses."),
        QT_TRANSLATE_NOOP("Engine", "Check the proxy in the system's settings or in HTTPS_PROXY."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is only for those whom its publisher lets in."),
        QT_TRANSLATE_NOOP(
            "Engine", "Ask for access on the model's page, then sign in: hf auth login"
        ),
        QT_TRANSLATE_NOOP(
            "Engine", "The model hub does not know the sign-in that is kept on this computer."
        ),
        QT_TRANSLATE_NOOP("Engine", "Sign in again: hf auth login. Or out: hf auth logout."),
        QT_TRANSLATE_NOOP("Engine", "There is no model “{}” on the hub, or it is private."),
        QT_TRANSLATE_NOOP(
            "Engine", "Check the name. For a private one, sign in first: hf auth login"
        ),
        QT_TRANSLATE_NOOP("Engine", "The model hub has had too many requests from here."),
        QT_TRANSLATE_NOOP("Engine", "The model hub has trouble of its own."),
        QT_TRANSLATE_NOOP("Engine", "Try again in {} seconds: the download goes on where it was."),
        QT_TRANSLATE_NOOP(
            "Engine", "Try again in some minutes: the download goes on where it was."
        ),
        QT_TRANSLATE_NOOP("Engine", "Try again later: the download goes on where it was."),
        QT_TRANSLATE_NOOP("Engine", "The model hub refused to give “{}”."),
        QT_TRANSLATE_NOOP("Engine", "“{}” of “{}” arrived damaged twice."),
        QT_TRANSLATE_NOOP("Engine", "Try again later, or from another network."),
        QT_TRANSLATE_NOOP(
            "Engine",
            "The answer about “{}” makes no sense: something else than the hub gave it.",
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "A network that asks for a sign-in does this. Open a web page, then try again.",
        ),
        QT_TRANSLATE_NOOP("Engine", "“{}” on the hub is no model that this program can use."),
        # models of audiocraft, and audio that is given to them
        QT_TRANSLATE_NOOP("Engine", "“{}” can't be played yet: it needs {}."),
        QT_TRANSLATE_NOOP("Engine", "The folder {} is no model in audiocraft's format."),
        QT_TRANSLATE_NOOP("Engine", "It has no {}."),
        QT_TRANSLATE_NOOP("Engine", "The model's folder has no {}."),
        QT_TRANSLATE_NOOP("Engine", "{} is damaged or incomplete."),
        QT_TRANSLATE_NOOP("Engine", "{} holds something else than weights, and was not opened."),
        QT_TRANSLATE_NOOP(
            "Engine", "Take models only from where you trust; download this one again."
        ),
        QT_TRANSLATE_NOOP("Engine", "{} is no model of audiocraft."),
        QT_TRANSLATE_NOOP("Engine", "{} does not describe its model."),
        QT_TRANSLATE_NOOP("Engine", "{} holds weights that are no numbers."),
        QT_TRANSLATE_NOOP("Engine", "The weights in {} do not fit its description."),
        QT_TRANSLATE_NOOP("Engine", "The two files of this model do not belong together."),
        QT_TRANSLATE_NOOP("Engine", "This is no MusicGen model."),
        QT_TRANSLATE_NOOP(
            "Engine", "This model is told what to play in a way that this program does not know."
        ),
        QT_TRANSLATE_NOOP(
            "Engine", "This model weaves its codebooks in a way that this program does not know."
        ),
        QT_TRANSLATE_NOOP(
            "Engine", "A part that this model reads prompts with is not on this computer."
        ),
        QT_TRANSLATE_NOOP("Engine", "A part that this model reads prompts with is damaged."),
        QT_TRANSLATE_NOOP("Engine", "This model's audio part is of a kind that is not known here."),
        QT_TRANSLATE_NOOP("Engine", "The audio part of this model is not on this computer."),
        QT_TRANSLATE_NOOP("Engine", "Download the model again while connected."),
        QT_TRANSLATE_NOOP(
            "Engine", "The model gave numbers that are none; the take would be noise."
        ),
        QT_TRANSLATE_NOOP("Engine", "This computer's processor can't run models in {}."),
        QT_TRANSLATE_NOOP("Engine", "This computer's graphics card can't run models in {}."),
        QT_TRANSLATE_NOOP("Engine", "Choose the precision auto, or one of {}."),
        QT_TRANSLATE_NOOP("Engine", "This model can't run in {}."),
        QT_TRANSLATE_NOOP("Engine", "Choose the precision auto."),
        QT_TRANSLATE_NOOP("Engine", "This model can't follow a melody."),
        QT_TRANSLATE_NOOP("Engine", "Choose a melody model."),
        QT_TRANSLATE_NOOP("Engine", "Together with what it goes on from, this would last {}."),
        QT_TRANSLATE_NOOP("Engine", "Go on from an earlier moment: up to {} minutes work."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is too short to build on: {} s."),
        QT_TRANSLATE_NOOP("Engine", "Give at least {} s of sound."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is too long to build on: {} minutes."),
        QT_TRANSLATE_NOOP("Engine", "Cut out the part that matters; up to {} minutes work."),
        QT_TRANSLATE_NOOP("Engine", "“{}” has {} channels at {} Hz."),
        QT_TRANSLATE_NOOP("Engine", "Up to {} channels and {} kHz can be read."),
        QT_TRANSLATE_NOOP("Engine", "“{}” holds samples that are no numbers."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is silent as far as it is used."),
        QT_TRANSLATE_NOOP("Engine", "Choose another file, or go on from a later moment."),
        QT_TRANSLATE_NOOP("Engine", "“{}” holds no sound: its length is 0 s."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is empty."),
        QT_TRANSLATE_NOOP("Engine", "“{}” is cut short: its end is missing."),
        QT_TRANSLATE_NOOP("Engine", "The take that this one builds on is not there any more."),
        QT_TRANSLATE_NOOP("Engine", "The audio that this take builds on is not there any more."),
        QT_TRANSLATE_NOOP("Engine", "Choose another one to build on."),
        QT_TRANSLATE_NOOP("Engine", "It had no prompt, so the model went its own way."),
        QT_TRANSLATE_NOOP(
            "Engine", "This model can't make seamless loops: its end does not meet its start."
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "It grew beside other takes; alone, the same seed may give a slightly different one.",
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "It was interrupted as it grew; undisturbed, the same seed may give another one.",
        ),
        # files and disks
        QT_TRANSLATE_NOOP("Engine", "“{}” is not there any more."),
        QT_TRANSLATE_NOOP(
            "Engine",
            "An earlier version of the program made this take, and played its parts otherwise.",
        ),
        QT_TRANSLATE_NOOP("Engine", "Make it again to have its stems."),
        QT_TRANSLATE_NOOP(
            "Engine", "Only takes of the built-in generator can be taken apart into stems."
        ),
        QT_TRANSLATE_NOOP("Engine", "“{}” does not say how it was made: it has no stems."),
        QT_TRANSLATE_NOOP("Engine", "The stems could not be made."),
        QT_TRANSLATE_NOOP("Engine", "“{}” cannot be read as audio."),
        QT_TRANSLATE_NOOP("Engine", "WAV, FLAC, OGG, MP3 and AIFF files work."),
        QT_TRANSLATE_NOOP("Engine", "Try another file."),
        QT_TRANSLATE_NOOP("Engine", "{} cannot hold this sound."),
        QT_TRANSLATE_NOOP("Engine", "Choose another format or sample rate."),
        QT_TRANSLATE_NOOP("Engine", "The disk that holds {} is full."),
        QT_TRANSLATE_NOOP("Engine", "The disk is full: the library could not be written."),
        QT_TRANSLATE_NOOP("Engine", "The disk is nearly full ({} MB free): new takes wait."),
        QT_TRANSLATE_NOOP(
            "Engine", "The disk is full: nothing new is taken in until there is room."
        ),
        QT_TRANSLATE_NOOP("Engine", "Free some space; the queue then goes on by itself."),
        QT_TRANSLATE_NOOP("Engine", "Free some space, then retry."),
        QT_TRANSLATE_NOOP(
            "Engine", "There was not enough memory for {} takes at once: going on with {}."
        ),
        QT_TRANSLATE_NOOP("Engine", "Nothing is lost; the others go on after them."),
        QT_TRANSLATE_NOOP("Engine", "Nothing can be written into {}."),
        QT_TRANSLATE_NOOP("Engine", "Writing into {} failed."),
        QT_TRANSLATE_NOOP("Engine", "Check the disk."),
        QT_TRANSLATE_NOOP("Engine", "Choose another folder, or change its permissions."),
        QT_TRANSLATE_NOOP("Engine", "The take was damaged before it could be stored."),
        QT_TRANSLATE_NOOP("Engine", "Try again in a moment."),
        # the library
        QT_TRANSLATE_NOOP("Engine", "DGX Music Studio is already open with this library."),
        QT_TRANSLATE_NOOP("Engine", "Use the window that is open, or close it first."),
        QT_TRANSLATE_NOOP("Engine", "The folder {} can't be written to."),
        QT_TRANSLATE_NOOP("Engine", "The library's folder can't be written to."),
        QT_TRANSLATE_NOOP("Engine", "Another program is using the library's database."),
        QT_TRANSLATE_NOOP("Engine", "Close it, then try again; nothing was changed."),
        QT_TRANSLATE_NOOP("Engine", "Close the other window of this program, then start again."),
        QT_TRANSLATE_NOOP("Engine", "The library's database is damaged."),
        QT_TRANSLATE_NOOP(
            "Engine",
            "Start the program again: it sets the damaged file aside and finds the takes.",
        ),
        QT_TRANSLATE_NOOP(
            "Engine",
            "The library's database was damaged. A fresh one was started, and your takes are being "
            "found again from their files.",
        ),
        QT_TRANSLATE_NOOP("Engine", "The damaged file is kept as {}."),
        QT_TRANSLATE_NOOP("Engine", "The library's database reported an error."),
        # of a take
        QT_TRANSLATE_NOOP("Engine", "yours: no restrictions"),
        # playing
        QT_TRANSLATE_NOOP("Engine", "No sound device can be used, so takes play in silence."),
        QT_TRANSLATE_NOOP("Engine", "Connect one, then choose it under the loudspeaker."),
        QT_TRANSLATE_NOOP("Engine", "The sound device went away; the take goes on in silence."),
        QT_TRANSLATE_NOOP("Engine", "Choose another under the loudspeaker."),
        QT_TRANSLATE_NOOP(
            "Engine", "The sound device does not answer any more; the take goes on in silence."
        ),
        QT_TRANSLATE_NOOP("Engine", "Choose one under the loudspeaker to try again."),
        QT_TRANSLATE_NOOP(
            "Engine",
            "The sound device that you chose is not there, so takes play through another.",
        ),
        QT_TRANSLATE_NOOP("Engine", "Connect it and choose it again under the loudspeaker."),
        QT_TRANSLATE_NOOP("Engine", "“{}” cannot be played."),
    ),
)


def in_own_words(text: str) -> str:
    """``text`` in the program's language; several sentences one after the other work too."""
    known = _known(text)
    if known is not None:
        source, filled = known
        return QCoreApplication.translate("Engine", source).format(*filled)
    head, stop, tail = text.partition(". ")
    while stop:
        if _known(f"{head}."):
            return f"{in_own_words(f'{head}.')} {in_own_words(tail)}"
        more, stop, tail = tail.partition(". ")
        head = f"{head}. {more}"
    return text


def _known(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Which of the texts it is, and what is filled in."""
    for start, end, source in _ends():
        # Most are ruled out by that, and their patterns need not be made: the window would wait.
        if text.startswith(start) and text.endswith(end):
            found = _pattern(source).fullmatch(text)
            if found:
                return source, found.groups()
    return None


@cache
def _ends() -> list[tuple[str, str, str]]:
    """How each text begins and ends, and the text. The most exact first: one that begins with what
    is filled in would take others' texts."""
    order = sorted(TEXTS + SERVER_TEXTS, key=lambda text: (text.startswith("{}"), -len(text)))
    return [(text.partition("{}")[0], text.rpartition("{}")[2], text) for text in order]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, text.split("{}"))))
