"""The command line: ``dgx-music``. Each command imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli_answers import Json
from app.cli_models import models
from app.cli_serve import serve, tokens
from app.cli_worker import worker, workers
from app.launch import open_window

__all__ = ["main"]

cli = typer.Typer(
    name="dgx-music",
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print the values of all variables
    context_settings={"help_option_names": ["-h", "--help"]},
)

cli.add_typer(models, name="models")
cli.add_typer(tokens, name="token")
cli.add_typer(workers, name="workers")
cli.command()(serve)
cli.command()(worker)

Precision = Annotated[
    str | None,
    typer.Option(
        help="Of a model's weights: auto, fp32, bf16, fp16, int8 or int4.",
        show_default="as in settings",
    ),
]


@cli.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """DGX Music Studio: turn words into music. Without a command, the window opens."""
    if version:
        import importlib.metadata

        typer.echo(f"dgx-music {importlib.metadata.version('dgx-music-studio')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        studio()


@cli.command()
def studio(precision: Precision = None) -> None:
    """Open the window."""
    raise typer.Exit(open_window(precision))


@cli.command()
def generate(
    prompts: Annotated[
        list[str],
        typer.Argument(
            metavar="PROMPT",
            help="What to play. {calm|tense} stands for two prompts.",
            show_default=False,
        ),
    ],
    model: Annotated[str, typer.Option(help="Which model plays it.")] = "sketch",
    duration: Annotated[float, typer.Option(help="Seconds of music.")] = 16.0,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same take.", show_default="drawn")
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, max=100, help="Takes of each prompt, with seeds that follow.")
    ] = 1,
    format: Annotated[
        str | None, typer.Option(help="wav, flac, mp3 or ogg.", show_default="wav")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A file for one take, or a folder.", show_default="the takes folder"),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="You have read the model's licence: do not ask."),
    ] = False,
    precision: Precision = None,
    melody: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Audio whose melody to follow, for melody models."),
    ] = None,
    continue_from: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Audio to go on from.")
    ] = None,
    continue_at: Annotated[
        float | None,
        typer.Option(help="Go on from this second of it.", show_default="its end"),
    ] = None,
    json: Json = False,
) -> None:
    """Make takes here in the terminal, with the window's engine."""
    from app.generate import generate_takes

    settings = {
        "model": model,
        "duration": duration,
        "seed": seed,
        "output_format": format,
        "melody": None if melody is None else str(melody.absolute()),
        "continue_from": None if continue_from is None else str(continue_from.absolute()),
        "continue_at": continue_at,
    }
    raise typer.Exit(
        generate_takes(
            prompts, settings, count=count, out=out, as_json=json, yes=yes, precision=precision
        )
    )


@cli.command()
def doctor(json: Json = False) -> None:
    """Check what this computer has and say what to do about the rest."""
    from app.doctor import report

    raise typer.Exit(report(as_json=json))


@cli.command()
def logs(
    hours: Annotated[float, typer.Option(min=0, help="How far to look back.")] = 24,
    severity: Annotated[
        str, typer.Option(help="The least that is shown: DEBUG, INFO, WARNING or ERROR.")
    ] = "INFO",
    search: Annotated[str, typer.Option(help="Only lines with this text in them.")] = "",
    save_json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what is found to a file, as JSON.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Show what the program logged."""
    from app.logs import show_logs

    raise typer.Exit(show_logs(hours, severity, search, save_json, as_json=json))


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
