"""Arms, treatments, doses, roles and criteria of a document as USDM."""

from collections.abc import Mapping
from typing import Any

from triptych.exchange.usdm_parts import Ids, Term, Thing, aliased, as_html, chained, coded, quantity, thing

EXPERIMENTAL, ACTIVE = Term("C174266", "Experimental Arm"), Term("C174267", "Active Comparator Arm")
PLACEBO = Term("C174268", "Placebo Comparator Arm")
WITHIN = Term("C188866", "Data Generated Within Study")
DRUG, BEHAVIORAL = Term("C1909", "Pharmacologic Substance"), Term("C15184", "Behavioral Intervention")
ROLE_OF_ARM = {
    EXPERIMENTAL: Term("C41161", "Experimental Intervention"),
    ACTIVE: Term("C68609", "Active Comparator"),
    PLACEBO: Term("C753", "Placebo"),
}
MILLIGRAM, ONCE = Term("C28253", "Milligram"), Term("C64576", "Once")
UNKNOWN_ROUTE, UNKNOWN_FORM = (
    Term("C38311", "Unknown Route of Administration"),
    Term("C150001", "Unknown Dosage Form Category"),
)
ONE_DOSE = "One dose; the document does not say how long it takes to give."
MEDICINAL = Term("C202579", "IMP")
INCLUSION, EXCLUSION = Term("C25532", "Inclusion Criteria"), Term("C25370", "Exclusion Criteria")
ROLES = {
    "principal_investigator": Term("C19924", "Principal investigator"),
    "physician": Term("C215672", "Clinical Trial Physician"),
    "rater": Term("C207599", "Outcomes Assessor"),
    "participant": Term("C41189", "Study Subject"),
    "therapist": Term("C17445", "Care Provider"),
    "co_therapist": Term("C17445", "Care Provider"),
    "night_attendant": Term("C17445", "Care Provider"),
}
OTHER_ROLE = {"study": Term("C51851", "Project Manager"), "site": Term("C80403", "Study Site")}
"""The nearest terms for roles that the list does not have: their labels say what they are."""
DOSE_PARTS = ("initial", "supplemental")
CONFIRMATION = "eligibility_confirmation"
EXCLUDED = "Excluded: "
"""How the text of a criterion begins that must not hold."""


def kind_of(arm: Mapping[str, Any], arms: list[Thing]) -> Term:
    """What an arm is, as far as its drug tells: placebo by name, a comparator where the first arm has another drug."""
    if "placebo" in arm.get("drug", "").lower():
        return PLACEBO
    return EXPERIMENTAL if arm.get("drug") == arms[0].get("drug") else ACTIVE


def study_arms(arms: list[Thing], ids: Ids) -> list[Thing]:
    """The arms as `StudyArm`."""
    made = []
    for arm in arms:
        ident = ids.of("StudyArm", arm["id"])
        origin = {"dataOriginDescription": "Collected in the study", "dataOriginType": coded(ident, "origin", WITHIN)}
        fields = {"label": arm.get("title") or arm["id"], "type": coded(ident, "type", kind_of(arm, arms))}
        made.append(thing("StudyArm", ident, name=arm["id"], **fields, **origin))
    return made


def interventions(data: Mapping[str, Any], ids: Ids) -> list[Thing]:
    """The drug of each arm with its doses, and each therapy, as `StudyIntervention`."""
    made, arms = [], data.get("arms", [])
    for arm in arms:
        if arm.get("drug"):
            ident = ids.of("Drug", arm["id"])
            fields = {"role": coded(ident, "role", ROLE_OF_ARM[kind_of(arm, arms)]), "type": coded(ident, "type", DRUG)}
            given = [one for dose in arm.get("doses", []) for one in _administrations(arm, dose, ids)]
            name = f"drug.{arm['id']}"
            made.append(
                thing("StudyIntervention", ident, name=name, label=arm["drug"], administrations=given, **fields)
            )
    for therapy in data.get("therapies", []):
        ident = ids.of("Therapy", therapy["id"])
        fields = {"role": coded(ident, "role", ROLE_OF_ARM[EXPERIMENTAL]), "type": coded(ident, "type", BEHAVIORAL)}
        label, held = therapy.get("title") or therapy["id"], therapy.get("sessions") or None
        name = f"therapy.{therapy['id']}"
        made.append(thing("StudyIntervention", ident, name=name, label=label, description=held, **fields))
    return made


