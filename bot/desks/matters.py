"""Matters: as residents see them and vote on them, and as those see them who run them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.actions.ballots import cast_ballot, held_choice, hold_choice
from store.actions.matters import (
    Publication,
    carry_out,
    close_matter,
    comment_on,
    enter_decision,
    open_voting,
    propose_matter,
    publish_matter,
    turn_down_matter,
)
from store.database import Transaction
from store.domain.areas import Area
from store.domain.ballots import Choice
from store.domain.conversation import Speaker
from store.domain.deliberation import Ballot, Comment, FoundBallot, MatterRecord, Minutes, RollKind
from store.domain.errors import NotAllowed, NotFound
from store.domain.people import Contact, Role, Staff
from store.queries.access import may_run_matters
from store.queries.areas import groups_of
from store.queries.ballots import find_ballot
from store.queries.matters import (
    ballots_so_far,
    comments_on,
    contacts_that_follow,
    contacts_to_ask,
    entitlements_of,
    matter_by_id,
    matter_with_code,
    matters_to_run,
    matters_to_see,
    roll_size_of,
)
from store.queries.people import contacts_of_staff, staff_with_role


@dataclass(frozen=True, slots=True)
class OwnMatters:
    tx: Transaction
    speaker: Speaker

    @property
    def _village(self) -> Area:
        return self.speaker.settings.area

    async def to_see(self) -> list[MatterRecord]:
        return await matters_to_see(self.tx, self._village.id)

    async def with_code(self, code: int) -> MatterRecord | None:
        return await matter_with_code(self.tx, self._village.id, code)

    async def get(self, matter_id: int) -> MatterRecord:
        """Raises NotFound for another village's, too."""
        return await _of_village(self.tx, self._village, matter_id)

    async def comments(self, matter: MatterRecord) -> list[Comment]:
        return await comments_on(self.tx, matter.id)

    async def turnout(self, matter: MatterRecord) -> int:
        return await ballots_so_far(self.tx, matter.id)

    async def entitled(self, matter: MatterRecord) -> dict[int, int]:
        """Who of those who hold this contact may vote: the entitlement by resident."""
        return await entitlements_of(self.tx, matter.id, [one.id for one in self.speaker.holders])

    async def cast(self, matter: MatterRecord, resident_id: int, choice: Choice) -> Ballot:
        return await cast_ballot(
            self.tx,
            matter.id,
            resident_id,
            choice,
            actor=f"contact:{self.speaker.contact.id}",
            channel=self.speaker.channel,
        )

    async def hold(self, matter: MatterRecord, choice: Choice) -> str:
        return await hold_choice(self.tx, matter, choice)

    async def held(self, matter: MatterRecord, held: str) -> Choice:
        return await held_choice(self.tx, matter, held)

    async def comment(self, matter: MatterRecord, text: str, signature: str) -> int:
        return await comment_on(self.tx, matter, text, self.speaker.contact, signature=signature)

    async def propose(self, text: str) -> tuple[MatterRecord, list[Contact]]:
        """The proposal, and the phones of whoever takes it up: the council's chair, else the front desk."""
        matter = await propose_matter(self.tx, self._village, text, self.speaker.contact)
        chairs = await staff_with_role(self.tx, self._village.path, (Role.COUNCIL_CHAIR, Role.FRONT_DESK))
        return matter, await contacts_of_staff(self.tx, [one.id for one in chairs[:1]])

    async def find(self, receipt: str) -> FoundBallot | None:
        found = await find_ballot(self.tx, self._village.id, receipt)
        if found is None:
            return None
        matter = await matter_by_id(self.tx, found[0])
        return FoundBallot(matter.code or 0, matter.title, found[1])


@dataclass(frozen=True, slots=True)
class Council:
    tx: Transaction
    speaker: Speaker

    @property
    def person(self) -> Staff:
        """Raises NotAllowed for whoever may not run this village's matters."""
        person = self.speaker.staff
        if person is None or not self.may_run:
            raise NotAllowed("matter.not_yours")
        return person

    @property
    def may_run(self) -> bool:
        person = self.speaker.staff
        return person is not None and may_run_matters(person, self.speaker.settings.area.path)

    async def waiting(self) -> list[MatterRecord]:
        return await matters_to_run(self.tx, self.speaker.settings.area.id)

    async def get(self, matter_id: int) -> MatterRecord:
        return await _of_village(self.tx, self.speaker.settings.area, matter_id)

    async def groups(self) -> list[Area]:
        return await groups_of(self.tx, self.speaker.settings.area.id)

    async def publish(
        self, matter: MatterRecord, title: str, plan: str, group_id: int | None, *, named: bool
    ) -> MatterRecord:
        group = next((one for one in await self.groups() if one.id == group_id), None)
        return await publish_matter(self.tx, matter, Publication(title, plan, group, named), self.person)

    async def turn_down(self, matter: MatterRecord, reason: str) -> MatterRecord:
        return await turn_down_matter(self.tx, matter, reason, self.person)

    async def roll_size(self, matter: MatterRecord, roll: RollKind) -> int:
        today = self.tx.now.astimezone(self.speaker.settings.zone).date()
        return await roll_size_of(self.tx, roll, matter.village_id, matter.group_id, today)

    async def open_voting(self, matter: MatterRecord, roll: RollKind, closes_at: datetime) -> MatterRecord:
        return await open_voting(self.tx, matter, roll, closes_at, self.person)

    async def audience(self, matter: MatterRecord) -> tuple[Sequence[int], int]:
        """The contacts of those who may vote, and how many nobody can reach."""
        return await contacts_to_ask(self.tx, matter.id)

    async def followers(self, matter: MatterRecord) -> Sequence[int]:
        return await contacts_that_follow(self.tx, matter)

    async def close(self, matter: MatterRecord) -> MatterRecord:
        return await close_matter(self.tx, matter, actor=f"staff:{self.person.id}")

    async def enter_decision(self, matter: MatterRecord, minutes: Minutes) -> MatterRecord:
        return await enter_decision(self.tx, matter, minutes, self.person)

    async def carry_out(self, matter: MatterRecord, note: str) -> MatterRecord:
        return await carry_out(self.tx, matter, note, self.person)


async def _of_village(tx: Transaction, village: Area, matter_id: int) -> MatterRecord:
    matter = await matter_by_id(tx, matter_id)
    if matter.village_id != village.id:
        raise NotFound("matter.unknown")
    return matter
