"""Short hands for tests of the doors: a trial with everybody granted, and a clock that is set."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from triptych.cli.agreeing import whole_consent
from triptych.cli.scenario import SITE, Player, read_lines
from triptych.ledger import Actor, Draft, Outcome
from triptych.ledger.store import Store
from triptych.study import Study

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Hands:
    """Files as any role, one minute after the filing before."""

    def __init__(self, store: Store, study: Study, start: datetime = START) -> None:
        self.store, self.study = store, study
        self.player = Player(store, study, read_lines(f'{{"now": "{start.isoformat()}"}}'))
        self.trial = self.player.trial
        self.count = 0

    @property
    def now(self) -> datetime:
        """What the clock reads."""
        return self.player.clock.now

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.player.clock.now += timedelta(**span)

    def draft(self, form: str, values: dict[str, Any], participant: str | None = "P-1", **more: Any) -> Draft:
        """A draft that happens now."""
        self.count += 1
        more.setdefault("id", str(uuid.uuid5(uuid.NAMESPACE_OID, f"{form}:{self.count}")))
        more.setdefault("occurred_at", self.now)
        more.setdefault("site", SITE if participant else None)
        return Draft(form=form, values=values, participant=participant, **more)

    def file(
        self, role: str, form: str, values: dict[str, Any], participant: str | None = "P-1", **more: Any
    ) -> Outcome:
        """File as a role."""
        self.later(minutes=1)
        person = more.pop("person", f"{role}-1")
        return self.trial.file(self.draft(form, values, participant, **more), Actor(person=person, role=role))

    def administer(self, form: str, values: dict[str, Any], site: str | None = None) -> Outcome:
        """File as the administrator about a site or the study."""
        return self.file("administrator", form, values, None, site=site)

    def contact(self, participant: str = "P-1") -> None:
        """Make a participant known."""
        self.file("coordinator", "first_contact", {"channel": "self"}, participant)

    def born(self, on: str = "1985-05-01", participant: str = "P-1") -> Outcome:
        """Record when a participant was born: nobody has an access of their own before that is known."""
        values = {"birth_date": on, "sex": "female", "childbearing_potential": True}
        return self.file("coordinator", "demographics", values, participant)

    def agree(self, participant: str = "P-1", **more: Any) -> Outcome:
        """File the whole consent: every part, the signature, and the capacity; gives what became of the signature."""
        outcomes = {
            one.form: self.file(one.role, one.form, one.values, participant, **more)
            for one in whole_consent(self.study)
        }
        return outcomes["consent"]

    def ready_for_dose(self, participant: str = "P-1") -> None:
        """Everything that the small study's authorization asks for, today."""
        self.contact(participant)
        self.file("coordinator", "consent", {"version": "1", "agreed": True}, participant)
        self.file("physician", "vitals", {"systolic": 120}, participant, visit="screening")
        self.later(days=14)
        self.file("physician", "vitals", {"systolic": 118}, participant, visit="dosing", cycle=1)
        team = {"first": "therapist-1", "second": "physician-1"}
        self.file("therapist", "session_team", team, participant, visit="dosing", cycle=1)
        self.file("physician", "medicine_review", {"complete": True}, participant)

    def authorize(self, participant: str = "P-1", amount: float = 30, **more: Any) -> Outcome:
        """Ask to authorize the first dose."""
        self.randomize(participant)
        values = {"part": "initial", "amount": amount}
        return self.file("physician", "dose_authorization", values, participant, cycle=1, **more)

    def randomize(self, participant: str = "P-1", arm: str = "control") -> Outcome:
        """Give a participant an arm and a kit."""
        return self.file("pharmacist", "randomization", {"arm": arm, "kit": f"KIT-{arm}"}, participant)


def codes(outcome: Outcome) -> list[str]:
    """The codes of the reasons in an answer of the door."""
    return [reason.code for reason in getattr(outcome, "reasons", ())]
