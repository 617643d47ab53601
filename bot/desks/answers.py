"""Answers to a notice: a resident's own, and those that a member of staff may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.answers import counted, preview_reminder, remind_silent
from notifier.render import Renderer
from store.actions.answers import answer_notice, may_remind
from store.database import Transaction
from store.domain.answers import Addressed, AnswerTally, ReminderPreview
from store.domain.conversation import Speaker
from store.domain.errors import NotFound
from store.domain.notices import Notice
from store.queries.access import may_see_readers
from store.queries.answers import (
    addressed_at,
    answers_in,
    asked_notice,
    silent_names,
    tally_of,
    was_reminded,
)
from store.queries.notices import notice_by_id, notice_for_staff, notice_numbered


@dataclass(frozen=True, slots=True)
class Answers:
    tx: Transaction
    speaker: Speaker
    renderer: Renderer

    async def asked(self, notice_id: int) -> Notice:
        """Raises NotFound for one that was not sent here."""
        notice = await notice_by_id(self.tx, notice_id)
        if not await self.addressed(notice):
            raise NotFound("notice.unknown")
        return notice

    async def numbered(self, number: int) -> Notice | None:
        """The notice of that number that asked something here; None where none did."""
        notice = await asked_notice(self.tx, self.speaker.contact.area_id, number)
        return notice if notice and await self.addressed(notice) else None

    async def addressed(self, notice: Notice) -> list[Addressed]:
        return await addressed_at(self.tx, notice, self.speaker.contact)

    async def give(self, notice: Notice, resident_ids: Sequence[int], answer: str) -> None:
        await answer_notice(self.tx, notice, self.speaker.contact, resident_ids, answer)

    async def to_count(self, number: int) -> Notice:
        notice = await notice_numbered(self.tx, self.speaker.office_holder, number, near=self.speaker.contact.area_id)
        return counted(self._with_readers(notice))

    async def counted(self, notice_id: int) -> Notice:
        return counted(self._with_readers(await notice_for_staff(self.tx, self.speaker.office_holder, notice_id)))

    def _with_readers(self, notice: Notice) -> Notice:
        """Raises NotFound for whoever may not read whom it went to: every answer stands with a name."""
        if not may_see_readers(self.speaker.office_holder, notice):
            raise NotFound("notice.unknown")
        return notice

    async def tally(self, notice: Notice) -> AnswerTally:
        return await tally_of(self.tx, notice)

    async def silent_names(self, notice: Notice) -> list[str]:
        return await silent_names(self.tx, notice)

    async def of_group(self, notice: Notice, group_id: int) -> list[tuple[Addressed, str]]:
        return await answers_in(self.tx, notice, group_id)

    async def may_remind(self, notice: Notice) -> bool:
        return may_remind(self.speaker.office_holder, notice) and not await was_reminded(self.tx, notice)

    async def preview_reminder(self, notice: Notice) -> ReminderPreview:
        return await preview_reminder(self.tx, self.renderer, notice)

    async def remind(self, notice: Notice) -> tuple[int, datetime]:
        return await remind_silent(self.tx, self.renderer, notice, self.speaker.office_holder)
