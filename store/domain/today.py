"""What waits for a member of staff today: one line a thing, the most urgent first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

DISCLOSURE_AHEAD = timedelta(days=5)
"""So long before the disclosure day it is said that nothing has been entered."""
CLOSING_WITHIN = timedelta(days=2)


def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that ends the day on which `now` falls in that zone."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)


class Urgency(IntEnum):
    """Why something waits, in the order in which it is shown."""

    TRANSFER = 1
    URGENT = 2
    CHANNEL = 3
    OVERDUE = 4
    APPROVAL = 5
    DUE = 6
    VOTE = 7
    DISCLOSURE = 8
    VISIT = 9


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line. `subject_id` is the ticket's, notice's, matter's or account's; of a disclosure it is the village's.

    `title` is what it is about in the words of whoever wrote it, `place` where (a village, a spot); `by` is when it is
    too late. `count` is how many homes are to be visited or not known to be safe, `month` the disclosure's,
    `village_id` the matter's.
    """

    urgency: Urgency
    subject_id: int
    title: str
    place: str = ""
    number: int = 0
    count: int = 0
    category: str = ""
    by: datetime | None = None
    month: date | None = None
    village_id: int = 0

    @property
    def order(self) -> tuple[int, float, int]:
        return self.urgency, self.by.timestamp() if self.by else 0.0, self.subject_id
