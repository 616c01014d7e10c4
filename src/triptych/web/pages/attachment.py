"""Attaching a file to a record, and giving it back to whoever sees that record."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.ledger import Draft, Filed, Seen
from triptych.web.attachments import NotTaken, content_of, described, keep
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.people import Asker, found, page
from triptych.web.show import show

FORMS = ("attachment", "attachment_unblinding")


def seen_of(asker: Asker, participant: str, record: str) -> Seen:
    """A record that the asker sees; any other is not there."""
    return found(next((seen for seen in asker.view.records(participant) if seen.id == str(record)), None))


@page
def attach(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Keep a file and file the record that says what it is."""
    about = seen_of(asker, participant, record)
    if about.status == "held":
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        problems = _filed(request, asker, participant, about)
        if not problems:
            return redirect("record", participant=participant, record=about.root)
    form = asker.study.forms["attachment"]
    copies = next(item.choices for item in form.items if item.id == "copy")
    return show(
        request,
        asker,
        "attach.html",
        status=422 if problems else 200,
        participant=participant,
        about=about,
        forms=asker.study.forms,
        copies=copies,
        problems=problems,
        typed=request.POST,
        can_mark=asker.view.sight.sees_form("attachment_unblinding"),
    )


def _filed(request: HttpRequest, asker: Asker, participant: str, about: Seen) -> list[str]:
    upload = request.FILES.get("file")
    if upload is None:
        return ["Choose a file."]
    if not request.POST.get("copy"):
        return ["Say whether it is the original or a copy."]
    try:
        kept = keep(upload)
    except NotTaken as error:
        return [str(error)]
    values = {"about": about.root, **described(upload, kept), "copy": request.POST["copy"]}
    if request.POST.get("note", "").strip():
        values["note"] = request.POST["note"].strip()
    draft = Draft(
        id=request.POST.get("record") or new_id(asker.view.now),
        form=FORMS[bool(request.POST.get("unblinding"))],
        values=values,
        occurred_at=asker.view.now,
        participant=participant,
        site=asker.grant.site or about.site,
    )
    outcome = house().trial.file(draft, asker.actor)
    return [] if isinstance(outcome, Filed) else [reason.text for reason in outcome.reasons]


@page
def download(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Give back a file, as a download that no browser takes for anything but what it is."""
    seen = seen_of(asker, participant, record)
    return given(seen if seen.form in FORMS and seen.current else None)


def given(seen: Seen | None) -> HttpResponse:
    """The file that a record names, as a download; not found if it is not there or is not what it was."""
    content = content_of(str(seen.values.get("sha256", ""))) if seen else None
    if seen is None or content is None:
        raise Http404
    answer = HttpResponse(content, content_type=str(seen.values["media_type"]))
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(str(seen.values['name']), safe='')}"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
