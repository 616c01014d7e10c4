"""What a document must keep beyond its shape: references that exist, units, visits that can be reached and met.

Every problem says where it stands, what is wrong, and what to write instead. Rules are checked when they compile.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from zoneinfo import ZoneInfo

from triptych.study.durations import parse_duration
from triptych.study.errors import NotADuration
from triptych.study.model import Form, Item, Raise, Release, Role, StudyDocument, Visit
from triptych.study.windows import check_windows

Say = Callable[..., None]
ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
UCUM = re.compile(r"[!-~]{1,60}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MISSING_CODES = (
    *("unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable"),
    *("unsupported", "as-text", "error", "not-a-number", "negative-infinity", "positive-infinity"),
    *("not-performed", "not-permitted"),
)
RESERVED = ("course", "site", "study", "today", "cycle", "filing")
SYSTEM_GROUPS = ("anyone", "system")
MAX_LABEL = 500


def check_document(document: StudyDocument, own: StudyDocument, say: Say) -> None:
    """Report every problem of a merged document; `own` is the study's part, without the product's."""
    _ids(document, own, say)
    for form in document.forms:
        _form(document, form, say)
    _placed(document, own, say)
    for gate in document.gates:
        _gate(document, gate.id, gate.guards, gate.ask, say)
    _decisions(document, own, say)
    for role in document.roles:
        _role(document, role, say)
    for visit in document.visits:
        _visit(document, visit, say)
    check_windows(document, say)
    _rest(document, own, say)


def refer(name: str, known: Collection[str], what: str, path: str, say: Say) -> bool:
    """Whether a name is known; if not, report it with the nearest that is."""
    if name in known:
        return True
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known)[:12]) or 'none'}."
    say(path, f"unknown_{what}", f"There is no {what} {name!r}.", hint)
    return False


def _ids(document: StudyDocument, own: StudyDocument, say: Say) -> None:
    for name in (
        "roles",
        "axes",
        "phases",
        "cycles",
        "visits",
        "forms",
        "gates",
        "definitions",
        "arms",
        "references",
        "deviations",
    ):
        _unique([part.id for part in getattr(document, name)], name, say, free=name == "deviations")
    for name in ("forms", "definitions", "axes", "roles", "visits", "gates"):
        for part in getattr(document, name):
            if part.id in RESERVED:
                say(
                    f"{name}.{part.id}",
                    "reserved_id",
                    f"{part.id!r} is a name that rules use for something else.",
                    "Choose another id.",
                )
    shared = {form.id for form in document.forms} & {definition.id for definition in document.definitions}
    for name in sorted(shared):
        say(f"definitions.{name}", "duplicate_id", f"{name!r} is a form as well.", "Rename the definition.")
    for phase in document.phases:
        if all(visit.phase != phase.id for visit in document.visits):
            say(
                f"phases.{phase.id}",
                "empty_phase",
                f"No visit stands in the phase {phase.id!r}.",
                "Place a visit in it or take it out.",
            )
    if own.id and not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", own.id):
        say("id", "bad_id", f"{own.id!r} is not an id.", "Use lower-case letters, digits and hyphens.")


def _unique(ids: Iterable[str], path: str, say: Say, *, free: bool = False) -> None:
    counts = Counter(ids)
    for name, count in counts.items():
        if count > 1:
            say(f"{path}.{name}", "duplicate_id", f"{count} entries have the id {name!r}.", "Give each its own.")
        if not free and not ID.fullmatch(name):
            say(
                f"{path}.{name}",
                "bad_id",
                f"{name!r} is not an id.",
                "Use lower-case letters, digits and underscores, beginning with a letter.",
            )


def _form(document: StudyDocument, form: Form, say: Say) -> None:
    path = f"forms.{form.id}"
    _label(form.title, f"{path}.title", say)
    _unique([item.id for item in form.items], f"{path}.items", say)
    _unique([check.id for check in form.checks], f"{path}.checks", say)
    _unique([raised.id for raised in form.raises], f"{path}.raises", say)
    for item in form.items:
        _item(item, f"{path}.items.{item.id}", say)
    axes = {axis.id: axis for axis in document.axes}
    for number, effect in enumerate(form.sets):
        if refer(effect.axis, axes, "axis", f"{path}.sets.{number}", say):
            for value in (effect.to, *effect.only_from):
                refer(value, axes[effect.axis].values, "value", f"{path}.sets.{number}", say)
    for raised in form.raises:
        _raise(document, raised, f"{path}.raises.{raised.id}", say)


def _raise(document: StudyDocument, raised: Raise, path: str, say: Say) -> None:
    _known_role(document, raised.role, f"{path}.role", say)
    if raised.within is not None:
        _duration(raised.within, f"{path}.within", say)
    forms = {form.id: form for form in document.forms}
    if raised.until is None or not refer(raised.until, forms, "form", f"{path}.until", say):
        return
    if all((item.id, item.type) != ("about", "record") for item in forms[raised.until].items):
        say(
            f"{path}.until",
            "ends_nothing",
            f"The form {raised.until!r} names no record in an item `about`.",
            "Add one of the type record.",
        )


def _known_role(document: StudyDocument, role: str, path: str, say: Say) -> None:
    """Roles are the study's own; the product document may name roles that a small study leaves out."""
    if path.startswith("forms.") and document.roles and role not in {r.id for r in document.roles}:
        refer(role, {r.id for r in document.roles}, "role", path, say)


