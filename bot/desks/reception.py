"""Service days before a member of staff: who comes, and calling a day off or moving it."""

from dataclasses import dataclass
from datetime import date

from store.actions.occurrences import decide_missed_step
from store.actions.series import cancel_occurrence, move_occurrence
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.errors import NotAllowed, NotFound
from store.domain.people import masked_name
from store.domain.series import Booking, Changed, Occurrence
from store.queries.access import may_approve, may_arrange_day, receives
from store.queries.occurrences import occurrence_by_id
from store.queries.service_days import bookings_on, names_of, occurrence_of_step, service_days_ahead


@dataclass(frozen=True, slots=True)
class Reception:
    tx: Transaction
    speaker: Speaker

    async def ahead(self) -> list[Occurrence]:
        """Only in office; without those that were called off."""
        return [day for day in await self._all_ahead() if not day.cancelled_at]

    async def get(self, occurrence_id: int) -> Occurrence:
        for day in await self._all_ahead():
            if day.id == occurrence_id:
                return day
        raise NotFound("service_day.unknown")

    async def line(self, occurrence: Occurrence) -> list[tuple[Booking, str]]:
        """Who comes, in order; the name whole only for those who serve there, "" of a guest."""
        booked = await bookings_on(self.tx, occurrence)
        names = await names_of(self.tx, booked)
        whole = self._receives(occurrence)
        shown = {resident: name if whole else masked_name(name) for resident, name in names.items()}
        return [(one, shown.get(one.resident_id, "") if one.resident_id else "") for one in booked]

    async def call_off(self, occurrence: Occurrence, reason: str) -> Changed:
        return await cancel_occurrence(self.tx, occurrence.id, reason, actor=self._actor_for(occurrence))

    async def move(self, occurrence: Occurrence, day: date) -> Changed:
        return await move_occurrence(self.tx, occurrence.id, day, actor=self._actor_for(occurrence))

    async def decide_missed(self, step_id: int, *, release: bool) -> None:
        """Raises NotAllowed for whoever may not let anything out in that village."""
        occurrence = await occurrence_by_id(self.tx, await occurrence_of_step(self.tx, step_id))
        in_charge = may_approve(self.speaker.office_holder, self.speaker.settings.area.path)
        if occurrence.series.area_id != self.speaker.settings.area.id or not in_charge:
            raise NotAllowed("service_day.not_yours")
        await decide_missed_step(self.tx, step_id, self.speaker.office_holder, release=release)

    async def _all_ahead(self) -> list[Occurrence]:
        if not self.speaker.office_holder.duties:
            raise NotAllowed("staff.only")
        return await service_days_ahead(self.tx, self.speaker.settings, self.tx.now)

    def _receives(self, occurrence: Occurrence) -> bool:
        service = occurrence.series.service
        return service is not None and receives(self.speaker.office_holder, service, self.speaker.settings.area.path)

    def _actor_for(self, occurrence: Occurrence) -> str:
        """Raises NotAllowed for whoever neither serves on that day nor runs the village's affairs."""
        service, path = occurrence.series.service, self.speaker.settings.area.path
        if service is None or not may_arrange_day(self.speaker.office_holder, service, path):
            raise NotAllowed("service_day.not_yours")
        return f"staff:{self.speaker.office_holder.id}"
