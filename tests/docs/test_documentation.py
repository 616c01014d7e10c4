"""The documentation names what exists, and only what exists."""

import importlib
import inspect
import pkgutil
import re
import shlex
from pathlib import Path

import click
import pytest

import triptych
from triptych.cli import main

ROOT = Path(__file__).parents[2]
TARGETS = dict(re.findall(r"^([a-z-]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if "_build" not in path.parts)


def error_codes() -> dict[str, str]:
    """Return the code of each error class of every module, by the class's full name."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(triptych.__path__, "triptych.")
        if not module.name.endswith("__main__") and not module.name.startswith("triptych.web")
    ]
    return {
        f"{module.__name__}.{name}": value.code
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and value.__module__ == module.__name__
        and isinstance(vars(value).get("code") or None, str)
        and (module.__name__.endswith(".errors") or issubclass(value, Exception))
    }


def command_paths(command: object, path: str = "triptych") -> list[str]:
    below = command.commands.items() if isinstance(command, click.Group) else ()
    shown = [(name, each) for name, each in below if not each.hidden]
    return [path, *(p for name, each in shown for p in command_paths(each, f"{path} {name}"))]


def test_every_error_code_has_its_heading_on_the_page_of_errors():
    headings = set(re.findall(r"^### `(.+)`$", (ROOT / "docs/reference/errors.md").read_text(), re.MULTILINE))
    missing = {name: code for name, code in error_codes().items() if code not in headings}
    assert not missing, "run `make fix`"


def test_no_two_errors_share_a_code():
    codes = list(error_codes().values())
    assert sorted(codes) == sorted(set(codes))


def test_every_command_has_its_heading_on_the_page_of_commands():
    page = (ROOT / "docs/reference/cli.md").read_text()
    assert [path for path in command_paths(main) if f"## `{path}`\n" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_make_targets_that_exist(page):
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE))
    assert named <= set(TARGETS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_links_only_to_files_that_exist(page):
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def commands_in(text: str) -> list[list[str]]:
    """The words of each command line of ours that a page shows, but for those with gaps to fill."""
    blocks = re.findall(r"```(?:console|shell|text)\n(.*?)```", text.replace("\\\n", " "), re.DOTALL)
    shown = re.findall(r"^(?:\$ )?(?:\.venv/bin/)?triptych (.+)$", "\n".join(blocks), re.MULTILINE)
    named = re.findall(r"`triptych ([a-z][^`\n]*)`", text)
    return [
        shlex.split(line.partition(" #")[0]) for line in (*shown, *named) if "[" not in line and "COMMAND" not in line
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_commands_and_options_that_exist(page):
    for words in commands_in(page.read_text()):
        command, rest = main, list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            assert rest[0] in command.commands, words
            command = command.commands[rest.pop(0)]
        known = {
            "--help",
            "--version",
            *(name for option in command.params for name in (*option.opts, *option.secondary_opts)),
        }
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, words


def test_make_alone_lists_every_target():
    listed = re.search(r"^\.PHONY: (.+?)\\$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert listed
    assert set(listed[1].split()) == set(TARGETS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_paths_that_exist(page):
    named = re.findall(r"`((?:src|tests|docs|\.ci)/[\w./-]*)`", page.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []
