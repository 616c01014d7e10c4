"""One participant: the three panels at the head, then gates, what is asked, deviations, and everything recorded."""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import Struct

from triptych.course import Planned, may_file
from triptych.course.sight import ABOUT
from triptych.ledger import Seen
from triptych.study import Form
from triptych.study.limits import SIGNAL
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.integrating import FORMS
from triptych.web.live.board import past_limit
from triptych.web.people import Asker, found, page
from triptych.web.show import show
from triptych.web.templating import spoken

PANELS = (("preparation", "Preparation"), ("medicine", "Medicine"), ("integration", "Integration"))

GROUPS = {"anyone": "Notes and events", "clinical": "Examinations and medicines", "contact": "Contact and visits"}
"""Titles of groups of forms whose name is not one."""
OWN_PAGE = frozenset(
    {
        "first_contact",
        "signature",
        "query_answer",
        "query_close",
        "held_resolution",
        "entered_in_error",
        "identity_emergency",
        "task_done",
        "acknowledgment",
        "alarm_test",
        "alarm_test_seen",
        "dose_check",
        SIGNAL,
        "session_ready",
        "session_ready_in_person",
        "screening_confirmation",
        "taper_plan",
        "prescriber_agreement",
        "value_review",
        *FORMS,
    }
)
"""Forms that are filed from a page of their own, where it is known what they are about."""


class Run(Struct, frozen=True):
    """One line of a panel: a visit, or consecutive contacts of one series in the same status."""

    visits: tuple[Planned, ...]

    @property
    def first(self) -> Planned:
        """The first of them."""
        return self.visits[0]

    @property
    def last(self) -> Planned:
        """The last of them."""
        return self.visits[-1]


def panels(visits: Sequence[Planned]) -> dict[str, list[Run]]:
    """The visits of each panel in protocol order, runs of one series folded into one line."""

    def line(visit: Planned) -> tuple[object, ...]:
        return (visit.series, visit.status, visit.cycle) if visit.series else (visit.key,)

    return {
        panel: [Run(tuple(run)) for _, run in groupby((v for v in visits if v.panel == panel), key=line)]
        for panel, _ in PANELS
    }


@page
def course(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show where a participant stands and everything recorded that the asker may see."""
    view = asker.view
    standing = found(view.course(participant))
    records = [seen for seen in view.records(participant) if seen.current or seen.status == "held"]
    listed = records if "signals" in request.GET else [seen for seen in records if not is_unlisted(seen)]
    role = asker.study.roles[asker.grant.role]
    return show(
        request,
        asker,
        "participant.html",
        instants=[standing.next_change],
        course=standing,
        changed={change.axis: change.to for change in standing.changes},
        panels=panels(standing.visits),
        titles=PANELS,
        unlisted=len(records) - len(listed),
        records=sorted(listed, key=lambda seen: seen.occurred_at, reverse=True),
        forms=asker.study.forms,
        zone=view.zone(participant),
        fileable=fileable(asker),
        mine={form.id for form in asker.study.forms.values() if may_file(role, form)},
        at=at,
    )


def is_unlisted(seen: Seen) -> bool:
    """Whether a record is listed only where it is asked for: a minute of a signal of which no value is past a limit."""
    return seen.form == SIGNAL and seen.status == "filed" and not past_limit(seen.values)


def at(visit: Planned) -> str:
    """The end of an address that names a visit."""
    named = {"visit": visit.visit, "cycle": visit.cycle}
    return "?" + urlencode({key: value for key, value in named.items() if value})


def fileable(asker: Asker) -> dict[str, list[Form]]:
    """Forms about a participant, on no visit, that the asker's role may file, by group and title."""
    role = asker.study.roles[asker.grant.role]
    found: dict[str, list[Form]] = {}
    for form in sorted(asker.study.forms.values(), key=lambda form: form.title):
        is_wanted = form.about == "participant" and form.log and form.group not in (ABOUT, "identity")
        if is_wanted and form.id not in OWN_PAGE and may_file(role, form):
            found.setdefault(GROUPS.get(form.group, spoken(form.group).capitalize()), []).append(form)
    return dict(sorted(found.items()))


@page
def new(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Make a participant known by their first contact."""
    form = asker.study.forms["first_contact"]
    posted = Posted.fresh(form, asker.view.zone(), asker.view.now)
    if request.method == "POST":
        posted = Posted.read(form, request.POST, asker.view.zone())
        name = request.POST.get("participant", "").strip()
        if not name:
            posted.problems.append(("", "Give the participant's study identifier."))
        elif asker.view.records(name):
            posted.problems.append(("", f"{name} is known already."))
        elif file_posted(request, asker, posted, participant=name):
            return redirect("participant", participant=name)
    name = request.POST.get("participant", "")
    status = 422 if posted.problems else 200
    return show(request, asker, "new_participant.html", status=status, posted=posted, name=name)
