"""YAML text to plain data, with the line of every field and the marks of what is unconfirmed.

Only mappings, sequences and scalars are read. Anchors, aliases, other tags and repeated keys are problems; a scalar is
a boolean, a number or null only where it is written so, and text otherwise (`NO` is a country).
"""

import re
from collections.abc import Mapping
from typing import Any, cast

import yaml

from triptych.study.errors import Problem
from triptych.study.model import Unconfirmed

MAX_BYTES = 5_000_000
MAX_DEPTH = 30
MAX_NODES = 200_000
MARK = "!unconfirmed"
_INT = re.compile(r"[-+]?\d{1,18}")
_DECIMAL = re.compile(r"[-+]?\d{1,18}\.\d+")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Read:
    """What the files of a document hold: merged data, the line of each path, unconfirmed fields, problems."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.lines: dict[str, tuple[str, int]] = {}
        self.unconfirmed: list[Unconfirmed] = []
        self.problems: list[Problem] = []

    def at(self, path: str) -> tuple[str, int]:
        """The file and line of a path, or of the nearest field above it."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, ("", 1))

    def say(self, path: str, code: str, message: str, hint: str = "") -> None:
        """Add a problem at a path."""
        file, line = self.at(path)
        self.problems.append(Problem(file, line, path, code, message, hint))


def read_files(files: Mapping[str, str]) -> Read:
    """Read the files of one document; whatever cannot be read becomes a problem."""
    read = Read()
    if sum(map(len, files.values())) > MAX_BYTES:
        read.problems.append(
            Problem(next(iter(files)), 1, "", "too_large", f"The document has more than {MAX_BYTES:,} characters.")
        )
        return read
    for name, text in sorted(files.items()):
        _File(read, name).take(text)
    return read


class _File:
    """Reads one file into the document."""

    def __init__(self, read: Read, name: str) -> None:
        self._read, self._name, self._nodes = read, name, 0

    def _say(self, line: int, path: str, code: str, message: str, hint: str = "") -> None:
        self._read.problems.append(Problem(self._name, line, path, code, message, hint))

    def take(self, text: str) -> None:
        try:
            self._refuse_aliases(text)
            root = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._say(
                mark.line + 1 if mark else 1,
                "",
                "not_yaml",
                f"This is not YAML: {getattr(error, 'problem', None) or error}.",
            )
            return
        except (RecursionError, ValueError) as error:
            self._say(1, "", "not_yaml", f"This cannot be read: {type(error).__name__}.")
            return
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            self._say(1, "", "not_a_mapping", "A file of a study document is a mapping of fields.")
            return
        for key, value in self._pairs(root, ""):
            self._merge(key, value)

    def _refuse_aliases(self, text: str) -> None:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            mark = cast(yaml.Mark, event.start_mark)  # libyaml's own class has the same fields
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise yaml.MarkedYAMLError(
                    problem="anchors and aliases are not used here; write it out", problem_mark=mark
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            self._nodes += 1
            if depth > MAX_DEPTH or self._nodes > MAX_NODES:
                raise yaml.MarkedYAMLError(
                    problem="the document is nested too deep or holds too many fields", problem_mark=mark
                )

    def _merge(self, key: str, value: object) -> None:
        data = self._read.data
        if key not in data:
            data[key] = value
        elif isinstance(data[key], list) and isinstance(value, list):
            data[key].extend(value)
        else:
            self._say(self._read.lines[key][1], key, "duplicate_key", f"{key} is given twice.")

    def _pairs(self, node: yaml.MappingNode, path: str) -> list[tuple[str, Any]]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._say(line, path, "bad_key", "A field has a plain name.")
                continue
            key = str(key_node.value)
            below = f"{path}.{key}" if path else key
            if key in found:
                self._say(line, below, "duplicate_key", f"{key} is given twice.")
                continue
            self._read.lines.setdefault(below, (self._name, line))
            found[key] = self._value(value_node, below)
        return list(found.items())

    def _value(self, node: yaml.Node, path: str) -> object:
        line = node.start_mark.line + 1
        if node.tag == MARK:
            self._read.unconfirmed.append(Unconfirmed(path, self._name, line))
        elif not node.tag.startswith("tag:yaml.org,2002:") and node.tag != "!":
            self._say(line, path, "unknown_tag", f"The tag {node.tag} is not known.", f"The only tag is {MARK}.")
        match node:
            case yaml.MappingNode():
                return dict(self._pairs(node, path))
            case yaml.SequenceNode():
                return [self._element(child, path, number) for number, child in enumerate(node.value)]
            case _:
                return _scalar(node)

    def _element(self, node: yaml.Node, path: str, number: int) -> object:
        """An element of a list; one with an id is named by it in paths."""
        name = (
            next((v.value for k, v in node.value if k.value == "id"), number)
            if isinstance(node, yaml.MappingNode)
            else number
        )
        below = f"{path}.{name}"
        self._read.lines.setdefault(below, (self._name, node.start_mark.line + 1))
        return self._value(node, below)


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
