"""Exports: what they look like, and that any change to one is found without a database."""

import io
import json
from hashlib import sha256

import pytest
from tests.ledger.exports import UUIDS, chain, check, exported, forge
from tests.ledger.records import ANNA, BERT, ONE, SITE, TWO, file, put, text_of

from triptych.ledger import archive_check
from triptych.ledger.archive import Manifest, encode_manifest, export, read_manifest
from triptych.ledger.chain import Damage, Verdict, seal
from triptych.ledger.errors import DamagedArchive
from triptych.ledger.manifest import StreamHead
from triptych.ledger.memory import MemoryStore


@pytest.fixture(params=["large", "small"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in large batches, or line by line as if they were far longer."""
    if request.param == "small":
        monkeypatch.setattr(archive_check, "BATCH", 1)
        monkeypatch.setattr(archive_check, "MANY", 1)


class Line:
    """A line of an export as tests name it."""

    def __init__(self, number: int, raw: bytes) -> None:
        self.number = number
        self.raw = raw
        self.record = json.loads(raw).get("record")

    def is_named_by(self, damage: Damage) -> bool:
        """Whether a damage names this line, and its record by identifier or by place."""
        if damage.line != self.number:
            return False
        if self.record is None:
            return True
        place = (self.record["stream"], self.record["position"])
        return damage.record_id == self.record["id"] or (damage.stream, damage.position) == place


def lines_of(content: bytes) -> list[Line]:
    """The lines of an export."""
    return [Line(*item) for item in enumerate(content.splitlines(keepends=True), 1)]


def test_an_export_is_the_documents_then_the_records_verbatim_then_a_manifest() -> None:
    store = MemoryStore()
    digest = put(store, b"text")
    second = file(store, SITE, ONE)
    first = file(store, ANNA, TWO)
    out = io.BytesIO()
    with store.reading() as reading:
        manifest = export(reading, out)
    lines = out.getvalue().splitlines(keepends=True)
    assert lines[0] == b'{"document":"%b","content":"text"}\n' % digest.encode()
    for line, stored in zip(lines[1:], (first, second), strict=False):
        sha = stored.sha256.hex().encode()
        assert line == b'{"sha256":"%b","record":%b}\n' % (sha, stored.body)
    assert json.loads(lines[3]) == {
        "manifest": {
            "format": 1,
            "streams": [
                {"stream": ANNA, "position": 1, "sha256": first.sha256.hex()},
                {"stream": SITE, "position": 1, "sha256": second.sha256.hex()},
            ],
            "documents": [digest],
            "records": 2,
            "sha256_of_lines": sha256(b"".join(lines[:3])).hexdigest(),
        }
    }
    assert lines[3] == encode_manifest(manifest)
    assert len(lines) == 4


@pytest.mark.usefixtures("batches")
def test_a_sound_export_is_counted_and_has_no_damage(content: bytes) -> None:
    assert check(content) == Verdict(streams=3, records=9, documents=2, damages=())


def test_an_empty_ledger_exports_a_manifest_and_nothing_else() -> None:
    empty = exported(MemoryStore())
    assert empty.count(b"\n") == 1
    assert check(empty) == Verdict(0, 0, 0, ())


@pytest.mark.requirement("P11-01")
@pytest.mark.usefixtures("batches")
@pytest.mark.parametrize("mask", [0x01, 0x20, 0x2A, 0x80])
def test_any_changed_byte_of_an_export_is_found_and_named(content: bytes, mask: int) -> None:
    at = 0
    for line in lines_of(content):
        for _ in line.raw:
            wrong = content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]
            found = check(wrong).damages
            assert found, (at, line.raw)
            assert line.is_named_by(found[0]), (at, line.raw, found)
            at += 1


@pytest.mark.requirement("P11-01")
def test_an_export_cut_short_anywhere_is_found(content: bytes) -> None:
    for length in range(len(content)):
        found = check(content[:length]).damages
        assert found
        whole_lines = content[:length].count(b"\n")
        assert found[0].line in {whole_lines, whole_lines + 1}


@pytest.mark.usefixtures("batches")
def test_lines_that_are_missing_repeated_or_swapped_are_found(content: bytes) -> None:
    lines = content.splitlines(keepends=True)
    for at in range(len(lines)):
        without = lines[:at] + lines[at + 1 :]
        twice = lines[: at + 1] + lines[at:]
        swapped = lines[:at] + lines[at : at + 2][::-1] + lines[at + 2 :]
        for wrong in (without, twice, swapped):
            assert wrong == lines or check(b"".join(wrong)).damages


@pytest.mark.parametrize("garbage", [b"\n", b"x", b"{}\n", b"\x00" * 99, b'{"sha256":"'])
def test_garbage_behind_the_manifest_is_found(content: bytes, garbage: bytes) -> None:
    (damage,) = check(content + garbage).damages
    assert damage.line == content.count(b"\n") + 1
    assert "behind the manifest" in damage.what


@pytest.mark.parametrize("garbage", [b"\n", b"x\n", b"{}\n", b'{"sha256":"\n', b"\xff\n"])
def test_garbage_between_lines_is_found(content: bytes, garbage: bytes) -> None:
    lines = content.splitlines(keepends=True)
    for at in range(len(lines)):
        found = check(b"".join([*lines[:at], garbage, *lines[at:]])).damages
        assert found[0].line == at + 1


def test_of_each_stream_the_first_damage_is_named_and_all_is_counted(content: bytes) -> None:
    wrong = content.replace("ü".encode(), b"??")
    verdict = check(wrong)
    assert verdict[:3] == (3, 9, 2)
    assert [(damage.stream, damage.position) for damage in verdict.damages] == [
        (ANNA, 2),
        (BERT, 1),
        (SITE, 1),
    ]


def test_a_stream_that_was_taken_out_is_missing_from_the_manifest(content: bytes) -> None:
    lines = [line for line in content.splitlines(keepends=True) if b'{"stream":"site' not in line]
    found = check(b"".join([*lines, content.splitlines(keepends=True)[-1]])[: len(content)]).damages
    assert any(damage.stream == SITE for damage in found)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"streams": ()}, "in the file, but not in the manifest"),
        ({"streams": (StreamHead("site:z", 1, "0" * 64),)}, "in the manifest, but not in the file"),
        ({"streams": (StreamHead(ANNA, 2, "0" * 64),)}, "ends elsewhere"),
        ({"documents": ("0" * 64,)}, "`documents`"),
        ({"records": 2}, "`records`"),
        ({"sha256_of_lines": "0" * 64}, "`sha256_of_lines`"),
        ({"format": 2}, "format 2"),
    ],
)
def test_a_manifest_that_does_not_fit_says_where(change: dict[str, object], what: str) -> None:
    whole = forge(chain(ONE))
    record, manifest = whole.splitlines(keepends=True)
    fields = {name: getattr(read_manifest(manifest), name) for name in Manifest.__struct_fields__}
    found = check(record + encode_manifest(Manifest(**{**fields, **change}))).damages
    assert what in found[0].what
    assert {damage.line for damage in found} == {2}


def test_a_manifest_or_document_written_another_way_is_found() -> None:
    whole = forge(chain(ONE), ("text",))
    assert check(whole).damages == ()
    spaced = whole.replace(b'"records":1', b'"records": 1')
    assert "not written as" in check(spaced).damages[0].what
    escaped = forge(chain(ONE), ("text",)).replace(b'"text"', b'"t\\u0065xt"')
    assert "not written as" in check(escaped).damages[0].what


@pytest.mark.usefixtures("batches")
@pytest.mark.parametrize("ids", [[UUIDS[0]], ["short"], ["x" * 90], ['"quoted\\"', "ø\\"]])
def test_an_identifier_that_stands_twice_is_named(ids: list[str]) -> None:
    first = chain(*UUIDS[1:4], *ids)
    again = chain(UUIDS[4], ids[0], UUIDS[5], stream=SITE)
    found = check(forge([*first, *again])).damages
    assert [(damage.stream, damage.position) for damage in found] == [(SITE, 2)]
    assert "more than once" in found[0].what
    assert found[0].line == len(first) + 2
    assert check(forge([*first, *chain(*UUIDS[4:6], stream=SITE)])).damages == ()


def test_an_identifier_that_stands_twice_in_a_stream_is_named() -> None:
    found = check(forge(chain(ONE, TWO, ONE))).damages
    assert [(damage.stream, damage.position, damage.line) for damage in found] == [(ANNA, 3, 3)]


def test_streams_out_of_order_are_found() -> None:
    found = check(forge([*chain(ONE, stream=SITE), *chain(TWO)])).damages
    assert [damage.stream for damage in found] == [ANNA]
    assert "sorted by name" in found[0].what


def test_a_record_that_is_spelled_another_way_is_found() -> None:
    body = text_of(ANNA, None, ONE).replace(b"anna", b"\\u0061nna")
    (damage,) = check(forge([seal(ANNA, 1, ONE, body)])).damages
    assert damage[:3] == (ANNA, 1, ONE)


@pytest.mark.parametrize("content", [b"", b"\n", b"garbage", b'{"manifest":{}}\n', b"\xff" * 99])
def test_a_file_that_is_no_export_has_no_manifest(content: bytes) -> None:
    assert any("manifest" in damage.what for damage in check(content).damages)
    with pytest.raises(DamagedArchive, match="no manifest that can be read"):
        read_manifest(content)


def test_a_manifest_of_another_format_is_not_read() -> None:
    with pytest.raises(DamagedArchive, match="format 9"):
        read_manifest(encode_manifest(Manifest(9, (), (), 0, "")))


def test_a_manifest_is_read_from_its_own_file_or_the_end_of_an_export(content: bytes) -> None:
    manifest = read_manifest(content)
    assert manifest.records == 9
    assert read_manifest(encode_manifest(manifest)) == manifest
