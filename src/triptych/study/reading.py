"""YAML text to plain data, with the line of every field and the marks of what is unconfirmed.

Only mappings, sequences and scalars are read. Anchors, aliases, other tags, repeated keys and invisible characters
are problems; a scalar is a boolean, a number or null only where it is written so, and text otherwise (`NO` is a
country, `2026-11-23` and `0123` are texts).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import yaml

from triptych.study.errors import Problem
from triptych.study.model import Unconfirmed

MAX_BYTES = 5_000_000
MAX_DEPTH = 30
MAX_NODES = 200_000
MAX_NAME = 60
MAX_REPORTED = 100
MARK = "!unconfirmed"
REPLACED = "\ufffd"
"""What stands for bytes that are not UTF-8."""
# Control characters, line separators, and what turns the direction of text: none can be seen, and each can make a
# text look like another (Unicode Technical Standard 39, Trojan Source).
INVISIBLE = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff"
_BAD = re.compile(f"[{INVISIBLE}\\ud800-\\udfff\\ufffd-\\uffff]")
_BAD_IN_VALUE = re.compile(f"[\\r{INVISIBLE}\\ud800-\\udfff\\ufffd-\\uffff]")
_BREAK = re.compile(r"\r\n?|\n")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {yaml.ScalarEvent: "scalar", yaml.SequenceStartEvent: "sequence", yaml.MappingStartEvent: "mapping"}
_NODES = {yaml.ScalarNode: "scalar", yaml.SequenceNode: "sequence", yaml.MappingNode: "mapping"}


class Read:
    """What the files of a document hold: merged data, the line of each path, unconfirmed fields, problems.

    `again` has the place where a path is written a second time. A document is `broken` where part of it cannot be
    read at all, so that nothing can be said about what is missing.
    """

    def __init__(self, first: str = "study.yaml") -> None:
        self.first = first
        self.data: dict[str, Any] = {}
        self.lines: dict[str, tuple[str, int]] = {}
        self.again: dict[str, tuple[str, int]] = {}
        self.unconfirmed: list[Unconfirmed] = []
        self.problems: list[Problem] = []
        self.broken = False

    def nearest(self, path: str) -> str:
        """The path, or the nearest field above it that is written."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return path

    def problem(self, path: str, code: str, message: str, hint: str = "", *, again: bool = False) -> Problem:
        """A problem at a path; with `again`, where the path is written a second time."""
        near = self.nearest(path)
        file, line = self.lines.get(near, (self.first, 1))
        if again:
            file, line = self.again.get(near, (file, line))
        return Problem(file, line, path, code, message, hint)


def read_files(files: Mapping[str, str]) -> Read:
    """Read the files of one document; whatever cannot be read becomes a problem."""
    read = Read(*sorted(files)[:1])
    if not files:
        read.problems.append(read.problem("", "no_file", "There is no YAML file here.", "Write study.yaml."))
        read.broken = True
    elif sum(map(len, files.values())) > MAX_BYTES:
        message = f"The document has more than {MAX_BYTES:,} characters."
        read.problems.append(read.problem("", "too_large", message, "Take out what is no part of the protocol."))
        read.broken = True
    else:
        for name, text in sorted(files.items()):
            _File(read, name).take(text)
    return read


