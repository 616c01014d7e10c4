"""Queries that a check opens: what was unusual when it was filed, and was confirmed, is asked about until it is closed.

Such a query is a record filed by the system, with an identifier made from its cause, and is answered like any other.
"""

import uuid
from collections.abc import Sequence

from triptych.course import Record
from triptych.ledger import Draft, Filed, Reason, Seen
from triptych.ledger.drafts import System
from triptych.study import Form, Study
from triptych.web.house import house

FORM = "query"
SYSTEM = System(person="system", role="system")


def ask_about(study: Study, filed: Filed) -> None:
    """Open a query for each finding of a filing, unless the system's query on the same field is still open."""
    record = filed.record
    if not filed.findings or record.participant is None or record.form not in study.forms:
        return
    seen = house().trial.system_view().records(record.participant)
    root = next(one.root for one in seen if one.id == record.id)
    asked = _asked(seen, root)
    for finding in filed.findings:
        on = field_of(study.forms[record.form], finding)
        if on is not None and on not in asked:
            asked.add(on)
            house().trial.file(_draft(record, root, on, finding), SYSTEM)


def field_of(form: Form, finding: Reason) -> str | None:
    """The field to ask on, empty for the whole record; none where no one field would hide the question rightly.

    A check over several answers may tell of a secret one, so its query stands on that one and is hidden with it.
    """
    secrets = {item.secret: item.id for item in form.items if item.secret}
    if finding.item is not None or not secrets:
        return finding.item or ""
    return next(iter(secrets.values())) if len(secrets) == 1 else None


def _asked(seen: Sequence[Seen], root: str) -> set[str]:
    """The fields of a record on which a query of the system is not closed."""
    closed = {str(one.values.get("about")) for one in seen if one.form == "query_close" and one.current}
    own = (one for one in seen if one.form == FORM and one.actor == SYSTEM.person and one.values.get("about") == root)
    return {str(one.values.get("item", "")) for one in own if one.id not in closed}


def _draft(record: Record, root: str, on: str, finding: Reason) -> Draft:
    cause = uuid.uuid5(uuid.UUID(record.id), f"{FORM}:{on}:{finding.code}")
    text = f"{finding.text} It was confirmed when it was filed. Is it right?"
    return Draft(
        id=str(cause),
        form=FORM,
        values={"about": root, "text": text, **({"item": on} if on else {})},
        occurred_at=record.recorded_at,
        participant=record.participant,
        site=record.site,
        origin="system",
    )
