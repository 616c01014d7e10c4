"""What the session section of a document must keep: durations that can be read, values and roles that exist."""

from contextlib import suppress

from triptych.study.durations import parse_duration
from triptych.study.errors import NotADuration
from triptych.study.limits import SessionRules
from triptych.study.references import References
from triptych.study.session_course import DischargeRules, PresenceRules, SupplementRules


def check_session(refs: References) -> None:
    """Report every problem of what a document sets for the course of its medicine sessions."""
    rules = refs.own.session
    if rules is None:
        return
    if rules.supplement is not None:
        _supplement(refs, rules.supplement)
    if rules.discharge is not None:
        _discharge(refs, rules.discharge)
    if rules.presence is not None:
        _presence(refs, rules.presence)
    _alarms(refs, rules)


def _alarms(refs: References, rules: SessionRules) -> None:
    """A value that no form holds would never raise its alarm."""
    for name in ("repeat_after", "repeat_late", "repeat_every"):
        refs.duration(getattr(rules, name), f"session.{name}", least=1)
    refs.unique((*(one.id for one in rules.watches), *(one.id for one in rules.recognize)), "session.watched")
    for watch in rules.watches:
        refs.refer(watch.form, refs.forms, "form", f"session.watched.{watch.id}.form")
        held = {item.id for item in refs.forms[watch.form].items} if watch.form in refs.forms else set()
        refs.refer(watch.held_in, held, "item", f"session.watched.{watch.id}.item")
    for rule in rules.recognize:
        refs.duration(rule.apart, f"session.recognize.{rule.id}.apart", least=1)
    for number, step in enumerate(rules.escalate):
        refs.duration(step.after, f"session.escalate.{number}.after")


def _supplement(refs: References, rules: SupplementRules) -> None:
    path = "session.supplement"
    for name in ("opens", "closes", "fresh"):
        refs.duration(getattr(rules, name), f"{path}.{name}", least=1)
    with suppress(NotADuration):
        if parse_duration(rules.opens).span < parse_duration(rules.closes).span:
            return
        message = "The window of the supplemental dose closes before it opens."
        refs.say(f"{path}.closes", "window_reversed", message, "Write the later time as `closes`.")


def _discharge(refs: References, rules: DischargeRules) -> None:
    path = "session.discharge"
    for name in ("after_first", "after_last", "fresh", "late", "late_overnight"):
        refs.duration(getattr(rules, name), f"{path}.{name}", least=1)
    measured = {item.id for item in refs.forms["vitals"].items} if "vitals" in refs.forms else set()
    for one in rules.settled:
        refs.refer(one.id, measured, "vital_sign", f"{path}.settled.{one.id}")
        if one.at_least is None and one.at_most is None and one.of_baseline is None:
            message = f"{one.title[:60]!r} is always settled."
            refs.say(f"{path}.settled.{one.id}", "settles_always", message, "Write at_least, at_most or of_baseline.")


def _presence(refs: References, rules: PresenceRules) -> None:
    path = "session.presence"
    refs.duration(rules.tolerance, f"{path}.tolerance")
    for name in ("people", "overnight"):
        refs.number(getattr(rules, name), 1, 10, f"{path}.{name}")
    for name in ("roles", "overnight_roles"):
        for number, role in enumerate(getattr(rules, name)):
            refs.refer_to_role(role, f"{path}.{name}.{number}")