def name_of(part: object, number: int) -> str:
    """How paths name an element of a list: by its id, or by its place where it has none."""
    name = part.get("id") if isinstance(part, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= MAX_NAME else str(number)


class _Unreadable(Exception):
    """A file is not read on; the problem has been said."""


class _File:
    """Reads one file into the document."""

    def __init__(self, read: Read, name: str) -> None:
        self._read, self._name = read, name
        self._tags: dict[tuple[int, int, str], str] = {}
        self._own: dict[str, int] = {}

    def _say(self, line: int, path: str, code: str, message: str, hint: str = "") -> None:
        self._read.problems.append(Problem(self._name, line, path, code, message, hint))

    def take(self, text: str) -> None:
        """Read the text of the file."""
        try:
            root = self._compose(self._cleaned(text.removeprefix("\ufeff")))
        except _Unreadable:
            self._read.broken = True
            return
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            self._say(1, "", "not_a_mapping", "This file is no mapping of fields.", "Write lines such as `id: study`.")
            self._read.broken = True
            return
        if self._tag(root):
            self._say(_line(root), "", "unknown_tag", "A whole file has no tag.", f"Write {MARK} before a value.")
        for key, value in self._pairs(root, ""):
            self._merge(key, value)

    def _cleaned(self, text: str) -> str:
        """The text without invisible characters, reported once a line. Raises `_Unreadable` if it is not UTF-8."""
        lines: dict[int, str] = {}
        at, line = 0, 1
        for found in _BAD.finditer(text):
            line += len(_BREAK.findall(text, at, found.start()))
            at = found.start()
            lines.setdefault(line, found.group())
        for line, letter in islice(lines.items(), MAX_REPORTED):
            self._bad_character(line, "", letter)
        if REPLACED in lines.values():
            raise _Unreadable
        return _BAD.sub("?", text)

    def _bad_character(self, line: int, path: str, letter: str) -> None:
        if letter == REPLACED:
            self._say(line, path, "not_utf8", "This is not text in UTF-8.", "Save the file as UTF-8.")
            return
        message = f"The character U+{ord(letter):04X} cannot be seen and may not stand in a document."
        self._say(line, path, "bad_character", message, "Take it out.")

    def _compose(self, text: str) -> yaml.Node | None:
        """The file as a tree. Raises `_Unreadable`."""
        try:
            self._survey(text)
            return yaml.compose(text, Loader=_Loader)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or "it holds something that YAML does not know"
            hint = "Indent with spaces, and put a text that holds a colon or begins with a sign in quotes."
            self._say(mark.line + 1 if mark else 1, "", "not_yaml", f"This is not YAML: {what}.", hint)
            raise _Unreadable from None

    def _survey(self, text: str) -> None:
        """Note tags and refuse aliases, depth and size before a tree is built. Raises `_Unreadable`."""
        depth, aliases = 0, 0
        for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
            mark = cast(yaml.Mark, event.start_mark)  # libyaml's own class has the same fields
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                aliases += 1
                if aliases <= MAX_REPORTED:
                    self._say(mark.line + 1, "", "alias", "Anchors and aliases are not used here.", "Write it out.")
            tag = getattr(event, "tag", None)
            if tag is not None:
                self._tags[mark.line, mark.column, _KINDS[type(event)]] = str(tag)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                self._stop(mark, "too_deep", f"Fields are nested more than {MAX_DEPTH} deep.", "Write it flatter.")
            if number > MAX_NODES:
                self._stop(mark, "too_many", f"The file has more than {MAX_NODES:,} fields.", "Divide the document.")
        if aliases:
            raise _Unreadable

    def _stop(self, mark: yaml.Mark, code: str, message: str, hint: str) -> None:
        self._say(mark.line + 1, "", code, message, hint)
        raise _Unreadable

    def _tag(self, node: yaml.Node) -> str:
        """The tag that is written before a node, or none."""
        return self._tags.get((node.start_mark.line, node.start_mark.column, _NODES[type(node)]), "")

    def _merge(self, key: str, value: object) -> None:
        data = self._read.data
        if key not in data:
            data[key] = value
        elif isinstance(data[key], list) and isinstance(value, list):
            data[key].extend(value)
        else:
            file = self._read.lines[key][0]
            self._say(self._own[key], key, "duplicate_key", f"{key} is given in {file} as well.", "Write it once.")

    def _pairs(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Any]]:
        found: set[str] = set()
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, yaml.ScalarNode) or self._tag(key_node):
                hint = f"{MARK} stands before a value, or before a whole entry in braces: - {MARK} {{id: one}}."
                self._say(line, path, "bad_key", "A field has a plain name.", hint)
                continue
            key = str(key_node.value)
            below = f"{path}.{key[:MAX_NAME]}" if path else key[:MAX_NAME]
            self._look_at(key, line, below)
            if key in found:
                self._say(line, below, "duplicate_key", f"{key[:MAX_NAME]} is given twice.", "Write it once.")
                continue
            found.add(key)
            self._note(below, line)
            yield key, self._value(value_node, below)

    def _note(self, path: str, line: int) -> None:
        self._own.setdefault(path, line)
        if self._read.lines.setdefault(path, (self._name, line)) != (self._name, line):
            self._read.again.setdefault(path, (self._name, line))

    def _value(self, node: yaml.Node, path: str) -> object:
        tag = self._tag(node)
        if tag == MARK:
            self._read.unconfirmed.append(Unconfirmed(path, self._name, _line(node)))
        elif tag:
            known = f"The only tag is {MARK}."
            self._say(_line(node), path, "unknown_tag", f"The tag {tag[:MAX_NAME]} is not known.", known)
        match node:
            case yaml.MappingNode():
                return dict(self._pairs(node, path))
            case yaml.SequenceNode():
                # A list that goes on from another file goes on counting.
                before = self._read.data.get(path, ())
                start = len(before) if isinstance(before, list) else 0
                return [self._element(child, path, number) for number, child in enumerate(node.value, start)]
            case _:
                self._look_at(str(node.value), _line(node), path)
                return _scalar(node)

    def _look_at(self, text: str, line: int, path: str) -> None:
        """Report a character that an escape sequence has brought in."""
        found = _BAD_IN_VALUE.search(text)
        if found:
            self._bad_character(line, path, found.group())

    def _element(self, node: yaml.Node, path: str, number: int) -> object:
        """An element of a list; one with an id is named by it in paths."""
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        name = next((_scalar(value) for key, value in pairs if key.value == "id"), None)
        below = f"{path}.{name_of({'id': name}, number)}"
        self._note(below, _line(node))
        return self._value(node, below)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(node: yaml.Node) -> object:
    if not isinstance(node, yaml.ScalarNode):
        return None
    text = str(node.value)
    if node.style:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
