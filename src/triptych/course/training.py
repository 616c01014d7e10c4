"""Whether somebody is trained on the definition of an adverse event that is in force (CRL-02)."""

from datetime import date

from triptych.course.entries import Entry
from triptych.course.setting import Setting
from triptych.study import Study

FORM, ITEM = "staff_credential", "definition"


def is_trained(study: Study, setting: Setting, person: str, on: date) -> bool:
    """Whether a credential at the site, in its dates, says that a person was trained on the study's own definition.

    A study without a definition asks for no training, and so does a document of a release that did not record it.
    """
    defined, form = study.document.adverse_event, study.forms.get(FORM)
    if defined is None or form is None or all(item.id != ITEM for item in form.items):
        return True
    return any(_covers(entry, person, defined.code, on) for entry in setting.site_entries.of(FORM))


def _covers(entry: Entry, person: str, code: str, on: date) -> bool:
    values = entry.current.values
    begins, ends = values.get("valid_from"), values.get("expires_on")
    is_theirs = values.get("person") == person and values.get(ITEM) == code
    in_dates = isinstance(begins, str) and isinstance(ends, str) and begins <= on.isoformat() <= ends
    return is_theirs and in_dates
