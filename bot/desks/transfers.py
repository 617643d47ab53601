"""The transfer list: what a household says of itself, and what those who keep it report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.transfers import report, show_numbers
from store.actions.emergencies import reply_to_roll
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.errors import Refusal
from store.domain.people import Contact
from store.domain.speech import Tell
from store.domain.transfers import Outcome, Reply, RollCounts, RollEntry
from store.queries.people import contacts_of_staff
from store.queries.transfers import entries_at, roll_counts, roll_entries, roll_entry


@dataclass(frozen=True, slots=True)
class Transfers:
    tx: Transaction
    speaker: Speaker

    async def mine(self, notice_id: int | None = None) -> Sequence[RollEntry]:
        """The speaker's households on that list, which is refused where there is none; else on the newest open one."""
        homes = await entries_at(self.tx, self.speaker.contact, notice_id)
        if notice_id and not homes:
            raise Refusal("emergency.over")
        return homes

    async def reply(
        self, homes: Sequence[RollEntry], reply: Reply
    ) -> tuple[Sequence[RollEntry], Mapping[int, Sequence[Contact]]]:
        kept = await reply_to_roll(self.tx, homes, self.speaker.contact, reply)
        officers = {
            home.id: await contacts_of_staff(self.tx, [home.officer_id]) if home.officer_id else [] for home in kept
        }
        return kept, officers

    async def number_to_ring(self, entry: RollEntry) -> str:
        """For the officer who answers for it, or for the member of staff who asks."""
        staff_id = self.speaker.staff.id if self.speaker.staff else entry.officer_id
        return (await show_numbers(self.tx, [entry], staff_id)).get(entry.id, "") if staff_id else ""

    async def counts(self) -> Sequence[RollCounts]:
        return await roll_counts(self.tx, self.speaker.office_holder)

    async def entries(self, notice_id: int) -> Sequence[RollEntry]:
        """Who waits for somebody comes first."""
        found = await roll_entries(self.tx, notice_id, self.speaker.office_holder)
        return sorted(found, key=lambda entry: entry.urgency)

    async def entry(self, entry_id: int) -> RollEntry:
        return await roll_entry(self.tx, entry_id, self.speaker.office_holder)

    async def report(self, entry: RollEntry, outcome: Outcome) -> tuple[RollEntry, RollCounts, Sequence[Tell]]:
        return await report(self.tx, entry, self.speaker.office_holder, outcome)
