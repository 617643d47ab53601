"""The duty roster and a change of office, for the member of staff who is speaking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from store.actions.staff import hand_over, put_on_duty
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.errors import NotAllowed
from store.domain.people import Staff
from store.queries.people import staff_by_id, staff_of_village, staff_on_duty


@dataclass(frozen=True, slots=True)
class Office:
    tx: Transaction
    speaker: Speaker

    async def on_duty(self) -> str:
        """The name of whoever is on duty today, "" for nobody."""
        settings = self.speaker.settings
        today = self.tx.now.astimezone(settings.zone).date()
        staff_id = await staff_on_duty(self.tx, settings.area.id, today)
        return (await staff_by_id(self.tx, staff_id)).name if staff_id else ""

    async def take_duty(self, days: Sequence[date]) -> None:
        await put_on_duty(self.tx, self.speaker.settings.area, self.speaker.office_holder, days)

    async def successors(self) -> list[Staff]:
        everyone = await staff_of_village(self.tx, self.speaker.settings.area.path)
        return [other for other in everyone if other.id != self.speaker.office_holder.id]

    async def hand_over(self, staff_id: int) -> int:
        """How many open tickets moved. The successor must serve this village."""
        successor = next((other for other in await self.successors() if other.id == staff_id), None)
        if successor is None:
            raise NotAllowed("staff.unknown")
        return await hand_over(
            self.tx, self.speaker.office_holder, successor, actor=f"staff:{self.speaker.office_holder.id}"
        )