def _item(item: Item, path: str, say: Say) -> None:
    _label(item.label, f"{path}.label", say)
    if item.type in ("integer", "decimal"):
        if item.unit is None:
            say(
                path,
                "unit_missing",
                f"The number {item.label!r} has no unit.",
                'Write a UCUM unit such as mm[Hg], "1" for a plain count, or "{score}".',
            )
        elif not UCUM.fullmatch(item.unit):
            say(
                f"{path}.unit",
                "bad_unit",
                f"{item.unit!r} is not a UCUM unit.",
                "UCUM units have no spaces: mm[Hg], /min, Cel, mmol/L.",
            )
    elif item.unit is not None or item.range is not None or item.expected is not None:
        say(
            path,
            "not_a_number",
            f"{item.label!r} is not a number, so it has neither unit nor limits.",
            "Take them out or change the type.",
        )
    _choices(item, path, say)
    _limits(item, path, say)
    for code in item.missing:
        refer(code, MISSING_CODES, "missing_code", f"{path}.missing", say)
    if item.derived is not None and item.required:
        say(path, "derived_required", "An item that is worked out cannot be required.", "Take out `required`.")


def _choices(item: Item, path: str, say: Say) -> None:
    if item.type in ("code", "codes") and not item.choices:
        say(path, "no_choices", f"The code item {item.label!r} has no choices.", "List them under `choices`.")
    elif item.type not in ("code", "codes") and item.choices:
        say(
            f"{path}.choices",
            "stray_choices",
            f"Only code items have choices, and this is {item.type}.",
            "Change the type to code.",
        )
    for code, count in Counter(choice.code for choice in item.choices).items():
        if count > 1:
            say(
                f"{path}.choices",
                "duplicate_code",
                f"The code {code!r} stands {count} times.",
                "Give each choice its own.",
            )
    for choice in item.choices:
        _label(choice.label, f"{path}.choices", say)


def _limits(item: Item, path: str, say: Say) -> None:
    for name in ("range", "expected"):
        limits = getattr(item, name)
        if limits is not None and limits.min is not None and limits.max is not None and limits.min > limits.max:
            say(
                f"{path}.{name}",
                "range_reversed",
                f"{limits.min:g} is above {limits.max:g}.",
                "Write the smaller end as min.",
            )
    if item.range is None or item.expected is None:
        return
    low, high = item.range.min, item.range.max
    below = low is not None and item.expected.min is not None and item.expected.min < low
    above = high is not None and item.expected.max is not None and item.expected.max > high
    if below or above:
        say(
            f"{path}.expected",
            "expected_outside",
            "What is expected lies outside what is possible.",
            "Widen `range` or narrow `expected`.",
        )


