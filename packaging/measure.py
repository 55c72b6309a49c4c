"""Run one benchmark and print its figures as a table or one JSON object.

A benchmark is benches/NAME.py with a function ``bench()`` that gives its figures by name:

    {"first_paint": {"value": 0.41, "unit": "s", "max": 0.7}, "rows": 10_000}

``max`` or ``min`` is the target, where there is one; the exit code is 1 when one is missed. A bare
value only tells: it stands in the report itself, beside ``figures``. What is no number (of nothing
a median is none) is null in JSON, which knows no NaN, and meets no target. One that can go on for a
given time takes ``minutes``.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import math
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
BENCHES = Path(__file__).with_name("benches")
TOLD_PACKAGES = ("numpy", "scipy", "pyside6-essentials", "peewee", "soundfile", "torch")


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure one thing.")
    known = sorted(path.stem for path in BENCHES.glob("*.py"))
    parser.add_argument("name", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--minutes", type=float, help="how long, for one that looks at a long time")
    arguments = parser.parse_args()
    sys.path.insert(1, str(ROOT))  # benchmarks share the tools of the end-to-end tests
    module = importlib.import_module(f"benches.{arguments.name}")
    options = {} if arguments.minutes is None else {"minutes": arguments.minutes}
    if not options.keys() <= inspect.signature(module.bench).parameters.keys():
        parser.error(f"{arguments.name} takes as long as it takes")
    measured = plain(module.bench(**options))
    figures = {name: judged(figure) for name, figure in measured.items() if is_figure(figure)}
    told = {name: value for name, value in measured.items() if name not in figures}
    report = {
        "bench": arguments.name,
        "what": (module.__doc__ or "").strip().partition("\n")[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "figures": figures,
        "ok": all(figure.get("ok", True) for figure in figures.values()),
        **told,
    }
    print(as_json(report) if arguments.json else table(report, told))
    return 0 if report["ok"] else 1


def plain(value: Any) -> Any:
    """With None for each float that is no number, or has no end."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, indent=2, allow_nan=False)


def is_figure(value: Any) -> bool:
    return isinstance(value, dict) and "value" in value


def judged(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure with ``ok`` where it has a target."""
    value, bounds = figure["value"], [name for name in ("min", "max") if name in figure]
    if not bounds:
        return figure
    met = value is not None and figure.get("min", value) <= value <= figure.get("max", value)
    return figure | {"ok": met}


def machine() -> dict[str, Any]:
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "os": platform.platform(),
        # What else ran meanwhile: figures from a busy machine are worth less.
        "load_before": round(psutil.getloadavg()[0], 2),
    }


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "commit": commit()}
    for package in TOLD_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # torch is not there in a light set-up
    return found


def commit() -> str:
    """The commit measured, with a + when files differ from it; "unknown" outside git."""
    describe = ["git", "describe", "--always", "--abbrev=12", "--dirty=+"]
    try:
        done = subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def table(report: dict[str, Any], told: dict[str, Any]) -> str:
    """The report for people."""
    here = report["machine"]
    lines = [
        f"{report['bench']}: {report['what']}",
        f"{here['cpu']}, {here['cores']} cores, {here['memory_gb']} GB, load {here['load_before']}"
        f" · commit {report['versions']['commit']}",
        "",
    ]
    width = max((len(name) for name in (*report["figures"], *told)), default=0)
    for name, value in told.items():
        rows = value if isinstance(value, list) else [value]
        lines += [f"  {name:<{width}}  {row}" for row in rows]
    for name, figure in report["figures"].items():
        value = figure["value"]
        shown = "nothing" if value is None else value
        shown = f"{shown:.4g}" if isinstance(shown, float) else str(shown)
        line = f"  {name:<{width}}  {shown} {figure.get('unit', '')}".rstrip()
        if "ok" in figure:
            target = [f"{word} {figure[word]:g}" for word in ("max", "min") if word in figure]
            line += f"   {', '.join(target)}: {'met' if figure['ok'] else 'MISSED'}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
