"""Any YAML document with marks of what is unconfirmed, read into a shape: values, unconfirmed paths, or problems."""

from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from triptych.study.errors import StudyProblems
from triptych.study.reading import read_files
from triptych.study.shaping import faults
from triptych.study.treatment import Part

Shape = TypeVar("Shape", bound=Part)


class Marked(Struct, Generic[Shape], frozen=True):
    """A document as its shape, and the paths of the fields that their source does not confirm."""

    value: Shape
    unconfirmed: frozenset[str]


def read_marked(name: str, text: str, shape: type[Shape]) -> Marked[Shape]:
    """Read one file. Raises `StudyProblems` listing everything that is wrong with it, by line."""
    read = read_files({name: text})
    if not read.broken:
        found = [fault._replace(path=fault.path.lstrip(".")) for fault in faults(read.data, shape, "")]
        read.problems += [read.problem(*fault) for fault in found]
    if read.problems:
        raise StudyProblems(tuple(sorted(read.problems)))
    return Marked(msgspec.convert(read.data, shape), frozenset(mark.path for mark in read.unconfirmed))
