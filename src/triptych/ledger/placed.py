"""What a view tells of the place a participant is at: its time, its country, who is on call, who has answered."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from triptych.course import Fold, Grant, Record, Setting, Sight, current_site
from triptych.course.consenting import FORMS, Consented, may_take_part
from triptych.course.durability import Evaluation, evaluations
from triptych.course.duty import ROTA, STEPS, Acknowledged, acknowledged, changes, is_watched, on_call, phone_of
from triptych.course.session_calls import Message, messages
from triptych.course.setting import entries_of
from triptych.course.whereabouts import ROLE, Whereabouts
from triptych.ledger.drafts import Actor
from triptych.safety import Knowledge
from triptych.study import Study

Reached = tuple[str, str | None]
"""Somebody on call, and their telephone number where one was filed."""


class Placed(ABC):
    """The part of a view that is about a site. It reads a site's whole setting and tells only what is named here."""

    viewer: Actor | None
    now: datetime
    study: Study
    sight: Sight
    _grant: Grant | None
    _knowledge: Knowledge

    @abstractmethod
    def study_of(self, participant: str) -> Study:
        """The version of the document in force for a participant."""

    @abstractmethod
    def _records(self, participant: str) -> tuple[Record, ...]: ...

    @abstractmethod
    def _setting_at(self, site: str | None) -> Setting: ...

    @abstractmethod
    def _reaches(self, records: tuple[Record, ...]) -> bool: ...

    @abstractmethod
    def _shown(self, records: Sequence[Record]) -> tuple[Record, ...]: ...

    def zone(self, participant: str | None = None) -> ZoneInfo:
        """The time zone of a participant's site, or of the viewer's own."""
        return self._place(participant).zone

    def whereabouts(self, participant: str) -> Whereabouts:
        """The days of a participant where they are: in the zone that they named, else in that of their site."""
        return Whereabouts(entries_of(self._records(participant)), self._place(participant).zone)

    def country(self, participant: str | None = None) -> str:
        """The country (ISO 3166-1 alpha-2) of a participant's site, else of the viewer's own or of the study."""
        return self._place(participant).country

    def is_watched(self, participant: str) -> bool:
        """Whether what a participant answers reaches somebody: there is a clinician at any hour and a whole rota."""
        return is_watched(self.study_of(participant), self._place(participant), self.now)

    def on_call(self, site: str, days: int) -> tuple[tuple[datetime, dict[str, str | None]], ...]:
        """Who is on call at a site for each step, from now on at each instant at which that changes."""
        if self._grant is None or not self._grant.covers(site) or not self.sight.sees_form(ROTA):
            return ()
        setting = self._setting_at(site)
        found: list[tuple[datetime, dict[str, str | None]]] = []
        for instant in changes(setting, self.now, self.now + timedelta(days=days)):
            people = {step: on_call(self.study, setting, step, instant) for step, _ in STEPS}
            if not found or found[-1][1] != people:
                found.append((instant, people))
        return tuple(found)

    def on_call_at(self, participant: str, ahead: timedelta) -> tuple[tuple[datetime, dict[str, Reached]], ...]:
        """Whom a session's screen can call, by step, from now on at each instant at which that changes.

        Told to everybody who sees the alarms of a session, whether or not they see the rota: they may need it at once.
        """
        if not self._sees_alarms(participant):
            return ()
        setting = self._place(participant)
        found = []
        for instant in changes(setting, self.now, self.now + ahead):
            people = ((step, on_call(self.study, setting, step, instant)) for step, _ in STEPS)
            found.append((instant, {step: (one, phone_of(setting, one)) for step, one in people if one is not None}))
        return tuple(found)

    def phone_of(self, participant: str, person: str) -> str | None:
        """The telephone number that somebody on call is reached by, to who sees the alarms of a session."""
        return phone_of(self._place(participant), person) if self._sees_alarms(participant) else None

    def alarm_messages(self, participant: str) -> tuple[Message, ...]:
        """Every attempt to tell people of an alarm of a participant's session, to who sees these alarms."""
        whole = entries_of(self._records(participant))
        return tuple(messages(whole)) if self._sees_alarms(participant) else ()

    def _sees_alarms(self, participant: str) -> bool:
        return self.sight.sees_form("session_alarm") and self._reaches(self._records(participant))

    def age(self, participant: str) -> int | None:
        """A participant's age in completed years by the document's definition `age`; none where it cannot be told."""
        return self._whole(participant).age(self.now)

    def may_take_part(self, participant: str) -> bool | None:
        """Whether a participant is of the age that the document in force asks for; none where that is not known."""
        return may_take_part(self.study_of(participant).document.consent, self.age(participant))

    def consented(self, participant: str) -> Consented | None:
        """How a participant's consent stands, to themselves and to who sees everything that it rests on; else none."""
        own = self._grant is not None and self._grant.participant == participant
        if not own and not all(map(self.sight.sees_form, FORMS)):
            return None
        return self._whole(participant).consented if self._reaches(self._records(participant)) else None

    def is_consent_locked(self, participant: str) -> bool:
        """Whether nothing may be agreed to or widened now: a dose was given, and not a day since the discharge."""
        return self._whole(participant).consent_lock(self.now) is not None

    def _whole(self, participant: str) -> Fold:
        study, records = self.study_of(participant), self._records(participant)
        return Fold(study, participant, records, self._place(participant), self._knowledge, self.now)

    def last_answered(self, participant: str) -> datetime | None:
        """When a participant last answered anything by themselves: the instant, and nothing of what it was."""
        records = self._records(participant)
        if not self._reaches(records) or self.sight.masks_visits:
            return None
        own = (entry.current.occurred_at for entry in entries_of(records).entries if entry.root.role == ROLE)
        return max(own, default=None)

    def arm(self, participant: str) -> str | None:
        """The arm of a participant whom the viewer reaches; none where what holds it is hidden or is not there."""
        item, records = self.study_of(participant).document.arm_item, self._records(participant)
        if not item or not self._reaches(records) or not self.sight.sees_path(item):
            return None
        held = entries_of(self._shown(records)).latest(item.partition(".")[0])
        arm = held.current.values.get(item.partition(".")[2]) if held else None
        return arm if isinstance(arm, str) else None

    def evaluations(self, participant: str) -> tuple[Evaluation, ...]:
        """The rules of recurrence and retreatment as they stood after each record; none that rest on what is hidden."""
        records = self._records(participant)
        if not self._reaches(records):
            return ()
        shown, setting, study = self._shown(records), self._place(participant), self.study_of(participant)
        fold = Fold(study, participant, shown, setting, self._knowledge, self.now, self.sight)
        return tuple(evaluations(study, shown, self.sight, setting.zone, fold.facts_at))

    def acknowledged(self, participant: str, about: str) -> Acknowledged | None:
        """Who has acknowledged the alerts about a record, by the name that the participant knows."""
        records = self._records(participant)
        return acknowledged(entries_of(self._shown(records)), about) if self._reaches(records) else None

    def _place(self, participant: str | None) -> Setting:
        records = self._records(participant) if participant else ()
        site = current_site(entries_of(records)) if records else self.viewer and self.viewer.site
        return self._setting_at(site or None)
