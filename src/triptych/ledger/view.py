"""The way out: a read-only window. What its viewer may not see is gone before anything is derived."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import msgspec
from msgspec.structs import replace

from triptych.course import (
    CASEBOOK,
    Course,
    Grant,
    Listed,
    Record,
    Setting,
    Sight,
    current_site,
    derive_course,
    listed,
    local_day,
    review_digest,
    sees_as_signer,
    under_review,
)
from triptych.course.remembering import Remembered
from triptych.course.setting import entries_of, setting_of
from triptych.course.sight import sight_of
from triptych.ledger.drafts import Actor
from triptych.ledger.lists import Heads, keep_rows, read_line
from triptych.ledger.placed import Placed
from triptych.ledger.releasing import released_days, released_definitions
from triptych.ledger.seen import Seen, seen_of, without_visits
from triptych.ledger.session_view import SessionView
from triptych.ledger.store import Store
from triptych.ledger.streams import STUDY, Streams, participant_stream, site_stream
from triptych.ledger.versions import Versions
from triptych.safety import Knowledge
from triptych.study import Release, Role, Study, parse_duration

OWN = frozenset({"signature", "entered_in_error", "held_resolution", "fidelity_rating"})
"""What is done about a record, or rated blind, and stays visible to whoever did it."""
NOBODY = Role(id="nobody", title="Nobody")


class View(Placed, SessionView):
    """What one viewer may read of a trial at one instant."""

    def __init__(
        self,
        store: Store,
        streams: Streams,
        versions: Versions,
        knowledge: Knowledge,
        viewer: Actor | None,
        now: datetime,
        known: Mapping[str, tuple[Record, ...]],
        grant: Grant | None = None,
    ) -> None:
        """Open the window for a viewer; without one it is the system's own and shows the whole ledger.

        The ledger's grants say what the viewer may see, unless a `grant` is given that stands for an audience.

        `known` holds the study's records and those of the viewer's site; other streams are read when they are
        first looked at, and once.
        """
        self._store, self._streams, self._knowledge = store, streams, knowledge
        self._versions, self.viewer, self.now = versions, viewer, now
        self.study, self._known = versions.newest, dict(known)
        self._folds = {}
        self._shown_of = Remembered(self._shown_anew)
        self._setting = self._setting_at(viewer.site if viewer else None)
        self.study = self._version(self._setting)
        self._grant = grant or self._granted()
        self.sight = self._sight(self.study)

    def _granted(self) -> Grant | None:
        viewer = self.viewer
        if viewer is None:
            return Grant(id="", person="", role="", site=None, blinding="unblinded", since=self.now)
        return self._setting.grants.held(viewer.person, viewer.role, viewer.site, self.now)

    def _sight(self, study: Study) -> Sight:
        if self.viewer is None:
            return sight_of(study)
        role = study.roles.get(self.viewer.role) if self._grant else None
        unblinded = self._grant is not None and self._grant.blinding == "unblinded"
        return sight_of(study, role or NOBODY, unblinded=unblinded)

    def _version(self, setting: Setting, records: Sequence[Record] = ()) -> Study:
        return self._versions.at(setting, local_day(self.now, setting.zone), records)

    def study_of(self, participant: str) -> Study:
        """The version of the document in force for a participant; that of the viewer's site for nobody known."""
        records = self._records(participant)
        return self._version(self._setting_at(current_site(entries_of(records))), records) if records else self.study

    @property
    def audience(self) -> str:
        """Whoever sees the same: the role and whether it is blinded; all who hold the ledger itself are one more."""
        if self.viewer is None:
            return "system"
        return f"{self.viewer.role}:{self._grant.blinding}" if self._grant else "nobody"

    def participants(self) -> tuple[str, ...]:
        """The participants at the viewer's site, or all for a role in the whole study; none without a grant."""
        with self._store.reading() as reading:
            heads = Heads(self.study.digest, dict(reading.heads()))
            marks = () if self._grant is None or self._grant.site is None else reading.row_marks(self.audience)
            sites = {mark.participant: mark.site for mark in marks if heads.stands(mark)}
        names = heads.participants
        if self._grant is None or self._grant.site is None:
            return tuple(name for name in names if self._allows(name, None))
        unknown = [name for name in names if name not in sites]
        for name, records in zip(unknown, self._look(map(participant_stream, unknown)), strict=True):
            sites[name] = current_site(entries_of(records))
        return tuple(name for name in names if self._allows(name, sites[name]))

    def records(self, participant: str) -> tuple[Seen, ...]:
        """Every version of every visible record of a participant, held ones included, in filing order."""
        records = self._records(participant)
        return self._seen(records, participant) if self._reaches(records) else ()

    def reaches(self, participant: str) -> bool:
        """Whether the viewer's grant reaches a participant who is known."""
        return self._reaches(self._records(participant))

    def gather(self, participants: Iterable[str]) -> None:
        """Read the records of several participants together, so that looking at one after the other asks nothing."""
        self._look(map(participant_stream, participants))

    def site_records(self, site: str) -> tuple[Seen, ...]:
        """Every visible record of a site's own stream; a participant's own access reaches the site they are at."""
        if self._grant is None or not self._grant.covers(site):
            return ()
        if self._grant.participant is not None and site != self.own_site:
            return ()
        return self._seen(self._look([site_stream(site)])[0], None)

    @property
    def own_site(self) -> str | None:
        """The site of the participant whose own access this is; none for everybody else."""
        own = self._grant.participant if self._grant is not None else None
        records = self._records(own) if own is not None else ()
        return current_site(entries_of(records)) if records else None

    def study_records(self) -> tuple[Seen, ...]:
        """Every visible record of the study's own stream."""
        if self._grant is None or not self._grant.reaches(None):
            return ()
        return self._seen(self._known[STUDY], None)

    def course(self, participant: str) -> Course | None:
        """The participant's course, derived from what this viewer sees; none where nothing may be seen."""
        records = self._records(participant)
        return self._derived(participant, records) if self._reaches(records) else None

    def under_review(self, participant: str, scope: str) -> tuple[str, tuple[Seen, ...]]:
        """What a review of a visit or the casebook covers for this viewer: the hash to sign, and the records."""
        records = self._records(participant)
        if not self._reaches(records) or (self.sight.masks_visits and scope != CASEBOOK):
            return "", ()
        entries = entries_of(self._shown(records))
        seen = {one.id: one for one in self.records(participant)}
        study = self.study_of(participant)
        covered = under_review(study, entries, self.sight, scope)
        digest = review_digest(study, entries, self.sight, scope)
        return digest, tuple(seen[entry.current.id] for entry in covered)

    @property
    def training(self) -> bool:
        """Whether the study is in training mode, in which nothing counts as trial data."""
        return self._setting.training

    def listing(self, participants: Sequence[str] | None = None) -> tuple[Listed, ...]:
        """The line in lists of every participant (or of those named) that this viewer may see, by name.

        Lines are read from the rows kept for the viewer's audience where these hold (`ledger.lists`), and are
        otherwise derived and kept.
        """
        heads, lines, missing = self._kept(participants)
        lines |= self._listed_anew(heads, missing)
        return tuple(lines[name] for name in sorted(lines))

    def kept(self) -> dict[str, Listed]:
        """The lines that can be read from rows kept for the viewer's audience, with nothing derived."""
        return self._kept(None)[1]

    def _kept(self, participants: Sequence[str] | None) -> tuple[Heads, dict[str, Listed], list[str]]:
        """The heads of all streams, the lines in rows that hold, and of whom there is no such row."""
        with self._store.reading() as reading:
            heads = Heads(self.study.digest, dict(reading.heads()))
            wanted = heads.participants if participants is None else heads.known(participants)
            marks = {mark.participant: mark for mark in reading.row_marks(self.audience)}
            held = {name for name in wanted if name in marks and heads.holds(marks[name], self.now, self._person)}
            shown = [name for name in wanted if name in held and self._allows(name, marks[name].site)]
            lines = {name: read_line(body, self.now) for name, body in reading.rows(self.audience, shown)}
        return heads, lines, [name for name in wanted if name not in held]

    @property
    def _person(self) -> str:
        return self.viewer.person if self.viewer else ""

    def _listed_anew(self, heads: Heads, names: Sequence[str]) -> dict[str, Listed]:
        """Derive lines and keep them for the audience, whether or not this viewer reaches the participants."""
        self._look([participant_stream(name) for name in names])
        lines: dict[str, Listed] = {}
        rows = []
        for name in names:
            records = self._records(name)
            site = current_site(entries_of(records))
            line = listed(self._derived(name, records))
            own = {record.actor for record in records if self._is_for_its_sender(record)}
            if self._person not in own and heads.agree(name, site, self._known):
                rows.append(heads.row(line, site, own))
            if self._allows(name, site):
                lines[name] = line
        if rows:
            keep_rows(self._store, self.audience, rows)
        return lines

    def _allows(self, participant: str, site: str | None) -> bool:
        return self._grant is not None and self._grant.covers(site) and self._grant.reaches(participant)

    def released(self, participant: str) -> Mapping[str, object]:
        """Facts derived from hidden records that the document releases to this role; unknown ones are left out."""
        records = self._records(participant)
        if not self._reaches(records):
            return {}
        whole = partial(self._whole, participant)
        days = released_days(self._releases(), whole)
        known = {visit: day for visit, day in days.items() if day is not None}
        return {**known, **dict(released_definitions(self._releases(), whole))}

    def grants(self) -> tuple[Grant, ...]:
        """Every grant ever given, with the time it held: who could file and see what, and when (QA-04)."""
        visible = self._grant is not None and self.sight.sees_form("grant")
        return self._setting.grants.all if visible else ()

    def everything(self) -> bytes:
        """All that this viewer can obtain, as one JSON text with sorted keys (the two-worlds test compares it)."""
        parts = {
            "study": self.study_records(),
            "sites": {site: self.site_records(site) for site in self.sites()},
            "participants": {name: self._all_of(name) for name in self.participants()},
            "grants": self.grants(),
        }
        return msgspec.json.encode(parts, order="sorted")

    def _all_of(self, participant: str) -> Mapping[str, object]:
        return {
            "records": self.records(participant),
            "course": self.course(participant),
            "released": self.released(participant),
        }

    def sites(self) -> tuple[str, ...]:
        """The sites that this viewer's grant reaches; none without a grant."""
        with self._store.reading() as reading:
            found = [stream.partition(":")[2] for stream, _ in reading.heads("site:")]
        return tuple(site for site in found if self._grant is not None and self._grant.covers(site))

    def _look(self, streams: Iterable[str]) -> list[tuple[Record, ...]]:
        """The records of streams; those not looked at before are read together."""
        streams = list(streams)
        missing = [stream for stream in streams if stream not in self._known]
        if missing:
            with self._store.reading() as reading:
                self._known |= self._streams.load(reading, missing)
        return [self._known[stream] for stream in streams]

    def _records(self, participant: str) -> tuple[Record, ...]:
        """A participant's records, read together with those of the site where they were last seen."""
        stream = participant_stream(participant)
        if stream in self._known:
            return self._known[stream]
        site = next((record.site for record in reversed(self._streams.kept(stream) or ())), None)
        return self._look([stream, *([site_stream(site)] if site else [])])[0]

    def _setting_at(self, site: str | None) -> Setting:
        site_records = self._look([site_stream(site)])[0] if site else ()
        return setting_of(self._known[STUDY], site_records, self.study, site)

    def _reaches(self, records: tuple[Record, ...]) -> bool:
        if not records:
            return False
        return self._allows(records[0].stream.partition(":")[2], current_site(entries_of(records)))

    def _derived(self, participant: str, records: tuple[Record, ...]) -> Course:
        setting = self._setting_at(current_site(entries_of(records)))
        released = released_days(self._releases(), partial(self._whole, participant))
        shown, study = self._shown(records), self._version(setting, records)
        sight = self.sight if study is self.study else self._sight(study)
        course = derive_course(study, participant, shown, setting, self._knowledge, self.now, sight, released)
        return without_visits(course) if self.sight.masks_visits else course

    def _shown(self, records: Sequence[Record]) -> tuple[Record, ...]:
        """The records that this viewer may see; one about a hidden record is as hidden as that record."""
        return self._shown_of(records)

    def _shown_anew(self, records: Sequence[Record]) -> tuple[Record, ...]:
        if self.sight.everything:
            return tuple(records)
        forms = {record.id: record.form for record in records}
        shown = {record.id: self._on_hidden_items(self._stripped(record), forms) for record in records}
        shown |= dict.fromkeys(self.sight.unshared(records))
        hidden: set[str] = set()
        while gone := {name for name, record in shown.items() if record is None} - hidden:
            hidden |= gone
            for name, record in shown.items():
                if record is not None and self._names(record) & hidden:
                    shown[name] = None
        return tuple(record for record in shown.values() if record is not None)

    def _on_hidden_items(self, record: Record | None, forms: Mapping[str, str]) -> Record | None:
        """A query on a hidden item is hidden; a signature on one shows no digest, which would betray the answer."""
        if record is not None and record.form == "signature" and "scope" in record.values:
            return self._on_review(record)
        form = self.study.forms.get(forms.get(str(record.values.get("about")), "")) if record else None
        hidden = {item.id for item in form.items if not self.sight.sees_item(item)} if form else set()
        if record is None or not hidden:
            return record
        if record.form == "query" and record.values.get("item") in hidden:
            return None
        if record.form == "signature":
            return replace(record, values={k: v for k, v in record.values.items() if k != "shown"})
        return record

    def _on_review(self, record: Record) -> Record | None:
        """A review is hidden with the visit's name, and shows its digest only to who sees all that was reviewed."""
        if self.sight.masks_visits and record.values["scope"] != CASEBOOK:
            return None
        if sees_as_signer(self.study, self._setting, self.sight, record):
            return record
        return replace(record, values={k: v for k, v in record.values.items() if k != "shown"})

    def _names(self, record: Record) -> set[str]:
        """The records that a record names in its answers."""
        form = self.study.forms.get(record.form)
        items = (item.id for item in form.items if item.type == "record") if form else ()
        return {value for value in map(record.values.get, items) if isinstance(value, str)}

    def _stripped(self, record: Record) -> Record | None:
        """A record without what is hidden, or none; what the viewer did about a record that they see stays theirs."""
        if not self.sight.sees_form(record.form):
            return record if self._is_own(record) else None
        return replace(record, values=dict(self.sight.values(record)))

    def _is_own(self, record: Record) -> bool:
        """Whether the viewer sent a record that is held, or signed, set aside or settled one."""
        is_theirs = self.viewer is not None and self._grant is not None and record.actor == self.viewer.person
        return is_theirs and self._is_for_its_sender(record)

    def _is_for_its_sender(self, record: Record) -> bool:
        """Whether a record that the audience does not see is shown to whoever filed it."""
        return not self.sight.sees_form(record.form) and (record.status == "held" or record.form in OWN)

    def _seen(self, records: tuple[Record, ...], participant: str | None) -> tuple[Seen, ...]:
        entries, defaults = entries_of(records), self.study.document.site_defaults
        late = parse_duration(defaults.late_entry).span if defaults is not None else None
        shown = ((record, entries.entry(record.id)) for record in self._shown(records))
        return tuple(seen_of(record, entry, participant, self.sight, late) for record, entry in shown)

    def _releases(self) -> list[Release]:
        role = self.viewer.role if self.viewer and self._grant else None
        return [release for release in self.study.document.releases if role in release.to]
