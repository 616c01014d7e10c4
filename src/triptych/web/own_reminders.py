"""Reminders to participants: at most one a day, outside their quiet hours, in words that say nothing; ended by a reply.

What is asked is what their own page shows them. What was sent is a record, so a restart sends nothing twice.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.contrib.auth.models import User

from triptych.course import Grant, local_day
from triptych.course.staying import is_asked_nothing
from triptych.ledger import Actor, Draft, Seen
from triptych.ledger.drafts import System
from triptych.ledger.reminders import NOTICES
from triptych.ledger.view import View
from triptych.web.entering import Reached
from triptych.web.entry import new_id
from triptych.web.house import House
from triptych.web.integrating import standing
from triptych.web.pages.diary import is_asked, is_open
from triptych.web.pages.own import asked, own_forms
from triptych.web.people import PARTICIPANT, Asker
from triptych.web.words import FIRST, Words, all_words

WISHES, SENT = "reminder_wishes", "own_reminder_sent"
SYSTEM = System(person="system", role="system")
EVERY = timedelta(minutes=15)
DEFAULTS: dict[str, Any] = {"email": True, "text": True, "quiet_from": 21, "quiet_until": 9}
LINES = ("message_something", "message_stop")
"""What a message says, by the keys of the words of a language."""
STOP = frozenset({"stop", "stopp", "parar", "alto", "baja", "unsubscribe", "cancel", "end", "quit"})


def remind(served: House) -> datetime:
    """Remind everybody who is to be reminded now; when to look again."""
    whole = served.trial.system_view()
    if served.reach is not None and SENT in whole.study.forms:
        for grant in whole.grants():
            if grant.role == PARTICIPANT and grant.participant and grant.in_force(whole.now):
                _remind(served, whole, grant)
    return whole.now + EVERY


def _remind(served: House, whole: View, grant: Grant) -> None:
    participant = grant.participant or ""
    records = whole.records(participant)
    wishes = wishes_of(records)
    zone = whole.whereabouts(participant).at(whole.now)
    local = whole.now.astimezone(zone)
    day = local.date().isoformat()
    told = {seen.values["day"] for seen in records if seen.form == SENT}
    user = User.objects.filter(username=grant.person, is_active=True).first()
    if user is None or day in told or is_quiet(local.hour, wishes) or not _is_asked(served, grant, whole.now, zone):
        return
    course = whole.course(participant)
    if course is None or is_asked_nothing(standing(records), course.standing):
        return
    assert served.reach is not None
    wanted = tuple(way for way in ("email", "text") if wishes.get(way) is True)
    say = answers_in(records).plain
    ways = served.reach.tell(user, tuple(say[key] for key in LINES), f"reminder:{day}", wanted, say["subject"])
    if ways:
        name = str(uuid.uuid5(NOTICES, repr((participant, SENT, day))))
        values = {"day": day, "ways": ", ".join(ways)}
        _file(served, name, SENT, values, participant, whole.now)


def _is_asked(served: House, grant: Grant, now: datetime, zone: tzinfo) -> bool:
    actor = Actor(person=grant.person, role=grant.role, site=grant.site)
    asker = Asker(view=served.trial.view(actor), actor=actor, grant=grant, grants=(grant,))
    course = asker.view.course(grant.participant or "")
    if course is None:
        return False
    today = local_day(now, zone)
    answered = {
        seen.form for seen in asker.view.records(course.participant) if local_day(seen.occurred_at, zone) == today
    }
    waiting = [one for one in asked(course.visits, own_forms(asker), today) if one.form.id not in answered]
    return bool(waiting) or (is_open(asker) and is_asked(asker, course.visits, today))


def answers_in(records: Iterable[Seen]) -> Words:
    """The words of the language in which a participant was asked last; where that is not known, of the first."""
    asked = [seen.language for seen in records if seen.role == PARTICIPANT and seen.language]
    return all_words().get(asked[-1] if asked else FIRST, all_words()[FIRST])


def wishes_of(records: Iterable[Seen]) -> dict[str, Any]:
    """How a participant wants to be reminded; by every way outside the night where nothing was said."""
    kept = [seen for seen in records if seen.form == WISHES and seen.current]
    return {**DEFAULTS, **(dict(kept[-1].values) if kept else {})}


def is_quiet(hour: int, wishes: dict[str, Any]) -> bool:
    """Whether an hour is a quiet one. Quiet hours may run over midnight.

    >>> is_quiet(23, {"quiet_from": 21, "quiet_until": 9}), is_quiet(12, {"quiet_from": 21, "quiet_until": 9})
    (True, False)
    """
    start, end = int(wishes["quiet_from"]), int(wishes["quiet_until"])
    return start <= hour < end if start <= end else hour >= start or hour < end


def stop(served: House, address: str, text: str) -> bool:
    """End the reminders of whoever has an address, if the reply says so; whether it did."""
    if text.strip().strip(".!").lower() not in STOP:
        return False
    plain = "".join(sign for sign in address if sign.isdigit())
    people = {user.username for user in User.objects.filter(email__iexact=address.strip()) if address.strip()}
    for known in Reached.objects.select_related("user").exclude(phone=""):
        digits = "".join(sign for sign in known.phone if sign.isdigit())
        people |= {known.user.username} if plain and digits == plain else set()
    whole = served.trial.system_view()
    found = [grant for grant in whole.grants() if grant.person in people and grant.participant]
    for grant in found:
        wishes = wishes_of(whole.records(grant.participant or "")) | {"email": False, "text": False}
        _file(served, new_id(whole.now), WISHES, wishes, grant.participant or "", whole.now)
    return bool(found)


def _file(served: House, name: str, form: str, values: dict[str, Any], participant: str, now: datetime) -> None:
    draft = Draft(id=name, form=form, values=values, occurred_at=now, participant=participant, origin="system")
    served.trial.file(draft, SYSTEM)
