"""Machines in one: network namespaces on a bridge, each with an address. Only root makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["BRIDGE", "namespaces"]

NET = "10.97.0"
BRIDGE = f"{NET}.1"
"""Our own address there."""


@contextmanager
def namespaces(names: list[str]) -> Iterator[dict[str, str]]:
    """Their addresses, by the names under which they can be entered; none where none are made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        yield {}
        return
    own = f"music{os.getpid()}"[:12]
    made: list[list[str]] = []

    def do(*words: str, undo: list[str] | None = None) -> None:
        subprocess.run(["ip", *words], check=True)
        if undo is not None:
            made.append(undo)

    try:
        do("link", "add", own, "type", "bridge", undo=["link", "del", own])
        do("addr", "add", f"{BRIDGE}/24", "dev", own)
        do("link", "set", own, "up")
        addresses = {}
        for number, name in enumerate(names):
            space, near = f"{own}-{name}", f"{own[5:]}v{number}"
            address = f"{NET}.{number + 10}"
            do("netns", "add", space, undo=["netns", "del", space])
            do("link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", space)
            do("link", "set", near, "master", own, "up")
            for words in (
                ["addr", "add", f"{address}/24", "dev", "eth0"],
                ["link", "set", "eth0", "up"],
                ["link", "set", "lo", "up"],
            ):
                subprocess.run(["ip", "netns", "exec", space, "ip", *words], check=True)
            addresses[space] = address
        yield addresses
    finally:
        for words in reversed(made):
            subprocess.run(["ip", *words], check=False)
