"""The course of a medicine session on a page of its own: its gates line by line, its exits, and the forms they need."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from triptych.course import may_file
from triptych.study import Form, Study
from triptych.web.hand import HANDED
from triptych.web.live.board import DOSE, Board
from triptych.web.live.course import DECISIONS, FACTS, FORMS, STATES, course_of
from triptych.web.live.stream import board_for
from triptych.web.people import Asker, found, page
from triptych.web.show import show

FIGURES = ("supplemental", "discharge", "presence")
LATER = ("leaving_judgment", "leaving_contact", "welfare_check", "escort_call", "next_day_contact")
EXIT, DEATH = "session_exit", "death"


@page
def course(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Show where the session stands, every criterion of its decisions, and the ways out of it."""
    drawn = found(board_for(asker.view, participant))
    shown = course_of(asker.view, participant, drawn.board)
    study = asker.view.study_of(participant)
    gates = {gate.guards: gate for gate in shown.gates} if shown else {}
    decisions = [study.forms[name] for name in DECISIONS if name in study.forms and asker.view.sight.sees_form(name)]
    rules = study.document.session
    marked = any(mark.path.startswith("session.") for mark in study.unconfirmed)
    return show(
        request,
        asker,
        "live/course.html",
        drawn=drawn,
        participant=participant,
        gates=[(gates.get(form.id), form, _address(asker, drawn.board, form)) for form in decisions],
        exits=list(_exits(asker, drawn.board)),
        forms=list(_forms(asker, drawn.board)),
        figures=[(name, _titled(study, text)) for name, text in rules.said() if name.startswith(FIGURES)]
        if rules
        else [],
        unconfirmed=marked,
        states=STATES,
        asked=lambda missing: asked(study, missing),
    )


def _titled(study: Study, text: str) -> str:
    """A figure of the document in which roles stand by their titles."""
    return re.sub(r"\w+", lambda word: study.roles[word[0]].title if word[0] in study.roles else word[0], text)


def asked(study: Study, missing: Iterable[str]) -> str:
    """The forms on which answers are missing, by their titles; what stands on no form keeps its name."""
    names = (name.partition(".")[0] for name in missing)
    return ", ".join(dict.fromkeys(study.forms[name].title if name in study.forms else name for name in names))


def facts(asker: Asker) -> list[Form]:
    """The facts of the course that the asker's role may enter from the session's screen; the way out stands first."""
    return [asker.study.forms[name] for name in FACTS if _may(asker, name)]


def handed(asker: Asker, board: Board) -> dict[str, str]:
    """Where those facts of the course are entered that take a hand, and a dose; without a network the tablet keeps."""
    return {form.id: _address(asker, board, form) for form in facts(asker) if form.id in (*HANDED, DOSE)}


def _may(asker: Asker, name: str) -> bool:
    form = asker.study.forms.get(name)
    return form is not None and may_file(asker.study.roles[asker.grant.role], form)


def _address(asker: Asker, board: Board, form: Form, **given: str) -> str:
    """Where a form is entered for the board's session; nowhere for a role that may not."""
    if not _may(asker, form.id):
        return ""
    place = board.place
    named = {"visit": place.visit, "cycle": place.cycle} if place else {}
    query = urlencode({**{key: value for key, value in named.items() if value}, **given})
    path = reverse("entry", kwargs={"participant": board.participant, "form": form.id})
    return f"{path}?{query}" if query else path


def _exits(asker: Asker, board: Board) -> Iterator[tuple[str, str]]:
    """Each way in which the session can end, with the form for it."""
    for name in (EXIT, DEATH):
        if _may(asker, name):
            yield asker.study.forms[name].title, _address(asker, board, asker.study.forms[name])


def _forms(asker: Asker, board: Board) -> Iterator[tuple[str, str]]:
    for name in (*FACTS[1:], *FORMS, *LATER):
        if _may(asker, name):
            yield asker.study.forms[name].title, _address(asker, board, asker.study.forms[name])
