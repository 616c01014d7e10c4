"""The page of the `triptych` command: every sub-command with its arguments and options."""

import inspect
from collections.abc import Iterator

import click

from triptych.cli import main

HEAD = """\
# The `triptych` command

Each sub-command is a thin call into the rooms. `triptych COMMAND --help` prints the same text.
Exit codes of errors are on the page [](errors.md).
"""


def render() -> str:
    """Render the page; a command that is not built on click yet has no sub-commands to list."""
    if not isinstance(main, click.Command):
        return HEAD + "\nNo sub-command is documented yet.\n"
    context = click.Context(main, info_name="triptych")
    return "\n".join([HEAD, *_sections(main, context)]).rstrip("\n") + "\n"


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## `{context.command_path}`\n"
    yield _prose(command.help) + "\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    options = [row for row in map(_row, _shown(command, context)) if row]
    if options:
        yield "\n".join(["| option or argument | meaning |", "|---|---|", *options]) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below and not below.hidden:
                yield from _sections(below, click.Context(below, parent=context, info_name=name))


def _shown(command: click.Command, context: click.Context) -> list[click.Parameter]:
    help_option = command.get_help_option(context)
    return [parameter for parameter in command.get_params(context) if parameter is not help_option]


def _row(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        if parameter.hidden:
            return ""
        names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
        return f"| {names} | {_cell(parameter.help)}{_default(parameter)} |"
    name = parameter.human_readable_name.upper()
    return f"| `{name}` | {_cell(getattr(parameter, 'help', ''))} |"


def _default(option: click.Option) -> str:
    if not option.show_default or option.default is None:
        return ""
    return f" Default: `{option.default}`."


def _prose(text: str | None) -> str:
    return inspect.cleandoc((text or "").split("\f")[0]).replace("\b\n", "")


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
