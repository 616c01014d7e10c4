"""What a viewer may see: forms by role, items by the secrets the viewer is unblinded for. Deny by default."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from triptych.course.entries import Entries
from triptych.course.record import Record
from triptych.study import Form, Item, Role, Study

ABOUT = "about"
"""The group of forms that are filed and seen by whoever sees the record that they are about."""


class Sight:
    """What a role with a blinding status sees of records; without a role, everything (the judgment of gates)."""

    def __init__(self, study: Study, role: Role | None = None, *, unblinded: bool = False) -> None:
        self._study = study
        self._role = role
        self._secrets = frozenset(role.unblinded if role and unblinded else ())
        self._forms: dict[str, bool] = {}
        self._paths: dict[str, bool] = {}
        forms = (form for form in study.forms.values() if role is not None and form.shared_by)
        self._kept_back = {form.id: form.shared_by for form in forms if role is not None and not may_file(role, form)}

    @property
    def everything(self) -> bool:
        """Whether nothing is hidden."""
        return self._role is None

    @property
    def masks_visits(self) -> bool:
        """Whether visit and cycle of a record stay hidden (blinded raters do not know the visit number)."""
        return self._role is not None and "visit" in self._role.masks

    def sees_form(self, form_id: str) -> bool:
        """Whether any record of a form may be seen; a form that the document does not have is not."""
        if form_id not in self._forms:
            form = self._study.forms.get(form_id)
            self._forms[form_id] = self._role is None or (form is not None and self._permits(form))
        return self._forms[form_id]

    def sees_forms(self, forms: Iterable[str]) -> bool:
        """Whether every one of these forms that the document has may be seen."""
        return all(self.sees_form(form) for form in forms if form in self._study.forms)

    def _permits(self, form: Form) -> bool:
        assert self._role is not None
        named = form.group == ABOUT or form.id in self._role.sees or form.group in self._role.sees
        return named and self._knows(form.secret)

    def _knows(self, secret: str | None) -> bool:
        return self._role is None or secret is None or secret in self._secrets

    def sees_item(self, item: Item) -> bool:
        """Whether the answers to an item may be seen."""
        return self._knows(item.secret)

    def sees_path(self, path: str) -> bool:
        """Whether a path that a rule reads (`form.item`) rests on nothing hidden."""
        if path not in self._paths:
            self._paths[path] = self._sees_path(path)
        return self._paths[path]

    def _sees_path(self, path: str) -> bool:
        form_id, _, item_id = path.partition(".")
        form = self._study.forms.get(form_id)
        if form is None:
            return True
        item = next((item for item in form.items if item.id == item_id), None)
        return self.sees_form(form_id) and (item is None or self.sees_item(item))

    def sees_all(self, paths: Iterable[str]) -> bool:
        """Whether every path may be seen."""
        return self.everything or all(map(self.sees_path, paths))

    def unshared(self, records: Iterable[Record]) -> frozenset[str]:
        """The records that are hidden because nobody shared them: those of forms with `shared_by`, deny by default."""
        records = list(records)
        wanted = [record for record in records if record.form in self._kept_back]
        entries = Entries(records) if wanted else None
        return frozenset(record.id for record in wanted if entries is None or not self.shares(entries, record))

    def shares(self, entries: Entries, record: Record) -> bool:
        """Whether a record is shared, or of a form that needs no sharing.

        Whoever files such a form sees all of its records. Everybody else sees one while the newest answer about it, by
        when it was given and by when it was filed, says that it is shared; setting an answer aside shares nothing.
        """
        if record.form not in self._kept_back:
            return True
        root = entries.roots.get(record.id)
        said = (version for entry in entries.ever.get(self._kept_back[record.form], ()) for version in entry.versions)
        answers = [one for one in said if root is not None and entries.roots.get(str(one.values.get("about"))) == root]
        return _is_shared(sorted(answers, key=lambda answer: answer.position))

    def values(self, record: Record) -> Mapping[str, Any]:
        """The answers of a record without those that are hidden; a form that is not known shows nothing."""
        if self._role is None:
            return record.values
        form = self._study.forms.get(record.form)
        shown = {item.id for item in form.items if self.sees_item(item)} if form else set()
        return {key: value for key, value in record.values.items() if key in shown}


sight_of = lru_cache(maxsize=256)(Sight)
"""The sight of a role in a document, made once: it depends on nothing else."""


def _is_shared(answers: Sequence[Record]) -> bool:
    """Whether both the answer given last and the one filed last say that a record is shared; none shares nothing."""
    if not answers:
        return False
    newest = max(answers, key=lambda answer: answer.occurred_at)
    return newest.values.get("shared") is True and answers[-1].values.get("shared") is True


def may_file(role: Role, form: Form) -> bool:
    """Whether a role may file a form; forms of the groups `anyone` and `about` are open to every role."""
    if form.group == "system":
        return False
    return form.group in ("anyone", ABOUT) or form.id in role.files or form.group in role.files
