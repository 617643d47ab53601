"""Floods: whoever (or whatever) sends far more than a person says waits behind everybody else."""

from collections import Counter
from datetime import UTC, datetime, timedelta

FLOOD_WINDOW = timedelta(seconds=60)
FLOOD_MESSAGES = 30
"""So many messages of one address within the window are a flood: those after them wait behind everybody else's."""
FLOOD_DELAY = timedelta(seconds=2)
_SPAN = FLOOD_WINDOW / 2


class Floods:
    """How much each sender has said of late, as one process heard it. Forgets after a window, and with the process."""

    def __init__(self) -> None:
        self._until = datetime.min.replace(tzinfo=UTC)
        self._lately: Counter[tuple[int, bytes]] = Counter()
        self._before: Counter[tuple[int, bytes]] = Counter()

    def delay(self, account_id: int, address_index: bytes, now: datetime) -> timedelta:
        """How long a message waits that comes now; not at all unless it is part of a flood."""
        if now >= self._until:
            self._before = self._lately if now < self._until + _SPAN else Counter()
            self._lately, self._until = Counter(), now + _SPAN
        sender = account_id, address_index
        said = self._lately[sender] + self._before[sender]
        self._lately[sender] += 1
        return FLOOD_DELAY * max(0, said + 1 - FLOOD_MESSAGES)
