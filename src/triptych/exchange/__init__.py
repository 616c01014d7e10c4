"""Other people's formats: one module a format, each a pure mapping with a thin reader or writer."""

from triptych.exchange.evidence_pdf import forest_pdf, report_pdf
from triptych.exchange.evidence_report import report_html, report_markdown, synthesis_html
from triptych.exchange.fhir_bundle import Line, NotFhir
from triptych.exchange.fhir_deciding import FromRecord, screen_bundle
from triptych.exchange.fhir_decision import decision_as_fhir
from triptych.exchange.fhir_screening import FromFhir, case_of_bundle, day_of_record
from triptych.exchange.fhir_vitals import read_observations
from triptych.exchange.fhir_writing import medicines_as_fhir
from triptych.exchange.forest import forest_svg
from triptych.exchange.hl7_vitals import NoReading, NotVitals, Readings, acknowledgment, read_oru
from triptych.exchange.paper_pdf import Paper, Part, paper_pdf
from triptych.exchange.protocol_html import protocol_html
from triptych.exchange.protocol_pdf import protocol_pdf
from triptych.exchange.redcap_forms import Imported, import_redcap
from triptych.exchange.redcap_lint import Finding, lint
from triptych.exchange.redcap_reading import Dictionary, Field, NotADictionary, read_dictionary
from triptych.exchange.usdm import FromUsdm, NotUsdm, export_usdm, import_usdm

__all__ = [
    "Dictionary",
    "Field",
    "Finding",
    "FromFhir",
    "FromRecord",
    "FromUsdm",
    "Imported",
    "Line",
    "NoReading",
    "NotADictionary",
    "NotFhir",
    "NotUsdm",
    "NotVitals",
    "Paper",
    "Part",
    "Readings",
    "acknowledgment",
    "case_of_bundle",
    "day_of_record",
    "decision_as_fhir",
    "export_usdm",
    "forest_pdf",
    "forest_svg",
    "import_redcap",
    "import_usdm",
    "lint",
    "medicines_as_fhir",
    "paper_pdf",
    "protocol_html",
    "protocol_pdf",
    "read_dictionary",
    "read_observations",
    "read_oru",
    "report_html",
    "report_markdown",
    "report_pdf",
    "screen_bundle",
    "synthesis_html",
]