def _administrations(arm: Thing, dose: Thing, ids: Ids) -> list[Thing]:
    made = []
    for part in (part for part in DOSE_PARTS if dose.get(part) is not None):
        key = f"{arm['id']}.{dose['cycle']}.{part}"
        ident = ids.of("Administration", key)
        length = thing(
            "Duration", f"Duration_{ident}", text=ONE_DOSE, durationWillVary=True, reasonDurationWillVary=ONE_DOSE
        )
        fields = {"dose": quantity(ident, "dose", dose[part], MILLIGRAM), "duration": length}
        fields |= {"route": aliased(ident, "route", UNKNOWN_ROUTE), "frequency": aliased(ident, "frequency", ONCE)}
        product = ids.of("AdministrableProduct", arm["id"])
        label = f"{part.capitalize()} dose of session {dose['cycle']}"
        made.append(thing("Administration", ident, name=key, label=label, administrableProductId=product, **fields))
    return made


def products(arms: list[Thing], ids: Ids) -> list[Thing]:
    """What is given in each arm. The document does not say the dosage form, and this says so."""
    made = []
    for arm in (arm for arm in arms if arm.get("doses") and arm.get("drug")):
        ident = ids.of("AdministrableProduct", arm["id"])
        form = aliased(ident, "form", UNKNOWN_FORM)
        fields = {"administrableDoseForm": form, "productDesignation": coded(ident, "designation", MEDICINAL)}
        made.append(thing("AdministrableProduct", ident, name=f"product.{arm['id']}", label=arm["drug"], **fields))
    return made


def cells(data: Mapping[str, Any], epochs: list[Thing], ids: Ids) -> tuple[list[Thing], list[Thing]]:
    """One `StudyCell` and `StudyElement` for each arm and epoch, with what that arm has in it."""
    made, elements = [], []
    for arm in data.get("arms", []):
        has = [ids.of("Drug", arm["id"])] if arm.get("drug") else []
        has += [ids.of("Therapy", arm["therapy"])] if arm.get("therapy") else []
        for epoch in epochs:
            key = f"{arm['id']}.{epoch['name']}"
            element, ident = ids.of("StudyElement", key), ids.of("StudyCell", key)
            arm_id = ids.of("StudyArm", arm["id"])
            elements.append(thing("StudyElement", element, name=key, label=epoch["label"], studyInterventionIds=has))
            made.append(thing("StudyCell", ident, armId=arm_id, epochId=epoch["id"], elementIds=[element]))
    return made, elements


def is_blinded(data: Mapping[str, Any]) -> bool:
    """Whether some form holds who is in which arm as a secret."""
    return any(form.get("secret") == "allocation" for form in data.get("forms", []))


def roles(data: Mapping[str, Any], applies_to: str, ids: Ids) -> list[Thing]:
    """The roles as `StudyRole`; in a blinded study each says whether it is masked."""
    made, blinded = [], is_blinded(data)
    for role in data.get("roles", []):
        ident, title = ids.of("StudyRole", role["id"]), role.get("title") or role["id"]
        term = ROLES.get(role["id"], OTHER_ROLE[role.get("scope", "site")])
        mask = masking(ident, is_masked="allocation" not in role.get("unblinded", [])) if blinded else None
        fields = {"label": title, "code": coded(ident, "code", term), "appliesToIds": [applies_to], "masking": mask}
        made.append(thing("StudyRole", ident, name=role["id"], **fields))
    return made


def masking(owner: str, *, is_masked: bool) -> Thing:
    """Whether a role is kept from knowing who is in which arm."""
    text = "Is not told the arm." if is_masked else "May know the arm."
    return thing("Masking", f"Masking_{owner}", text=text, isMasked=is_masked)


def criteria_gate(data: Mapping[str, Any]) -> Thing | None:
    """The gate in front of the confirmation of eligibility: its conditions are the criteria."""
    return next((gate for gate in data.get("gates", []) if gate.get("guards") == CONFIRMATION), None)


def criteria(data: Mapping[str, Any], ids: Ids) -> tuple[list[Thing], list[Thing]]:
    """The criteria and their texts: of inclusion, but where the text says `Excluded: `."""
    made, items = [], []
    gate = criteria_gate(data) or {}
    for number, condition in enumerate(gate.get("conditions", []), 1):
        key, ident = condition["id"], ids.of("EligibilityCriterion", condition["id"])
        item = ids.of("EligibilityCriterionItem", key)
        text = condition.get("text") or key
        category = EXCLUSION if text.startswith(EXCLUDED) else INCLUSION
        fields = {"category": coded(ident, "category", category), "identifier": str(number), "criterionItemId": item}
        made.append(thing("EligibilityCriterion", ident, name=key, **fields))
        items.append(thing("EligibilityCriterionItem", item, name=key, text=as_html(text.removeprefix(EXCLUDED))))
    return chained(made), items
