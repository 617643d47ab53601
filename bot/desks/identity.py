"""Proving who is speaking."""

from dataclasses import dataclass

from store.actions.identity import finish_phone_code, link_staff, prove_by_shared_number, start_phone_code
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.people import Resident, Staff
from store.queries.people import residents_by_ids


@dataclass(frozen=True, slots=True)
class Identity:
    tx: Transaction
    speaker: Speaker

    async def send_code(self, number: str) -> tuple[int, str] | None:
        started = await start_phone_code(self.tx, self.speaker.contact, number)
        return (started[0].id, started[1]) if started else None

    async def enter_code(self, code: str) -> list[Resident]:
        return await residents_by_ids(self.tx, await finish_phone_code(self.tx, self.speaker.contact, code))

    async def shared_number(self, number: str) -> list[Resident]:
        return await residents_by_ids(self.tx, await prove_by_shared_number(self.tx, self.speaker.contact, number))

    async def link_staff(self, code: str) -> Staff | None:
        return await link_staff(self.tx, self.speaker.contact, code)
