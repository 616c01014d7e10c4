"""What a window shows of a participant's screening: the decision, abnormal values, and the taper plan."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime

from triptych.course import Fold, Grant, Record, Screened, Setting, Sight, Taper, current_site
from triptych.course.results import Abnormal
from triptych.course.setting import entries_of
from triptych.course.tapering import PLAN
from triptych.safety import Knowledge
from triptych.study import Study


class ScreeningView(ABC):
    """The part of a window that is about screening; what the viewer may not see is gone before anything is derived."""

    now: datetime
    sight: Sight
    _knowledge: Knowledge
    _grant: Grant | None
    _folds: dict[str, Fold | None]

    @abstractmethod
    def _records(self, participant: str) -> tuple[Record, ...]: ...

    @abstractmethod
    def _reaches(self, records: tuple[Record, ...]) -> bool: ...

    @abstractmethod
    def _setting_at(self, site: str | None) -> Setting: ...

    @abstractmethod
    def _version(self, setting: Setting, records: Sequence[Record] = ()) -> Study: ...

    @abstractmethod
    def _shown(self, records: Sequence[Record]) -> tuple[Record, ...]: ...

    @abstractmethod
    def _sight(self, study: Study) -> Sight: ...

    def screened(self, participant: str, planned: date, cycle: int | None = None) -> Screened | None:
        """The screening of a participant for a planned day, on what this viewer sees; none where nothing may be seen.

        The cycle is the one of the session; without one it is the cycle under way.
        """
        fold = self._seen_fold(participant)
        return None if fold is None else fold.screened(planned, cycle)

    def abnormal(self, participant: str) -> tuple[Abnormal, ...]:
        """The abnormal values of the participant's newest results, as far as this viewer sees them."""
        fold = self._seen_fold(participant)
        return () if fold is None else fold.abnormal

    def _seen_fold(self, participant: str) -> Fold | None:
        """The parts of a participant's course, on what this viewer sees; none where nothing may be seen.

        A window is of one instant, so they are derived once.
        """
        if participant not in self._folds:
            self._folds[participant] = self._fold_anew(participant)
        return self._folds[participant]

    def _fold_anew(self, participant: str) -> Fold | None:
        records = self._records(participant)
        if not self._reaches(records):
            return None
        setting = self._setting_at(current_site(entries_of(records)))
        study = self._version(setting, records)
        return Fold(study, participant, self._shown(records), setting, self._knowledge, self.now, self._sight(study))

    def taper(self, participant: str) -> Taper | None:
        """The participant's taper plan, derived from the whole ledger, for a role that sees such plans.

        To the participant it is released only while it is in force: signed by all, and of the medicines as they are.
        """
        records = self._records(participant)
        if not self._reaches(records) or not self.sight.sees_form(PLAN):
            return None
        setting = self._setting_at(current_site(entries_of(records)))
        fold = Fold(self._version(setting, records), participant, records, setting, self._knowledge, self.now)
        plan = fold.taper
        is_own = self._grant is not None and self._grant.participant is not None
        return None if plan is None or (is_own and not plan.in_force) else plan
