"""A notice that is out: what its drafter and those who may approve it do with it, and what the ledger proves."""

from dataclasses import dataclass

from notifier.visiting import came_from_door, send_to_doors
from store.actions.notice_controls import (
    cancel_notice,
    pause_notice,
    resume_notice,
    send_again,
    send_unknown_again,
    steering_of,
)
from store.actions.postings import record_posting
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.notices import Notice
from store.domain.reach import Reach, Steering, VisitOutcome
from store.domain.speech import Tell
from store.domain.tickets import Ticket
from store.domain.visits import Visit
from store.queries.access import may_steer
from store.queries.postings import groups_posted_to, postings_of
from store.queries.public_notices import is_public
from store.queries.reach import reach_of
from store.queries.visits import visit_of, visits_before


@dataclass(frozen=True, slots=True)
class NoticeLedger:
    """Every notice that is handed in was read for this person."""

    tx: Transaction
    speaker: Speaker

    async def steering(self, notice: Notice) -> Steering | None:
        return await steering_of(self.tx, notice) if may_steer(self.speaker.office_holder, notice) else None

    async def reach(self, notice: Notice) -> Reach:
        return await reach_of(self.tx, notice.id)

    async def pause(self, notice: Notice) -> int:
        return await pause_notice(self.tx, notice, self.speaker.office_holder)

    async def resume(self, notice: Notice) -> int:
        return await resume_notice(self.tx, notice, self.speaker.office_holder)

    async def cancel(self, notice: Notice) -> int:
        return await cancel_notice(self.tx, notice, self.speaker.office_holder)

    async def resend(self, notice: Notice) -> int:
        return await send_again(self.tx, notice, self.speaker.office_holder)

    async def resend_unknown(self, notice: Notice, households: int) -> int:
        return await send_unknown_again(self.tx, notice, self.speaker.office_holder, households)

    async def visit(self, notice: Notice) -> tuple[int, tuple[Tell, ...]]:
        return await send_to_doors(self.tx, notice, self.speaker.office_holder)

    async def known_groups(self, notice: Notice, most: int) -> list[str]:
        return await groups_posted_to(self.tx, notice.village_id, most)

    async def post(self, notice: Notice, group_name: str) -> int:
        await record_posting(self.tx, notice, self.speaker.office_holder, group_name)
        return len(await postings_of(self.tx, notice.id))

    def picture_path(self, notice: Notice) -> str:
        return f"/v/{notice.village_id}/notices/{notice.number}/group.png" if is_public(notice) else ""


@dataclass(frozen=True, slots=True)
class Visits:
    tx: Transaction
    speaker: Speaker

    async def waiting(self, most: int) -> list[Ticket]:
        return await visits_before(self.tx, self.speaker.office_holder, most)

    async def get(self, ticket: Ticket) -> Visit:
        return await visit_of(self.tx, ticket)

    async def report(self, ticket: Ticket, outcome: VisitOutcome) -> tuple[Tell, ...]:
        return await came_from_door(self.tx, ticket, self.speaker.office_holder, outcome)
