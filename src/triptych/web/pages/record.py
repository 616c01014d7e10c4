"""One record with its whole history: each version, and beside each field what stood there, who changed it and why."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from triptych.course import may_file
from triptych.ledger import Seen
from triptych.web.people import Asker, found, page
from triptych.web.show import show


class Changed(Struct, frozen=True):
    """One field in one version: what it became, and in which record."""

    value: object
    version: Seen


@page
def history(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Show a record and how it came to be what it is."""
    everything = asker.view.records(participant)
    asked = found(next((seen for seen in everything if seen.id == str(record)), None))
    versions = [seen for seen in everything if seen.root == asked.root]
    current = next((seen for seen in versions if seen.current), versions[-1])
    about = [seen for seen in everything if seen.current and seen.values.get("about") in {v.id for v in versions}]
    form = asker.study.forms.get(current.form)
    role = asker.study.roles[asker.grant.role]
    return show(
        request,
        asker,
        "record.html",
        participant=participant,
        form=form,
        current=current,
        versions=versions,
        changes=changes(versions),
        about=about,
        zone=asker.view.zone(participant),
        correctable=current.current and form is not None and may_file(role, form),
    )


def changes(versions: Sequence[Seen]) -> dict[str, list[Changed]]:
    """For each item, every value that it had, oldest first, with the version that brought it."""
    found_changes: dict[str, list[Changed]] = {}
    for version in versions:
        for item in {*found_changes, *version.values}:
            had = found_changes.setdefault(item, [])
            value = version.values.get(item)
            if not had or had[-1].value != value:
                had.append(Changed(value, version))
    return found_changes
