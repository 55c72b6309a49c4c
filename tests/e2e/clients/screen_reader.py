"""The accessibility bus for tests: JSON lines in, JSON lines out. Runs on Debian's Python."""

import json
import re
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def children(node):
    """Its children; those that vanish meanwhile are left out."""
    try:
        count = node.get_child_count()
        found = [node.get_child_at_index(index) for index in range(count)]
    except GLib.Error:
        return []
    return [child for child in found if child is not None]


def walk(node):
    """``node`` and all that is showing beneath it, depth first."""
    yield node
    for child in children(node):
        try:
            showing = child.get_state_set().contains(Atspi.StateType.SHOWING)
        except GLib.Error:
            continue
        if showing or child.get_role() == Atspi.Role.APPLICATION:
            yield from walk(child)


def applications():
    return children(Atspi.get_desktop(0))


def role_of(node):
    role = node.get_role_name()
    return "button" if role == "push button" else role  # the old name of the same role


def find(role, name):
    others = []
    for application in applications():
        for node in walk(application):
            if re.fullmatch(role, role_of(node)):
                if re.fullmatch(name, node.get_name() or ""):
                    return node
                others.append(node.get_name())
    raise LookupError(f"no {role} named {name!r} is showing, only {others}")


def describe(node):
    return {
        "role": role_of(node),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "states": [state.value_nick for state in node.get_state_set().get_states()],
    }


def controls(application):
    for node in applications():
        if node.get_name() == application:
            return [describe(item) for item in walk(node)]
    raise LookupError(f"no application named {application!r}")


def press(role, name):
    node = find(role, name)
    if node.get_n_actions() < 1 or not node.do_action(0):
        raise LookupError(f"{role} {name!r} cannot be pressed")


def place(role, name):
    area = Atspi.Component.get_extents(find(role, name), Atspi.CoordType.SCREEN)
    return [area.x, area.y, area.width, area.height]


def focus(role, name):
    if not Atspi.Component.grab_focus(find(role, name)):
        raise LookupError(f"{role} {name!r} takes no focus")


def text(role, name):
    node = find(role, name)
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def write(role, name, text):
    if not Atspi.EditableText.set_text_contents(find(role, name), text):
        raise LookupError(f"{role} {name!r} cannot be written to")


def value(role, name):
    return Atspi.Value.get_current_value(find(role, name))


def set_value(role, name, value):
    if not Atspi.Value.set_current_value(find(role, name), value):
        raise LookupError(f"{role} {name!r} cannot be set")


VERBS = {
    "controls": controls,
    "find": lambda role, name: describe(find(role, name)),
    "press": press,
    "place": place,
    "focus": focus,
    "text": text,
    "write": write,
    "value": value,
    "set_value": set_value,
}


def main():
    Atspi.init()
    for line in sys.stdin:
        details = json.loads(line)
        # Windows change while tests look at them: what was read a moment ago is no answer.
        Atspi.get_desktop(0).clear_cache()
        try:
            answer = {"result": VERBS[details.pop("verb")](**details)}
        except (LookupError, GLib.Error) as error:
            answer = {"absent": str(error)}
        print(json.dumps(answer), flush=True)


main()
