"""Notices as a member of staff may write, approve and follow them; and a resident's word that he has read one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.notices import preview_notice, send_notice
from notifier.render import Renderer
from store.actions.notices import (
    approve_notice,
    ask_confirmation,
    change_text,
    confirm_notice,
    draft_notice,
    drop_notice,
    refuse_notice,
    release_notice,
    submit_notice,
)
from store.database import Transaction
from store.domain.areas import Area
from store.domain.conversation import Speaker
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.notices import Audience, Ledger, Notice, Preview, audiences_open_to
from store.domain.people import Contact, Staff
from store.queries.areas import groups_of
from store.queries.notices import (
    approvers_of,
    ledger_of,
    notice_for_staff,
    notice_numbered,
    recent_notices,
    villages_served,
)
from store.queries.people import contacts_of_staff


@dataclass(frozen=True, slots=True)
class Notices:
    tx: Transaction
    speaker: Speaker
    renderer: Renderer

    @property
    def person(self) -> Staff:
        """Raises NotAllowed for whoever holds no office (any more)."""
        if self.speaker.staff is None:
            raise NotAllowed("staff.only")
        return self.speaker.staff

    async def villages(self) -> list[Area]:
        return await villages_served(self.tx, self.person)

    async def audiences(self, village_id: int) -> list[Audience]:
        village = await self._village(village_id)
        return audiences_open_to(self.person, village, await groups_of(self.tx, village.id))

    async def draft(self, village_id: int, audience: Audience, text: str) -> Notice:
        return await draft_notice(self.tx, await self._village(village_id), audience, self.person, text)

    async def get(self, notice_id: int) -> Notice:
        return await notice_for_staff(self.tx, self.person, notice_id)

    async def unchanged(self, notice_id: int, content_hash: str) -> Notice:
        """The notice as it was shown. Raises Refusal where its words or its audience are others by now."""
        notice = await self.get(notice_id)
        if notice.content_hash != content_hash:
            raise Refusal("notice.changed_meanwhile", number=notice.number)
        return notice

    async def numbered(self, number: int) -> Notice:
        return await notice_numbered(self.tx, self.person, number, near=self.speaker.contact.area_id)

    async def recent(self) -> list[Notice]:
        return await recent_notices(self.tx, self.person)

    async def preview(self, notice: Notice) -> Preview:
        return await preview_notice(self.tx, self.renderer, notice)

    async def ask_confirmation(self, notice: Notice, *, asks: bool) -> Notice:
        return await ask_confirmation(self.tx, notice, self.person, asks=asks)

    async def change_text(self, notice: Notice, text: str) -> Notice:
        return await change_text(self.tx, notice, self.person, text)

    async def drop(self, notice: Notice) -> None:
        await drop_notice(self.tx, notice, self.person)

    async def submit(self, notice: Notice) -> tuple[Notice, list[Contact], Sequence[str]]:
        approvers = await approvers_of(self.tx, notice)
        if not approvers:
            raise Refusal("notice.nobody_approves")
        submitted = await submit_notice(self.tx, notice, self.person)
        contacts = await contacts_of_staff(self.tx, [person.id for person in approvers])
        return submitted, contacts, [person.name for person in approvers]

    async def release(self, notice: Notice) -> datetime:
        size = (await self.preview(notice)).households
        return await self._send(await release_notice(self.tx, notice, self.person, size))

    def is_mine(self, notice: Notice) -> bool:
        return notice.drafted_by == self.person.id

    async def may_approve(self, notice: Notice) -> bool:
        return self.person.id in {person.id for person in await approvers_of(self.tx, notice)}

    async def approve(self, notice: Notice) -> tuple[Notice, datetime, list[Contact]]:
        approved = await approve_notice(self.tx, notice, self.person)
        due = await self._send(approved)
        return approved, due, await contacts_of_staff(self.tx, [approved.drafted_by])

    async def refuse(self, notice: Notice, reason: str) -> tuple[Notice, list[Contact]]:
        refused = await refuse_notice(self.tx, notice, self.person, reason)
        return refused, await contacts_of_staff(self.tx, [refused.drafted_by])

    async def ledger(self, notice: Notice) -> Ledger:
        return await ledger_of(self.tx, notice)

    async def confirm(self, notice_id: int) -> None:
        await confirm_notice(self.tx, notice_id, self.speaker.contact)

    async def _village(self, village_id: int) -> Area:
        for village in await self.villages():
            if village.id == village_id:
                return village
        raise NotFound("area.unknown")

    async def _send(self, notice: Notice) -> datetime:
        """Put it into the ledger; when its SMS go out."""
        return await send_notice(self.tx, self.renderer, notice)
