"""What a filing touches: the streams it reads and appends to, in the order in which they are locked."""

import msgspec

from triptych.ledger.streams import STUDY, participant_stream, site_stream
from triptych.study import Form, Study


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a filing touches. Locks are taken in the order study, site, participant; appended streams exclusively."""

    study: Study
    about: str
    participant: str | None
    site: str | None
    form: Form | None

    @property
    def stream(self) -> str:
        """The stream that the record belongs to."""
        if self.about == "participant":
            return participant_stream(self.participant or "")
        return site_stream(self.site or "") if self.about == "site" else STUDY

    @property
    def takes(self) -> bool:
        """Whether filing the form takes something from a limited stock; where no site is known there is none."""
        if self.form is None or self.form.allocates is None:
            return False
        return self.form.allocates.stream == "study" or bool(self.site)

    @property
    def stock(self) -> str:
        """The stream that keeps the limited stock a form takes from."""
        assert self.form is not None
        assert self.form.allocates is not None
        return STUDY if self.form.allocates.stream == "study" else site_stream(self.site or "")

    @property
    def appends(self) -> tuple[str, ...]:
        """Streams locked exclusively."""
        streams = [self.stream]
        if self.takes:
            streams.append(self.stock)
        return tuple(streams)

    @property
    def streams(self) -> tuple[str, ...]:
        """Every stream that is looked at."""
        own = [participant_stream(self.participant)] if self.participant is not None else []
        return (*self.reads, *self.appends, *own)

    @property
    def reads(self) -> tuple[str, ...]:
        """Streams locked shared: the study and the site whose records every filing is judged on."""
        streams = [STUDY, *([site_stream(self.site)] if self.site else [])]
        return tuple(stream for stream in streams if stream not in self.appends)
