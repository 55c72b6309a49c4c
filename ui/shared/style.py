"""What plain widgets look like: one style sheet, made from the tokens.

A widget that is more than plain says so by its ``role`` property (``ui.shared.widgets.as_role``);
no style rules are scattered elsewhere. Buttons take the focus by keyboard only, so that a focus
ring is always a keyboard's.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from resources import ROOT
from ui.shared.tokens import Size, Tokens

__all__ = ["style_sheet"]

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QMainWindow, QWidget[role="ground"] { background: $ground; }
QDialog, QWidget[role="panel"] { background: $panel; }
QFrame[role="line"] { background: $line; border: none; }
QFrame[role="card"] { background: $raised; border: 1px solid $line; border-radius: ${radius}px; }
QFrame[role="notice"] { background: $panel; border: 1px solid $line;
  border-left: 3px solid $edge; border-radius: ${radius}px; }
QFrame[role="notice"][level="good"] { border-left-color: $good; }
QFrame[role="notice"][level="caution"] { border-left-color: $caution; }
QFrame[role="notice"][level="bad"] { border-left-color: $bad; }
QFrame[role="drop"] { border: 1px solid transparent; border-radius: ${radius}px; }
QFrame[role="drop"][over="true"] { border-color: $accent; background: $hover; }
QScrollArea { background: transparent; border: none; }

QLabel { background: transparent; }
QLabel[role="section"] { color: $muted; font-size: ${section}px; font-weight: 600;
  letter-spacing: 1px; }
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="brand"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small}px; }
QLabel[role="problem"] { color: $bad; font-size: ${small}px; }
QLabel[role="caution"] { color: $caution; }
QLabel[role="caution-small"] { color: $caution; font-size: ${small}px; }
QLabel[role="value"][restricted="true"] { color: $caution; }

QPushButton, QToolButton, QCheckBox, QComboBox, QSlider { outline: none; }
QPushButton { background: transparent; color: $text; border: 1px solid $line;
  border-radius: ${radius}px; padding: 0 12px; min-height: 30px; }
QPushButton:hover { background: $hover; border-color: $edge; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; border-color: $line; background: transparent; }
QPushButton[role="main"] { background: $accent_text; color: $on_accent;
  border: 1px solid $accent_text; font-size: ${title}px; font-weight: 600; min-height: 42px; }
QPushButton[role="main"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="main"]:focus { border: 2px solid $text; min-height: 40px; }
QPushButton[role="main"]:disabled { background: $raised; color: $muted; border-color: $line; }
QPushButton[role="small"] { min-height: 24px; padding: 0 10px; }
QPushButton[role="small"]:checked { background: $raised; border-color: $edge; }
QPushButton[role="link"] { border: none; padding: 0; min-height: 20px; text-align: left;
  text-decoration: underline; }
QPushButton[role="link"]:hover { background: transparent; color: $accent_text; }
QPushButton[role="link"]:focus { color: $accent_text; }
QPushButton[role="fold"] { border: 1px solid transparent; padding: 0 4px 0 0; min-height: 22px;
  text-align: left; }
QPushButton[role="fold"]:hover { background: transparent; color: $text; }
QPushButton[role="fold"]:focus { border-color: $accent; }
QPushButton[role="chip"] { color: $muted; border-radius: 13px; min-height: 24px; padding: 0 11px;
  font-size: ${small}px; }
QPushButton[role="chip"]:hover { color: $text; }
QPushButton[role="chip"]:checked { background: $inverse; border-color: $inverse; color: $ground;
  font-weight: 500; }
QPushButton[role="chip"]:focus { border-color: $accent; }
QPushButton[role="tab"] { border: 1px solid transparent; color: $muted; min-height: 26px;
  padding: 0 11px; }
QPushButton[role="tab"]:hover { color: $text; background: $hover; }
QPushButton[role="tab"]:checked { background: $raised; color: $text; font-weight: 600; }
QPushButton[role="tab"]:focus { border-color: $accent; }
QPushButton[role="tag"] { color: $muted; font-size: ${small}px; border-radius: 4px;
  min-height: 20px; padding: 0 7px; }
QPushButton[role="tag"]:hover { color: $text; }
QPushButton[role="tag"]:focus { border-color: $accent; }
QPushButton[role="example"] { background: $panel; border-color: $line; text-align: left;
  padding: 0 16px; min-height: 46px; }
QPushButton[role="example"]:hover { background: $raised; border-color: $edge; }
QPushButton[role="example"]:focus { border-color: $accent; }
QPushButton[role="picker"] { background: $raised; }
QPushButton[role="picker"]:hover { border-color: $edge; }
QPushButton[role="picker"]:focus { border-color: $accent; }
QPushButton::menu-indicator { image: none; width: 0; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: ${radius}px;
  padding: 5px; }
QToolButton:hover { background: $hover; border-color: $line; }
QToolButton:pressed { background: $line; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QAbstractSpinBox { background: $raised; color: $text;
  border: 1px solid $line; border-radius: ${radius}px; padding: 0 8px; min-height: 30px;
  selection-background-color: $edge; selection-color: $text; }
QPlainTextEdit { padding: 6px 4px; }
QPlainTextEdit[role="notes"] { background: transparent; border-color: transparent; min-height: 0;
  padding: 2px 0 2px -1px; }
QPlainTextEdit[role="notes"]:hover { border-color: $line; }
QPlainTextEdit[role="notes"]:focus { background: $raised; border-color: $accent; }
QAbstractSpinBox { padding: 0 4px; max-height: 30px; }
QLineEdit[role="seed"] { padding: 0 5px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border;
  width: 0; height: 0; border: none; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; padding: 0; min-height: 0; }
QPlainTextEdit[role="prompt"] { font-size: ${title}px; padding: 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled { color: $muted; background: $panel; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QAbstractSpinBox[invalid="true"] {
  border-color: $bad; }
QLineEdit[role="tag"] { background: transparent; border-color: transparent;
  font-size: ${small}px; border-radius: 4px; min-height: 20px; padding: 0 6px 0 -3px; }
QLineEdit[role="tag"]:hover { border-color: $line; }
QLineEdit[role="tag"]:focus { background: $raised; border-color: $accent; padding: 0 6px; }
QLineEdit[role="rename"] { background: transparent; border-color: transparent;
  padding: 0 0 0 -3px;
  font-size: ${heading}px; font-weight: 600; }
QLineEdit[role="rename"]:hover { border-color: $line; }
QLineEdit[role="rename"]:focus { background: $raised; border-color: $accent; padding: 0 8px; }

QComboBox { background: $raised; border: 1px solid $line; border-radius: ${radius}px;
  padding: 0 10px; min-height: 30px; }
QComboBox:hover { border-color: $edge; }
QComboBox:focus, QComboBox:on { border-color: $accent; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px;
  outline: none; selection-background-color: $line; selection-color: $text; }

QSlider { min-height: 20px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $faint; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $inverse; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: $inverse; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider:focus { border: none; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $faint; }

QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $edge; border-radius: 4px;
  background: $raised; }
QCheckBox::indicator:checked { background: $inverse; border-color: $inverse; image: url("$tick"); }
QCheckBox::indicator:focus { border-color: $accent; }

QMenuBar { background: transparent; color: $muted; }
QMenuBar::item { padding: 5px 10px; border-radius: ${radius}px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; color: $text; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $line; }
QMenu::item:disabled { color: $muted; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 6px 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 6px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 2px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $wave; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $line; }
QTableView[role="sheet"] { background: $ground; border: 1px solid $line; border-radius: ${radius}px;
  gridline-color: $line; selection-background-color: $raised; selection-color: $text;
  outline: none; }
QTableView[role="sheet"]::item { padding: 0 8px; border: none; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none;
  border-bottom: 1px solid $line; padding: 6px 11px; font-size: ${small}px; }
QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")


def style_sheet(tokens: Tokens) -> str:
    icons = (ROOT / "icons").as_posix()
    images = {
        "chevron": f"{icons}/control-chevron.svg",
        "tick": f"{icons}/control-tick-{'dark' if tokens.dark else 'light'}.svg",
    }
    sizes = {size.name.lower(): int(size) for size in Size}
    return _SHEET.substitute(asdict(tokens), **sizes, **images)
