"""What a document must keep beyond its shape: names that exist and are used once, roles, gates, visits, arms.

Every problem says where it stands, what is wrong, and what to write instead. Rules are checked when they compile.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from zoneinfo import ZoneInfo

from triptych.study.checking_consent import check_consent
from triptych.study.checking_forms import check_form, check_raise
from triptych.study.checking_session import check_session
from triptych.study.model import DeviationRule, Gate, Release, Role
from triptych.study.names import COURSE_NAMES, RECORD_NAMES
from triptych.study.reading import name_of
from triptych.study.references import References
from triptych.study.treatment import Arm, Part
from triptych.study.visits import Visit
from triptych.study.windows import MAX_REPEATS, check_windows

ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
STUDY_ID = re.compile(r"[a-z][a-z0-9-]{0,59}")
RESERVED = ("course", "site", "study", "today", "cycle", "filing")
NAMED = (
    "roles",
    "axes",
    "phases",
    "cycles",
    "forms",
    "gates",
    "definitions",
    "arms",
    "therapies",
    "references",
    "deviations",
)
READ_BY_RULES = ("forms", "definitions", "axes", "roles", "visits", "gates")
LABELS = ("title", "version", "label", "text", "citation")
SYSTEM_GROUPS = ("about", "anyone", "system")
MAX_LABEL = 500


def check_document(refs: References) -> None:
    """Report every problem of a merged document."""
    _ids(refs)
    _labels(refs)
    _parts_in_use(refs)
    for form in refs.document.forms:
        check_form(refs, form)
    for gate in refs.document.gates:
        _gate(refs, gate)
    _decisions(refs)
    _roles(refs)
    for visit in refs.written:
        _visit(refs, visit)
    check_windows(refs)
    _standing(refs)
    for number, release in enumerate(refs.document.releases):
        _release(refs, release, f"releases.{number}")
    for number, reuse in enumerate(refs.document.reuse):
        refs.refer(reuse.form, refs.forms, "form", f"reuse.{number}.form")
        refs.duration(reuse.within, f"reuse.{number}.within", least=1)
    _arms(refs)
    check_consent(refs)
    check_session(refs)
    _issued(refs)
    refs.number(refs.own.planned_participants, 1, 1_000_000, "planned_participants")
    _defaults(refs)


def _issued(refs: References) -> None:
    """The day on which the version was issued is a day of the calendar."""
    issued = refs.own.version_date
    if issued and not _is_day(issued):
        refs.say(
            "version_date", "bad_date", f"{issued[:60]!r} is not a date.", "Write year, month and day: 2026-11-24."
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _ids(refs: References) -> None:
    for name in NAMED:
        refs.unique((part.id for part in getattr(refs.document, name)), name)
    refs.unique((visit.id for visit in refs.written), "visits")
    numbered = dict.fromkeys(visit.id for visit in refs.document.visits if visit.series is not None)
    refs.unique((*numbered, *(visit.id for visit in refs.written if visit.id in numbered)), "visits")
    for path, name in _ids_below(refs.own, ""):
        if not ID.fullmatch(name):
            hint = "Use lower-case letters, digits and underscores, beginning with a letter, 60 at most."
            refs.say(path, "bad_id", f"{name[:60]!r} is not an id.", hint)
    if not STUDY_ID.fullmatch(refs.own.id):
        message, hint = f"{refs.own.id[:60]!r} is not an id.", "Use lower-case letters, digits and hyphens, 60 at most."
        refs.say("id", "bad_id", message, hint)
    _reserved(refs)
    for name in sorted(refs.forms.keys() & refs.definitions):
        refs.say(f"definitions.{name}", "duplicate_id", f"{name!r} is a form as well.", "Rename the definition.")


def _ids_below(part: Part, path: str) -> Iterator[tuple[str, str]]:
    """Every id below a part, with its path; the deviations' are fixed, and the document's own is another kind."""
    for below, child in _children(part, path):
        name = getattr(child, "id", None)
        if name is not None and not isinstance(child, DeviationRule):
            yield below, name
        yield from _ids_below(child, below)


def _children(part: Part, path: str) -> Iterator[tuple[str, Part]]:
    """The parts directly below a part, under the names that paths give them."""
    for field in part.__struct_fields__:
        value, below = getattr(part, field), f"{path}.{field}".lstrip(".")
        if isinstance(value, Part):
            yield below, value
        elif isinstance(value, tuple):
            for number, child in enumerate(value):
                if isinstance(child, Part):
                    yield f"{below}.{name_of({'id': getattr(child, 'id', None)}, number)}", child


def _reserved(refs: References) -> None:
    hint = "Choose another id."
    for name in READ_BY_RULES:
        for part in getattr(refs.own, name):
            if part.id in RESERVED or (name == "axes" and part.id in COURSE_NAMES):
                message = f"{part.id!r} is a name that rules use for something else."
                refs.say(f"{name}.{part.id}", "reserved_id", message, hint)
    for form in refs.own.forms:
        for item in form.items:
            if item.id in RECORD_NAMES:
                message = f"{item.id!r} is what rules call a fact about the record itself."
                refs.say(f"forms.{form.id}.items.{item.id}", "reserved_id", message, hint)


def _labels(refs: References) -> None:
    """Every text that is shown as a label has something to show and fits a line or two."""
    pending: list[tuple[str, Part]] = [("", refs.own)]
    for path, part in pending:
        pending.extend(_children(part, path))
        for name in LABELS:
            _label(refs, getattr(part, name, None), f"{path}.{name}".lstrip("."))


def _label(refs: References, text: str | None, path: str) -> None:
    if text is not None and not (text.strip() and len(text) <= MAX_LABEL):
        message = f"A label has 1 to {MAX_LABEL} characters, and this has {len(text.strip()):,}."
        refs.say(path, "bad_label", message, "Write what a reader will understand.")


def _parts_in_use(refs: References) -> None:
    """Report phases, cycles and forms that no visit uses."""
    for cycle in refs.document.cycles:
        refs.number(cycle.repeats, 1, MAX_REPEATS, f"cycles.{cycle.id}.repeats")
        refs.number(cycle.first, 1, MAX_REPEATS, f"cycles.{cycle.id}.first")
    if refs.lost.any_of("visits"):
        return
    for name in _unused(refs.phases, {visit.phase for visit in refs.written}):
        message, hint = f"No visit stands in the phase {name!r}.", "Place a visit in it, or take it out."
        refs.say(f"phases.{name}", "empty_phase", message, hint)
    for name in _unused(refs.cycles, {visit.cycle for visit in refs.written if visit.cycle}):
        message, hint = f"No visit stands in the cycle {name!r}.", "Place a visit in it, or take it out."
        refs.say(f"cycles.{name}", "empty_cycle", message, hint)
    scheduled = [form.id for form in refs.own.forms if form.about == "participant" and not form.log]
    for name in _unused(scheduled, {placement.form for visit in refs.written for placement in visit.forms}):
        message, hint = f"The form {name!r} stands on no visit.", "Place it on a visit, or write `log: true`."
        refs.say(f"forms.{name}", "placed_nowhere", message, hint)


def _unused(names: Iterable[str], used: Set[str]) -> Iterator[str]:
    """Names that nothing uses; one that is only misspelled where it is used is reported there."""
    names = dict.fromkeys(names)
    unknown = used - names.keys()
    return (name for name in names if name not in used and not difflib.get_close_matches(name, unknown, n=1))


def _gate(refs: References, gate: Gate) -> None:
    path = f"gates.{gate.id}"
    if refs.refer(gate.guards, refs.forms, "form", f"{path}.guards") and refs.forms[gate.guards].kind == "fact":
        message = f"{gate.guards!r} is a fact, and a fact is always accepted."
        hint = "Guard a decision, or write `kind: decision` in the form if it is one."
        refs.say(f"{path}.guards", "gate_before_fact", message, hint)
    refs.refer_to_role(gate.ask, f"{path}.ask")
    for condition in gate.conditions:
        if condition.cleared_by:
            refs.refer_to_role(condition.cleared_by, f"{path}.conditions.{condition.id}.cleared_by")
    refs.unique((condition.id for condition in gate.conditions), f"{path}.conditions")
    if not gate.conditions:
        message, hint = "A gate without conditions is always open.", "Write at least one condition."
        refs.say(path, "empty_gate", message, hint)


def _decisions(refs: References) -> None:
    guards: dict[str, str] = {}
    for gate in refs.document.gates:
        if gate.guards in guards and gate.id != guards[gate.guards]:
            message = f"The gate {guards[gate.guards]!r} guards {gate.guards!r} already."
            refs.say(f"gates.{gate.id}", "two_gates", message, "Join their conditions in one gate.")
        guards.setdefault(gate.guards, gate.id)
    if refs.lost.any_of("gates"):
        return
    for name in _unused((form.id for form in refs.document.forms if form.kind == "decision"), guards.keys()):
        path = f"forms.{name}" if name in refs.own_forms else "gates"
        refs.say(path, "no_gate", f"The decision {name!r} has no gate.", f"Write a gate with `guards: {name}`.")


def _roles(refs: References) -> None:
    if not refs.document.roles and not refs.lost.any_of("roles"):
        hint = "Write `roles` with what each may file and see."
        refs.say("roles", "no_roles", "The study has no role, so nobody could file or see anything.", hint)
    known = {form.id for form in refs.document.forms} | {form.group for form in refs.document.forms}
    secrets = {form.secret for form in refs.document.forms}
    secrets |= {item.secret for form in refs.document.forms for item in form.items}
    for role in refs.document.roles:
        _role(refs, role, known.union(SYSTEM_GROUPS), {secret for secret in secrets if secret})
    # The product's own forms give tasks to roles that each study must have.
    product = (raised.role for form in refs.document.forms if form.id not in refs.own_forms for raised in form.raises)
    own = {rule.id for rule in refs.own.deviations}
    for role_id in sorted({*product, *(r.role for d in refs.document.deviations if d.id not in own for r in d.raises)}):
        refs.refer_to_role(role_id, "roles")


def _role(refs: References, role: Role, known: set[str], secrets: set[str]) -> None:
    path = f"roles.{role.id}"
    for name in ("files", "sees"):
        for number, entry in enumerate(getattr(role, name)):
            refs.refer(entry, known, "form_or_group", f"{path}.{name}.{number}")
    for number, secret in enumerate(role.unblinded):
        refs.refer(secret, secrets, "secret", f"{path}.unblinded.{number}")
    if not role.files and not role.sees:
        message = f"The role {role.id!r} may neither file nor see anything."
        refs.say(path, "idle_role", message, "Give it forms or groups, or take it out.")
    for form in refs.document.forms:
        files = form.id in role.files or form.group in role.files
        if form.secret is not None and files and form.secret not in role.unblinded:
            message = f"{role.id!r} may file {form.id!r} and never know its secret."
            refs.say(f"{path}.files", "files_unseen", message, f"Write `unblinded: [{form.secret}]`.")


def _visit(refs: References, visit: Visit) -> None:
    path = f"visits.{visit.id}"
    refs.refer(visit.phase, refs.phases, "phase", f"{path}.phase")
    for number, placement in enumerate(visit.forms):
        where = f"{path}.forms.{number}"
        known = refs.refer(placement.form, refs.forms, "form", where)
        if known and refs.forms[placement.form].about != "participant":
            message = f"{placement.form!r} is not about a participant."
            refs.say(where, "not_about_participant", message, "Take it off the visit.")
    for name, count in Counter(placement.form for placement in visit.forms).items():
        if count > 1:
            message = f"{name!r} stands {count} times on the visit."
            refs.say(f"{path}.forms", "duplicate_form", message, "Place it once.")
    _held(refs, visit, path)
    _depends(refs, visit, path)
    _requires(refs, visit.requires, f"{path}.requires")
    wanted = 1
    if visit.cycle is not None:
        if not refs.refer(visit.cycle, refs.cycles, "cycle", f"{path}.cycle"):
            return
        wanted = len(visit.turns) or refs.cycles[visit.cycle]
        _turns(refs, visit, path)
    for number, label in enumerate(visit.labels):
        _label(refs, label, f"{path}.labels.{number}")
    if 1 <= wanted <= MAX_REPEATS and len(visit.labels) not in (0, wanted):
        message = f"The visit has {len(visit.labels)} labels and stands {wanted} times."
        refs.say(f"{path}.labels", "label_count", message, "Write one label for each cycle, or one outside a cycle.")


def _turns(refs: References, visit: Visit, path: str) -> None:
    """The turns of a visit are turns of its cycle, in order, and so are those of the visits that it counts from."""
    numbers = next(cycle.numbers for cycle in refs.document.cycles if cycle.id == visit.cycle)
    if [*visit.turns] != sorted({*visit.turns} & {*numbers[:MAX_REPEATS]}):
        hint = f"Write some of {numbers.start} to {numbers.stop - 1}, each once and in order."
        refs.say(f"{path}.turns", "bad_turns", f"The cycle {visit.cycle!r} does not have these turns.", hint)
        return
    for name in (*(timing.anchor for timing in visit.timing if not timing.previous), visit.depends_on):
        other = refs.visits.get(name or "")
        if other is not None and other.cycle == visit.cycle and other.turns:
            lost = {*(visit.turns or numbers)} - {*other.turns}
            if lost:
                message = f"{other.id!r} does not stand in turn {min(lost)}, and this visit does."
                refs.say(path, "bad_turns", message, "Count from a visit that stands in every turn of this one.")


def _held(refs: References, visit: Visit, path: str) -> None:
    if visit.held_by is None:
        if visit.held_when is not None:
            message = "There is no form whose answers the rule could read."
            refs.say(f"{path}.held_when", "held_by_missing", message, "Name the form in `held_by`.")
        return
    known = refs.refer(visit.held_by, refs.forms, "form", f"{path}.held_by")
    if known and all(placement.form != visit.held_by for placement in visit.forms):
        message = f"{visit.held_by!r} is not among the visit's forms."
        refs.say(f"{path}.held_by", "held_by_elsewhere", message, "Place the form on the visit.")


def _depends(refs: References, visit: Visit, path: str) -> None:
    if visit.depends_on is None or not refs.refer(visit.depends_on, refs.visits, "visit", f"{path}.depends_on"):
        return
    other, seen = refs.visits[visit.depends_on], {visit.id}
    if other.cycle not in (None, visit.cycle):
        message = f"{other.id!r} stands in a cycle, and this visit does not stand in it."
        refs.say(f"{path}.depends_on", "depends_elsewhere", message, "Name a visit of the same cycle, or of none.")
    while other.id not in seen and other.depends_on is not None and other.depends_on in refs.visits:
        seen.add(other.id)
        other = refs.visits[other.depends_on]
    if other.id in seen:
        message = f"{visit.id!r} depends on itself, directly or through others."
        refs.say(f"{path}.depends_on", "depends_on_itself", message, "Name a visit that does not depend on this one.")


def _standing(refs: References) -> None:
    for axis in refs.document.axes:
        refs.refer(axis.start, axis.values, "value", f"axes.{axis.id}.start")
    _requires(refs, refs.document.requires, "requires")
    for rule in refs.document.deviations:
        own = rule in refs.own.deviations
        refs.unique((raised.id for raised in rule.raises), f"deviations.{rule.id}.raises")
        for raised in rule.raises:
            check_raise(refs, raised, f"deviations.{rule.id}.raises.{raised.id}", own=own)


def _requires(refs: References, requires: Mapping[str, str], path: str) -> None:
    for axis, value in requires.items():
        refs.refer_to_value(axis, value, f"{path}.{axis}")


def _release(refs: References, release: Release, path: str) -> None:
    if (release.visit is None) == (release.definition is None):
        hint = "Write `visit` or `definition`, and not both."
        refs.say(path, "release_what", "A release names either a visit or a definition.", hint)
        return
    if release.visit is not None:
        refs.refer(release.visit, refs.visits, "visit", f"{path}.visit")
    if release.definition is not None:
        refs.refer(release.definition, refs.definitions, "definition", f"{path}.definition")
    for number, role in enumerate(release.to):
        refs.refer_to_role(role, f"{path}.to.{number}")


def _arms(refs: References) -> None:
    numbers = {number for cycle in refs.document.cycles for number in cycle.numbers[:MAX_REPEATS]} or {1}
    for arm in refs.document.arms:
        _doses(refs, arm, numbers)
        if arm.therapy:
            refs.refer(
                arm.therapy, {therapy.id for therapy in refs.document.therapies}, "therapy", f"arms.{arm.id}.therapy"
            )
    form, _, name = refs.document.arm_item.partition(".")
    if (len(refs.document.arms) < 2 and not form) or refs.lost.may_hold("forms", form):
        return
    items = refs.forms[form].items if form in refs.forms else ()
    found = next((item for item in items if item.id == name), None)
    codes = {choice.code for choice in found.choices} if found else set()
    if found is None:
        message = "`arm_item` names the item that holds a participant's arm, where there is more than one arm."
        refs.say("arm_item", "arm_item", message, "Write form.item, such as randomization.arm.")
    elif not refs.lost.any_of("arms") and codes != {arm.id for arm in refs.document.arms}:
        message = "The choices of this item are not the arms of the study."
        refs.say("arm_item", "arm_item", message, f"The codes must be: {', '.join(a.id for a in refs.document.arms)}.")


def _doses(refs: References, arm: Arm, numbers: Set[int]) -> None:
    for number, dose in enumerate(arm.doses):
        path = f"arms.{arm.id}.doses.{number}"
        if dose.cycle not in numbers and not refs.lost.any_of("cycles"):
            hint = f"Cycles are numbered {min(numbers)} to {max(numbers)}."
            refs.say(path, "dose_cycle", f"There is no cycle {dose.cycle}.", hint)
        if any(dose.cycle == other.cycle for other in arm.doses[:number]):
            refs.say(path, "duplicate_dose", f"Cycle {dose.cycle} has a dose already.", "Write one dose for a cycle.")
        if dose.initial < 0 or (dose.supplemental or 0) < 0 or (dose.maximum or dose.initial) < dose.initial:
            message = "An amount is below zero, or the maximum is below the initial dose."
            refs.say(path, "dose_amount", message, "Write milligrams, and a maximum of at least the initial dose.")


def _defaults(refs: References) -> None:
    defaults = refs.own.site_defaults
    if defaults is None:
        if not refs.lost.any_of("site_defaults"):
            hint = "Write `site_defaults: {zone: Europe/Oslo}`."
            refs.say("site_defaults", "no_site_defaults", "The document has no site defaults.", hint)
        return
    try:
        ZoneInfo(defaults.zone)
    except (ValueError, KeyError, OSError):
        message, hint = f"{defaults.zone[:60]!r} is not a time zone.", "Write an IANA name such as Europe/Oslo."
        refs.say("site_defaults.zone", "bad_zone", message, hint)
    refs.duration(defaults.form_grace, "site_defaults.form_grace")
    refs.duration(defaults.late_entry, "site_defaults.late_entry")
    refs.duration(defaults.quiet_after, "site_defaults.quiet_after")
