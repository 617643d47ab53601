"""Notices as a member of staff may write, approve and follow them; and a resident's word that he has read one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.approving import approve, may_decide, refuse, release, submit
from notifier.notices import preview_notice
from notifier.render import Renderer
from store.actions.notices import (
    ask_readers,
    change_fallback,
    change_text,
    confirm_notice,
    draft_notice,
    drop_notice,
)
from store.database import Transaction
from store.domain.addressing import (
    Addressable,
    Named,
    Wanted,
    answers_for_groups,
    audience_of,
    audiences_open_to,
    served_in,
)
from store.domain.answers import Asked
from store.domain.areas import Area
from store.domain.audiences import Audience, may_know
from store.domain.conversation import Speaker
from store.domain.errors import NotFound, Refusal
from store.domain.notices import Arranging, Ledger, Notice
from store.domain.people import Contact
from store.domain.plans import Preview
from store.queries.addressing import addressable_in, named_residents
from store.queries.areas import groups_of
from store.queries.liaisons import homes_paired_with
from store.queries.notices import (
    arranging_of,
    ledger_of,
    notice_for_staff,
    notice_numbered,
    recent_notices,
    villages_served,
)


@dataclass(frozen=True, slots=True)
class Notices:
    tx: Transaction
    speaker: Speaker
    renderer: Renderer

    async def villages(self) -> list[Area]:
        return await villages_served(self.tx, self.speaker.office_holder)

    async def audiences(self, village_id: int) -> list[Audience]:
        village = await self._village(village_id)
        return audiences_open_to(self.speaker.office_holder, village, await groups_of(self.tx, village.id))

    async def addressable(self, village_id: int) -> Addressable:
        return await addressable_in(self.tx, await self._village(village_id))

    async def audience(self, village_id: int, wanted: Wanted) -> tuple[Audience, Named]:
        among = await self.addressable(village_id)
        places = served_in(self.speaker.office_holder, among.village, among.groups)
        named = await named_residents(self.tx, places, wanted.names)
        if wanted.mine and not answers_for_groups(self.speaker.office_holder, among):
            homes = await homes_paired_with(self.tx, self.speaker.office_holder.id, among.village)
            named = Named(tuple(home.head_id for home in homes), (), ())
        return audience_of(wanted, self.speaker.office_holder, among, named), named

    def knows(self, audience: Audience) -> bool:
        return may_know(self.speaker.office_holder, audience)

    async def draft(self, village_id: int, audience: Audience, text: str) -> Notice:
        return await draft_notice(self.tx, await self._village(village_id), audience, self.speaker.office_holder, text)

    async def get(self, notice_id: int) -> Notice:
        return await notice_for_staff(self.tx, self.speaker.office_holder, notice_id)

    async def unchanged(self, notice_id: int, content_hash: str) -> Notice:
        """The notice as it was shown. Raises Refusal where its words or its audience are others by now."""
        notice = await self.get(notice_id)
        if notice.content_hash != content_hash:
            raise Refusal("notice.changed_meanwhile", number=notice.number)
        return notice

    async def numbered(self, number: int) -> Notice:
        return await notice_numbered(self.tx, self.speaker.office_holder, number, near=self.speaker.contact.area_id)

    async def recent(self) -> list[Notice]:
        return await recent_notices(self.tx, self.speaker.office_holder)

    async def preview(self, notice: Notice) -> Preview:
        return await preview_notice(self.tx, self.renderer, notice)

    async def ask_readers(self, notice: Notice, asked: Asked) -> Notice:
        return await ask_readers(self.tx, notice, self.speaker.office_holder, asked)

    async def change_fallback(self, notice: Notice, minutes: int) -> Notice:
        return await change_fallback(self.tx, notice, self.speaker.office_holder, minutes)

    async def change_text(self, notice: Notice, text: str) -> Notice:
        return await change_text(self.tx, notice, self.speaker.office_holder, text)

    async def drop(self, notice: Notice) -> None:
        await drop_notice(self.tx, notice, self.speaker.office_holder)

    async def submit(self, notice: Notice, seen: str) -> tuple[Notice, Preview, list[Contact], Sequence[str]]:
        done = await submit(self.tx, self.renderer, notice, self.speaker.office_holder, seen)
        return done.notice, done.plan, done.contacts, done.names

    async def release(self, notice: Notice, seen: str) -> Preview:
        return await release(self.tx, self.renderer, notice, self.speaker.office_holder, seen)

    def is_mine(self, notice: Notice) -> bool:
        """Whether he may go on writing it here: what goes to several villages is written at the console."""
        return notice.drafted_by == self.speaker.office_holder.id and notice.circular_id is None

    async def may_approve(self, notice: Notice, plan: Preview) -> bool:
        return await may_decide(self.tx, notice, self.speaker.office_holder, plan)

    async def approve(self, notice: Notice, seen: str) -> tuple[Notice, datetime, list[Contact]]:
        return await approve(self.tx, self.renderer, notice, self.speaker.office_holder, seen)

    async def refuse(self, notice: Notice, reason: str) -> tuple[Notice, list[Contact]]:
        return await refuse(self.tx, notice, self.speaker.office_holder, reason)

    async def arranging(self, notice: Notice) -> Arranging | None:
        return await arranging_of(self.tx, notice.id)

    async def ledger(self, notice: Notice) -> Ledger:
        return await ledger_of(self.tx, notice)

    async def confirm(self, notice_id: int) -> None:
        await confirm_notice(self.tx, notice_id, self.speaker.contact)

    async def _village(self, village_id: int) -> Area:
        for village in await self.villages():
            if village.id == village_id:
                return village
        raise NotFound("area.unknown")
