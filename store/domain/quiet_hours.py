"""The hours in which nobody is disturbed by what can wait."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until `end` by the village's clock, over midnight where `end` is earlier; none if they are equal."""

    start: time = time(21)
    end: time = time(7)

    def covers(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def next_allowed(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """`now` where it is not quiet, else the moment at which the quiet ends; in the village's zone."""
    local = now.astimezone(zone)
    if not quiet.covers(local.time()):
        return local
    ends_on = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    return datetime.combine(ends_on, quiet.end, zone)
