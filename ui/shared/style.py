"""What plain widgets look like: one style sheet, made from the tokens.

A widget that is more than plain says so by its ``role`` property (see ``ui.shared.widgets``);
no style rules are scattered elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from ui.shared.tokens import Tokens

__all__ = ["style_sheet"]

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
""")


def style_sheet(tokens: Tokens) -> str:
    return _SHEET.substitute(asdict(tokens))