def _label(text: str, path: str, say: Say) -> None:
    if not text.strip() or len(text) > MAX_LABEL or CONTROL.search(text):
        say(path, "bad_label", "A label has 1 to 500 characters and no control characters.", "Shorten or clean it.")


def _placed(document: StudyDocument, own: StudyDocument, say: Say) -> None:
    placed = {placement.form for visit in document.visits for placement in visit.forms}
    for form in own.forms:
        if form.about == "participant" and not form.log and form.id not in placed:
            say(
                f"forms.{form.id}",
                "placed_nowhere",
                f"The form {form.id!r} stands on no visit.",
                "Place it on a visit, or say `log: true`.",
            )


def _gate(document: StudyDocument, gate: str, guards: str, ask: str, say: Say) -> None:
    path = f"gates.{gate}"
    forms = {form.id: form for form in document.forms}
    if refer(guards, forms, "form", f"{path}.guards", say) and forms[guards].kind == "fact":
        say(
            f"{path}.guards",
            "gate_before_fact",
            f"{guards!r} is a fact; a fact is always accepted.",
            "Guard a decision, or say `kind: decision` if it is one.",
        )
    if document.roles:
        refer(ask, {role.id for role in document.roles}, "role", f"{path}.ask", say)
    conditions = next(found.conditions for found in document.gates if found.id == gate)
    _unique([condition.id for condition in conditions], f"{path}.conditions", say)
    if not conditions:
        say(path, "empty_gate", "A gate without conditions is always open.", "Write at least one condition.")


def _decisions(document: StudyDocument, own: StudyDocument, say: Say) -> None:
    guarded = Counter(gate.guards for gate in document.gates)
    for form in document.forms:
        if form.kind == "decision" and not guarded[form.id] and own.forms:
            say(
                f"forms.{form.id}",
                "no_gate",
                f"The decision {form.id!r} has no gate.",
                "Write a gate with `guards` naming it.",
            )
        if guarded[form.id] > 1:
            say(
                f"gates.{form.id}",
                "two_gates",
                f"{guarded[form.id]} gates guard {form.id!r}.",
                "Join their conditions in one.",
            )


def _role(document: StudyDocument, role: Role, say: Say) -> None:
    path = f"roles.{role.id}"
    known = {form.id for form in document.forms} | {form.group for form in document.forms} | set(SYSTEM_GROUPS)
    for name in ("files", "sees"):
        for number, entry in enumerate(getattr(role, name)):
            refer(entry, known, "form_or_group", f"{path}.{name}.{number}", say)
    if not role.files and not role.sees:
        say(
            path,
            "idle_role",
            f"The role {role.id!r} may neither file nor see anything.",
            "Give it forms or groups, or take it out.",
        )
    for form in document.forms:
        if form.secret is not None and form.id in role.files and form.secret not in role.unblinded:
            say(
                f"{path}.files",
                "files_unseen",
                f"{role.id!r} may file {form.id!r} and never know its secret.",
                "Add the secret to `unblinded`.",
            )


