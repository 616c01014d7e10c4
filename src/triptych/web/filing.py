"""From a posted form to the door, and the door's answer back onto the page."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest

from triptych.course import local_day, slots_by_key
from triptych.course.schedule import slot_key
from triptych.ledger import Draft, Filed, Held
from triptych.study import Form, Study, fit
from triptych.web.entry import Posted
from triptych.web.hosts import is_participant_host
from triptych.web.house import house
from triptych.web.losing import carry_out
from triptych.web.people import Asker
from triptych.web.questions import ask_about
from triptych.web.tongues import Foreign, filled
from triptych.web.words import FIRST, Words, asked_in, spoken_to, title_of, words_for

MOST_DIGITS = 4


def file_posted(
    request: HttpRequest, asker: Asker, posted: Posted, participant: str | None, site: str | None = None
) -> bool:
    """File what was posted, about a participant or a site. False, with the reasons, if the person must look again."""
    is_done = _filed(request, asker, posted, participant, site)
    if not is_done and is_participant_host(request):
        words = words_for(request)
        posted.problems = [(name, reworded(words, posted, name, text)) for name, text in posted.problems]
        own = asker.study.document.language
        if words.language != own:
            posted.asked = [(name, Foreign(text, own)) for name, text in posted.asked]
    return is_done


def reworded(words: Words, posted: Posted, name: str, text: str) -> str:
    """What is wrong, in the words of the participants' site: by its code, else by the question that it is about."""
    label = next((item.label for item in posted.form.items if item.id == name), "")
    said = words.say.get(f"why_{posted.codes.get(text, '')}")
    if said is not None and (label or "{label}" not in said):
        return filled(said, label=label)
    if words.language == FIRST:
        return text
    return filled(words.say["look_again"], label=label) if label else words.say["look_again_all"]


def _filed(request: HttpRequest, asker: Asker, posted: Posted, participant: str | None, site: str | None) -> bool:
    """File what was posted.

    What does not fit its form is shown before the door is asked, so that a slip of the hand is not held as a record.
    """
    happened = posted.happened()
    if happened is None:
        posted.wrong("", "Give the day and time at which it happened.", "no_time")
        return False
    if not _has_place(asker, posted):
        text = "The study has no such visit. Open the form again from the participant's page."
        posted.wrong("", text, "no_such_visit")
        return False
    values = posted.answers()
    if not _looks_right(asker, posted, values, local_day(happened, posted.zone)):
        return False
    draft = Draft(
        id=posted.record,
        form=posted.form.id,
        values=values,
        occurred_at=happened,
        participant=participant,
        site=site or asker.grant.site or (newcomers_site(asker) if posted.form.id == "first_contact" else None),
        visit=posted.visit or None,
        cycle=int(posted.cycle) if posted.cycle.isdecimal() else None,
        corrects=posted.corrects or None,
        reason=posted.reason.strip() or None,
        language=asked_in(asker.study, posted.language) if is_participant_host(request) else None,
    )
    title = titled(request, asker, posted.form)
    outcome = posted.outcome = house().trial.file(draft, asker.actor)
    if isinstance(outcome, Filed):
        ask_about(asker.study, outcome)
        carry_out(outcome, participant)
        messages.success(request, filled(spoken_to(request)["filed"], title=title))
        return True
    if isinstance(outcome, Held):
        why = " ".join(reason.text for reason in outcome.reasons)
        why = spoken_to(request)["held_looked"] if is_participant_host(request) else why
        text = filled(spoken_to(request)["kept_held"], title=title)
        messages.warning(request, filled("{kept} {why}", kept=text, why=why))
        return True
    for reason in outcome.reasons:
        posted.wrong(reason.item or "", reason.text, reason.code)
    return False


def titled(request: HttpRequest, asker: Asker, form: Form) -> str:
    """The title of a form in the language of whoever asks."""
    language, own = words_for(request).language, asker.study.document.language
    is_raw = is_participant_host(request) and form.title == asker.study.forms[form.id].title
    return title_of(asker.study.forms[form.id], language, own) if is_raw else form.title


def form_of_site(
    request: HttpRequest, asker: Asker, site: str, wanted: Form | None, is_ready: Callable[[Posted], bool] = bool
) -> tuple[Posted | None, bool]:
    """A form about a site as it came back or afresh, if one is wanted, and whether it was filed now.

    Where none is wanted, nothing can be sent: that is a page which is not found.
    """
    zone = asker.view.zone()
    if request.method != "POST":
        return (Posted.fresh(wanted, zone, asker.view.now) if wanted else None), False
    if wanted is None:
        raise Http404
    posted = Posted.read(wanted, request.POST, zone)
    return posted, is_ready(posted) and file_posted(request, asker, posted, None, site=site)


def _has_place(asker: Asker, posted: Posted) -> bool:
    """Whether the visit that the form names is one of the study's."""
    return is_place(asker.study, posted.visit, posted.cycle)


def is_place(study: Study, visit: str, cycle: str) -> bool:
    """Whether a visit and a cycle, as an address or a form names them, are in the study document."""
    if cycle and not (cycle.isascii() and cycle.isdecimal() and len(cycle) <= MOST_DIGITS):
        return False
    if not visit:
        return True
    return slot_key(visit, int(cycle) if cycle else None) in slots_by_key(study)


def _looks_right(asker: Asker, posted: Posted, values: dict[str, object], today: date) -> bool:
    for misfit in fit(asker.study, posted.form, values, today, posted.zone):
        if misfit.hard:
            posted.wrong(misfit.item or "", misfit.message, misfit.code)
        elif misfit.message not in posted.confirmed:
            posted.asked.append((misfit.item or "", misfit.message))
    return not posted.problems and not posted.asked


def newcomers_site(asker: Asker) -> str | None:
    """The site of a newcomer, for those who act in the whole study: the only one. The door knows all others' sites."""
    sites = asker.view.sites()
    return sites[0] if len(sites) == 1 else None
