"""Text in, plain data out: hostile and malformed YAML gets a clear error with its line, and never anything else."""

import time

import pytest
import yaml
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, line_of, loaded, problems_of

from triptych.study import StudyProblems, check_study, load_study
from triptych.study.reading import MAX_BYTES, read_files

LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))

# A whole file, the code, and the line.
FILES = {
    "a list": ("- id: base\n", "not_a_mapping", 1),
    "a text": ("base\n", "not_a_mapping", 1),
    "two documents": ("id: base\n---\nid: other\n", "not_yaml", 2),
    "a bracket that is never closed": ("id: base\nroles: [{id: a}\n", "not_yaml", 3),
    "a quote that is never closed": ('id: base\ntitle: "Base\n', "not_yaml", 3),
    "a colon in a text": ("id: base\ntitle: Base: a study\n", "not_yaml", 2),
    "a tab as indentation": ("id: base\nsite_defaults:\n\tzone: Europe/Oslo\n", "not_yaml", 3),
    "an escape beyond Unicode": ('id: base\ntitle: "\\UFFFFFFFF"\n', "not_yaml", 2),
    "half a surrogate pair as an escape": ('id: base\ntitle: "\\uD800"\n', "not_yaml", 2),
    "an anchor": ("id: base\ntitle: &title Base\n", "alias", 2),
    "a billion laughs": (f"l0: &l0 [lol]\n{LAUGHS}", "alias", 1),
    "an alias to itself": ("a: &a [*a]\n", "alias", 1),
    "a merge of a mapping": ("a: &a {id: base}\nb:\n  <<: *a\n", "alias", 1),
    "thirty-one brackets": ("id: base\nroles: " + "[" * 31 + "]" * 31, "too_deep", 2),
    "a million brackets": ("id: base\nroles: " + "[" * 1_000_000, "too_deep", 2),
    "too many fields": ("id: base\nroles: [" + "a," * 250_000 + "]", "too_many", 2),
    "a byte of control": (BASE.replace("title: Base", "title: Ba\x07se"), "bad_character", 2),
    "a zero byte": (BASE.replace("title: Base", "title: Base\x00"), "bad_character", 2),
    "a byte that is not UTF-8": (b"id: base\ntitle: Bas\xe9\n".decode(errors="replace"), "not_utf8", 2),
    "UTF-16": ("id: base\n".encode("utf-16").decode(errors="replace"), "not_utf8", 1),
    "half a surrogate pair": (BASE.replace("title: Base", "title: \ud800"), "bad_character", 2),
}


