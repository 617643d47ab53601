"""Who is in office, and when."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from store.domain.people import Staff


class OfficeDesk(Protocol):
    """The duty roster, and a change of office."""

    async def on_duty(self) -> str: ...

    async def take_duty(self, days: Sequence[date]) -> None: ...

    async def successors(self) -> list[Staff]: ...

    async def hand_over(self, staff_id: int) -> int: ...