def _visit(document: StudyDocument, visit: Visit, say: Say) -> None:
    path = f"visits.{visit.id}"
    _label(visit.title, f"{path}.title", say)
    refer(visit.phase, {phase.id for phase in document.phases}, "phase", f"{path}.phase", say)
    forms = {form.id: form for form in document.forms}
    for number, placement in enumerate(visit.forms):
        if (
            refer(placement.form, forms, "form", f"{path}.forms.{number}", say)
            and forms[placement.form].about != "participant"
        ):
            say(
                f"{path}.forms.{number}",
                "not_about_participant",
                f"{placement.form!r} is not about a participant.",
                "Take it off the visit.",
            )
    for name, count in Counter(placement.form for placement in visit.forms).items():
        if count > 1:
            say(f"{path}.forms", "duplicate_form", f"{name!r} stands {count} times on the visit.", "Place it once.")
    _requires(document, visit.requires, f"{path}.requires", say)
    if visit.cycle is not None:
        cycles = {cycle.id: cycle.repeats for cycle in document.cycles}
        if refer(visit.cycle, cycles, "cycle", f"{path}.cycle", say) and len(visit.labels) not in (
            0,
            cycles[visit.cycle],
        ):
            say(
                f"{path}.labels",
                "label_count",
                f"{len(visit.labels)} labels for {cycles[visit.cycle]} cycles.",
                "Write one label a cycle.",
            )


def _requires(document: StudyDocument, requires: Mapping[str, str], path: str, say: Say) -> None:
    axes = {axis.id: axis.values for axis in document.axes}
    for axis, value in requires.items():
        if refer(axis, axes, "axis", path, say):
            refer(value, axes[axis], "value", path, say)


def _rest(document: StudyDocument, own: StudyDocument, say: Say) -> None:
    for axis in document.axes:
        refer(axis.start, axis.values, "value", f"axes.{axis.id}.start", say)
    _requires(document, document.requires, "requires", say)
    for number, release in enumerate(document.releases):
        _release(document, release, f"releases.{number}", say)
    forms = {form.id for form in document.forms}
    for number, reuse in enumerate(document.reuse):
        refer(reuse.form, forms, "form", f"reuse.{number}", say)
        _duration(reuse.within, f"reuse.{number}", say)
    for rule in document.deviations:
        for raised in rule.raises:
            _raise(document, raised, f"deviations.{rule.id}.raises.{raised.id}", say)
    _arms(document, say)
    _defaults(own, say)


def _release(document: StudyDocument, release: Release, path: str, say: Say) -> None:
    if (release.visit is None) == (release.definition is None):
        say(path, "release_what", "A release names either a visit or a definition.", "Write one of the two.")
    if release.visit is not None:
        refer(release.visit, {visit.id for visit in document.visits}, "visit", path, say)
    if release.definition is not None:
        refer(release.definition, {definition.id for definition in document.definitions}, "definition", path, say)
    for role in release.to:
        refer(role, {role.id for role in document.roles}, "role", path, say)


def _arms(document: StudyDocument, say: Say) -> None:
    most = max((cycle.repeats for cycle in document.cycles), default=1)
    for arm in document.arms:
        for dose in arm.doses:
            if not 1 <= dose.cycle <= most:
                say(
                    f"arms.{arm.id}",
                    "dose_cycle",
                    f"There is no cycle {dose.cycle}.",
                    f"Cycles are numbered 1 to {most}.",
                )
    if len(document.arms) > 1:
        form, _, item = document.arm_item.partition(".")
        found = next((f for f in document.forms if f.id == form), None)
        if found is None or all(one.id != item for one in found.items):
            say(
                "arm_item",
                "arm_item",
                "With more than one arm, `arm_item` names the item that holds it.",
                'Write "randomization.arm".',
            )


def _defaults(own: StudyDocument, say: Say) -> None:
    defaults = own.site_defaults
    if defaults is None:
        say(
            "site_defaults",
            "no_site_defaults",
            "The document has no site defaults.",
            "Write `site_defaults` with a time zone.",
        )
        return
    try:
        ZoneInfo(defaults.zone)
    except (ValueError, KeyError, OSError):
        say(
            "site_defaults.zone",
            "bad_zone",
            f"{defaults.zone!r} is not a time zone.",
            "Write an IANA name such as Europe/Oslo.",
        )
    _duration(defaults.form_grace, "site_defaults.form_grace", say)
    _duration(defaults.late_entry, "site_defaults.late_entry", say)


def _duration(text: str, path: str, say: Say) -> None:
    try:
        parse_duration(text)
    except NotADuration as error:
        say(path, "duration", str(error))
