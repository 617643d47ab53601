"""Long work that somebody at the console asked for, and comes back to when it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.domain.jobs import JobName

KEPT_FOR = timedelta(days=30)
"""So long it is listed; a file that came of it may be fetched for `FILE_KEPT_FOR`."""
FILE_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Task:
    """`facts` is what was asked for; `outcome` is "" until it is over, then a word for its end with its `result`.

    `file` is the digest of what came of it, to be fetched under `file_name`.
    """

    id: int
    job: JobName
    area_id: int
    staff_id: int
    facts: Mapping[str, str | int]
    outcome: str
    result: Mapping[str, str | int]
    file: str
    file_name: str
    asked_at: datetime
    done: int
    total: int

    @property
    def is_over(self) -> bool:
        return bool(self.outcome)

    @property
    def percent(self) -> int:
        """Never 100 before it is over."""
        if self.is_over:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    def file_at(self, now: datetime) -> str:
        """The digest of its file, "" where there is none or none any more."""
        return self.file if now < self.asked_at + FILE_KEPT_FOR else ""