@pytest.mark.parametrize(("text", "code", "line"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_read_gets_an_error_with_its_line_and_what_to_write(text, code, line):
    found = problems_of(text)
    assert (found[0].code, found[0].file, found[0].line) == (code, FILE, line)
    assert found[0].hint


@pytest.mark.parametrize("text", [text for text, *_ in FILES.values()], ids=FILES)
def test_a_file_that_cannot_be_read_is_refused_within_two_seconds(text):
    before = time.perf_counter()
    with pytest.raises(StudyProblems):
        loaded(text)
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize("code", ["not_yaml", "alias", "too_deep", "not_a_mapping", "not_utf8"])
def test_what_is_missing_because_a_file_cannot_be_read_is_not_reported(code):
    text = next(text for text, found, _ in FILES.values() if found == code)
    assert {problem.code for problem in problems_of(text)} == {code}
    assert {problem.code for problem in check_study({FILE: BASE, "z.yaml": text}, PRODUCT)} == {code}


def test_a_billion_laughs_is_never_unfolded():
    assert len(problems_of(f"l0: &l0 [lol]\n{LAUGHS}")) == 9 + 8 * 9


def test_at_most_a_hundred_aliases_are_reported():
    assert len(problems_of("a: &a 1\n" + "".join(f"b{number}: *a\n" for number in range(500)))) == 100


def test_more_than_five_million_characters_are_not_read():
    (found,) = problems_of(f"{BASE}# {'x' * MAX_BYTES}\n")
    assert (found.code, found.file, found.line) == ("too_large", FILE, 1)
    assert "5,000,000" in found.message


def test_a_folder_without_files_is_told_what_to_write():
    (found,) = check_study({}, PRODUCT)
    assert (found.code, found.hint) == ("no_file", "Write study.yaml.")


def test_an_empty_file_lacks_what_every_document_has():
    found = problems_of("# nothing yet\n")
    assert [problem.message for problem in found if problem.code == "missing_field"] == [
        "The document has no `id`.",
        "The document has no `title`.",
        "The document has no `version`.",
    ]
    assert {(problem.file, problem.line) for problem in found} == {(FILE, 1)}


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!!python/tuple"])
def test_a_tag_that_would_run_code_is_an_error_and_runs_nothing(tag):
    text = changed("title: Base\n", f'title: {tag} ["echo ran"]\n')
    found = problems_of(text)
    assert [(problem.code, problem.line) for problem in found] == [("shape", 2), ("unknown_tag", 2)]
    assert found[1].hint == "The only tag is !unconfirmed."


@pytest.mark.parametrize("tag", ["!confirmed", "!Unconfirmed", "!!str", "!!int", "!!binary", "!", "!<!other>"])
def test_any_other_tag_is_an_error(tag):
    text = changed("title: Base\n", f'title: {tag} "Base"\n')
    assert [(problem.code, problem.line) for problem in problems_of(text)] == [("unknown_tag", 2)]


def test_a_tag_that_a_directive_turns_into_another_is_an_error():
    text = f"%TAG ! tag:example.org,2026:\n---\n{changed('title: Base', 'title: !unconfirmed Base')}"
    assert [problem.code for problem in problems_of(text)] == ["unknown_tag"]


def test_a_tag_before_a_whole_file_is_an_error():
    assert [(problem.code, problem.line) for problem in problems_of(f"!unconfirmed\n{BASE}")] == [("unknown_tag", 1)]


@pytest.mark.parametrize("name", ["!unconfirmed title", "? [title]\n", "? {a: b}\n"])
def test_a_mark_before_a_name_or_a_name_that_is_no_text_is_an_error(name):
    text = f"{BASE}{name}: Base\n"
    found = problems_of(text)
    assert [(problem.code, problem.line) for problem in found] == [("bad_key", line_of(text, name))]
    assert "- !unconfirmed {id: one}" in found[0].hint


def test_a_mark_before_the_first_name_of_an_entry_is_not_taken_for_a_mark_of_the_entry():
    text = changed("  - id: end\n", "  - !unconfirmed id: end\n")
    assert ("bad_key", line_of(text, "!unconfirmed id")) in [(p.code, p.line) for p in problems_of(text)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Base\n", "title: Base\ntitle: Other\n"),
        ("zone: Europe/Oslo\n", "zone: Europe/Oslo\n  zone: Europe/Berlin # title: Other\n"),
        ("{id: note, label: Note,", "{id: note, label: Note,\n label: Other, # title: Other\n"),
    ],
)
def test_a_field_given_twice_is_an_error_where_it_stands_again(old, new):
    text = changed(old, new)
    found = problems_of(text)
    assert [(problem.code, problem.line) for problem in found] == [("duplicate_key", line_of(text, "title: Other"))]


def test_a_field_given_in_two_files_is_an_error_in_the_second():
    (found,) = check_study({"a.yaml": BASE, "b.yaml": "# more\ntitle: Other\n"}, PRODUCT)
    assert (found.code, found.file, found.line) == ("duplicate_key", "b.yaml", 2)
    assert "a.yaml" in found.message


# Control characters, line separators, and what turns the direction of text.
INVISIBLE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
INVISIBLE = [code for code in INVISIBLE if code not in (0x09, 0x0A)]


@pytest.mark.parametrize("code", INVISIBLE, ids=lambda code: f"U+{code:04X}")
def test_a_character_that_cannot_be_seen_is_an_error_however_it_is_written(code):
    escaped = changed("label: Note", f'label: "No\\u{code:04x}te"')
    written = changed("label: Note", f'label: "No{chr(code)}te"')
    for text in (escaped, written) if code != 0x0D else (escaped,):
        found = problems_of(text)
        assert [(problem.code, problem.line) for problem in found] == [("bad_character", line_of(BASE, "label: Note"))]
        assert f"U+{code:04X}" in found[0].message


def test_a_text_that_turns_its_direction_is_an_error_even_in_a_comment():
    text = changed("label: Note, type: text}]", "label: Note, type: text}] # \u202e tsal eht si siht")
    assert [problem.code for problem in problems_of(text)] == ["bad_character"]


SCRIPTS = ["Følelser", "感情", "الشعور", "רגש", "👩\u200d⚕️", "naïve", "<script>", "{{ label }}", "'; drop table"]


@pytest.mark.parametrize("label", SCRIPTS)
def test_a_label_in_any_script_and_with_any_sign_is_kept_as_it_is(label):
    study = loaded(changed("label: Note", f'label: "{label}"'))
    assert study.forms["diary"].items[0].label == label


def test_a_name_that_cannot_be_seen_is_an_error():
    text = changed("label: Note", '"la\\u202ebel": Note')
    assert "bad_character" in [problem.code for problem in problems_of(text)]


def test_a_problem_is_printed_without_what_would_steer_a_terminal():
    text = changed("label: Note", 'label: Note, "\\e[2J": x')
    shown = [problem.render() for problem in problems_of(text)]
    assert all(line.isprintable() for line in shown)
    assert any("\\x1b[2J" in line for line in shown)


def test_at_most_a_hundred_lines_with_what_cannot_be_seen_are_reported():
    assert len(problems_of("# \x07\n" * 1_000 + BASE)) == 100


def test_a_name_of_a_megabyte_makes_no_path_of_a_megabyte():
    found = problems_of(f"{BASE}? {'x' * 1_000_000}\n: {{a: 1}}\n")
    assert [problem.code for problem in found] == ["unknown_field"]
    assert len(found[0].render()) < 1_000


def test_an_id_of_a_megabyte_makes_no_path_of_a_megabyte():
    found = problems_of(changed("{id: note,", f"{{id: {'x' * 1_000_000},"))
    assert [problem.code for problem in found] == ["bad_id"]
    assert len(found[0].render()) < 1_000


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("2.50", 2.5),
        ("-0.5", -0.5),
        ("null", None),
        ("~", None),
        ("", None),
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("TRUE", "TRUE"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("5.", "5."),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 19, "9" * 19),
        ("٣", "٣"),
        ('"5"', "5"),
        ("'true'", "true"),
        ('""', ""),
        ("|\n  5\n", "5\n"),
        (">-\n  one\n  two\n", "one two"),
    ],
)
def test_a_scalar_is_a_number_a_boolean_or_nothing_only_where_it_is_written_so(written, value):
    found = read_files({FILE: f"field: {written}\n"}).data["field"]
    assert found == value
    assert type(found) is type(value)


def test_a_country_written_without_quotes_stays_a_country():
    study = loaded(changed("zone: Europe/Oslo", "zone: Europe/Oslo\n  country: NO"))
    assert study.document.site_defaults.country == "NO"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    assert loaded("\ufeff" + BASE.replace("\n", "\r\n")).digest == loaded().digest


def test_lines_are_counted_the_same_with_windows_line_ends():
    text = changed("Europe/Oslo", "Oslo")
    assert problems_of(text.replace("\n", "\r\n")) == problems_of(text)


def test_the_parser_in_python_reads_and_refuses_the_same(monkeypatch):
    monkeypatch.setattr("triptych.study.reading._Loader", yaml.SafeLoader)
    assert load_study({FILE: BASE}, PRODUCT).digest == loaded().digest
    for text, *_ in FILES.values():
        if len(text) < 10_000:
            assert problems_of(text)
