"""The protocol text: every section of the template, what the document says in its place, and nothing made up."""

import html

import pytest

from triptych.exchange import protocol_html, protocol_pdf
from triptych.ledger.library import find_study, study_names
from triptych.study import SILENT, protocol_text, schedule

NAMES = list(study_names())
STUDIES = {name: find_study(name) for name in NAMES}
# ICH M11 template, its main sections by number.
MAIN = [str(number) for number in range(1, 15)]


@pytest.mark.parametrize("name", NAMES)
def test_every_main_section_stands_in_order_and_says_where_the_document_is_silent(name):
    text = protocol_text(STUDIES[name])
    assert [section.number for section in text.sections if section.level == 1] == MAIN
    introduction = next(section for section in text.sections if section.number == "2")
    assert [part.text for part in introduction.parts] == [SILENT]
    assert all(section.parts for section in text.sections)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_has_every_visit_criterion_dose_and_unconfirmed_field(name):
    study = STUDIES[name]
    shown = html.unescape(protocol_html(protocol_text(study), training=True))
    for column in schedule(study).columns:
        assert column.title in shown
    for gate in study.document.gates:
        assert all(condition.text in shown for condition in gate.conditions)
    for arm in study.document.arms:
        assert all(f"<td>{dose.initial:g}</td>" in shown for dose in arm.doses)
    assert all(mark.path in shown for mark in study.unconfirmed)
    assert "For training only" in shown


def test_nothing_in_a_document_becomes_markup():
    text = protocol_text(STUDIES["mapp1"])
    hostile = type(text)("<script>alert(1)</script> #panic()", "1", "0", "en", text.sections)
    assert "<script>" not in protocol_html(hostile, training=False)
    assert protocol_pdf(hostile, training=False).startswith(b"%PDF-")


def test_the_pdf_is_tagged_and_the_same_each_time():
    text = protocol_text(STUDIES["psil201"])
    made = protocol_pdf(text, training=True)
    assert made == protocol_pdf(text, training=True)
    # PDF/UA: the identifier of the standard, tags, and the language of the text (ISO 14289-1).
    assert all(word in made for word in (b"pdfuaid", b"/MarkInfo", b"/StructTreeRoot", b"/Lang"))
