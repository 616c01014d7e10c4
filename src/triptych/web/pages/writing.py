"""Writing the next version of the protocol: text with live checking, what differs, and whom it would affect."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from msgspec import Struct

from triptych.course import Effect, effects, may_file
from triptych.ledger.library import product_files, shelf
from triptych.study import (
    Column,
    Difference,
    Problem,
    Study,
    amendment_problems,
    check_study,
    differences,
    flat_yaml,
    load_study,
    next_version,
    schedule,
)
from triptych.web.house import house
from triptych.web.people import Asker, page
from triptych.web.show import show
from triptych.web.written import LONGEST, discard_written, keep_written, written_by

FILE = "protocol.yaml"
MOST = 500
"""Participants for whom the effect of a version is worked out while somebody waits."""


class Looked(Struct, frozen=True, kw_only=True):
    """What was found in a text: what keeps it from being the next version, and if nothing does, what it says."""

    problems: tuple[Problem, ...]
    study: Study | None = None
    columns: tuple[Column, ...] = ()
    changes: tuple[Difference, ...] = ()


def look_at(asker: Asker, text: str) -> Looked:
    """Check a text as the next version of the document in force."""
    files = {FILE: text[:LONGEST]}
    problems = check_study(files, product_files(), shelf())
    if problems:
        return Looked(problems=problems)
    study = load_study(files, product_files(), shelf())
    follows = amendment_problems(asker.study, study)
    columns = tuple(schedule(study).columns)
    return Looked(problems=follows, study=study, columns=columns, changes=differences(asker.study, study))


def may_write(asker: Asker) -> bool:
    """Whether the asker may release a version, and so may write one."""
    form, role = asker.study.forms.get("study_version"), asker.study.roles.get(asker.grant.role)
    return form is not None and role is not None and asker.grant.site is None and may_file(role, form)


def _only_writers(asker: Asker) -> None:
    """For everybody else the page is not there."""
    if not may_write(asker):
        raise Http404


@page
def write(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show what the asker is writing, or the document in force as the beginning of the next version."""
    _only_writers(asker)
    kept = written_by(request.user)
    text = kept.text if kept else next_version(asker.study)
    looked = look_at(asker, text)
    return show(
        request,
        asker,
        "protocol_write.html",
        here="protocol",
        text=text,
        kept=kept,
        looked=looked,
        affected=_affected(looked) if kept else None,
        most=MOST,
    )


def _affected(looked: Looked) -> tuple[Effect, ...] | None:
    """What the version would change for the participants there are; none where it may not follow, or they are many."""
    if looked.study is None or looked.problems:
        return None
    trial = house().trial
    if len(trial.system_view().participants()) > MOST:
        return None
    return effects(trial.supposing(looked.study))


@require_POST
@page
def check(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Say what was found in a text, for the editor: problems with their lines, and all of it as a piece of the page."""
    _only_writers(asker)
    looked = look_at(asker, request.POST.get("text", ""))
    html = render(request, "_found.html", {"looked": looked, "asker": asker}).content.decode()
    found = [{"line": one.line, "code": one.code, "message": one.message, "hint": one.hint} for one in looked.problems]
    return JsonResponse({"problems": found, "html": html})


@require_POST
@page
def save(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Keep what the asker wrote, whatever is wrong with it, and show it again; or discard it."""
    _only_writers(asker)
    if request.POST.get("do") == "discard":
        discard_written(request.user)
        messages.success(request, "What you had written is discarded. Here is the document in force.")
        return redirect("protocol_write")
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > LONGEST:
        messages.warning(request, f"Not saved: at most {LONGEST:,} characters are kept, and these are {len(text):,}.")
    else:
        keep_written(request.user, text, house().clock())
        messages.success(request, "Saved. It is in force for nobody.")
    return redirect("protocol_write")


@page
def download(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give what the asker is writing as a file, for `triptych ledger amend`."""
    _only_writers(asker)
    kept = written_by(request.user)
    text = kept.text if kept else flat_yaml(asker.study)
    headers = {"Content-Disposition": f'attachment; filename="{asker.study.document.id}-next.yaml"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
