"""The page of errors: every error class that carries a `code`, by room, with what it means."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import triptych

HEAD = """\
# Errors

An error says what happened, the value seen, what is allowed and what to do next, and never holds
participant data. Each has a code that stays the same from version to version. The command prints
the message with the code in brackets and exits with 1; `[file]` stands for a file that could not be
read or written. Wrong usage of the command exits with 2. A refusal is not an error; see
[](refusals.md).
"""


def errors() -> Iterator[type]:
    """Yield the exceptions of every module, and what each `errors.py` defines, that have a code."""
    for module in pkgutil.walk_packages(triptych.__path__, "triptych."):
        if module.name.endswith("__main__") or module.name.startswith("triptych.web"):
            continue
        is_errors = module.name.endswith(".errors")
        for value in vars(importlib.import_module(module.name)).values():
            if not inspect.isclass(value) or value.__module__ != module.name or not code_of(value):
                continue
            if is_errors or issubclass(value, Exception):
                yield value


def code_of(error: type) -> str:
    """Name the code of an error class; empty if it has none of its own."""
    code = vars(error).get("code")
    return code if isinstance(code, str) else ""


def render() -> str:
    """Render the page, by room and in the order of each room's module."""
    lines, room = [HEAD], ""
    for error in sorted(errors(), key=lambda found: found.__module__):
        if room != (room := error.__module__.split(".")[1]):
            lines.append(f"## {room}\n")
        lines += [f"### `{code_of(error)}`\n", f"*{error.__name__}*{_exit_code(error)}\n"]
        lines += [inspect.getdoc(error) or "", ""]
    if not room:
        lines.append("No error has a code yet.\n")
    return "\n".join(lines).rstrip("\n") + "\n"


def _exit_code(error: type) -> str:
    exit_code = getattr(error, "exit_code", None)
    return f", exit code {exit_code}" if isinstance(exit_code, int) else ""
