"""A small village on a real store, and people who talk to it: what conversation tests are written with.

The channels are the simulator (SMS) and web chat, whose deliveries are rows; nothing here is a mock.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.inbox import Inbox
from notifier.message import InboundAttachment, InboundMessage, Location
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.telling import Written
from store.actions.accounts import add_account
from store.actions.areas import add_area, change_setting
from store.actions.contacts import add_holder, find_or_add_contact
from store.actions.staff import add_staff
from store.database import Database, Transaction
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.areas import Area, AreaKind
from store.domain.deliveries import DeliveryState
from store.domain.people import Contact, ContactKind, Proof, Role, Staff
from store.files import FileStore
from store.queries.areas import area_by_id
from store.queries.people import ADDRESS, contact_at
from store.tables import contacts, deliveries, households, residents

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Wednesday, 18 November 2026, noon in the village."""


RENDERER = Renderer()
"""One for all tests: it keeps what it has read."""


@dataclass(slots=True)
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass(slots=True)
class Heard:
    """One delivery as a person got it."""

    text: str
    buttons: list[list[str]]
    id: int
    state: str

    def press(self, label: str) -> str:
        """The data of the button of that label."""
        return next(data for shown, data in self.buttons if shown == label)


@dataclass(slots=True)
class Hub:
    database: Database
    files: FileStore
    clock: Clock
    village: Area
    groups: list[Area]
    sms: Account
    chat: Account
    residents: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    pulse: Pulse = field(default_factory=Pulse)
    inbox: Inbox = field(init=False)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.database, self.files, RENDERER, self.pulse, _send_nothing, self.clock)

    @asynccontextmanager
    async def books(self) -> AsyncIterator[Transaction]:
        """A transaction at the hub's own time."""
        async with self.database.write(self.clock()) as tx:
            yield tx

    async def text(self, name: str, text: str) -> list[str]:
        """The resident of that name sends an SMS from his phone; what he gets back."""
        return [heard.text for heard in await self.say(self.sms, self.numbers[name], text)]

    async def say(
        self,
        account: Account,
        address: str,
        text: str = "",
        *,
        button: str = "",
        photo: bytes = b"",
        location: Location | None = None,
        shared_number: str = "",
        missed_call: bool = False,
    ) -> list[Heard]:
        """One message through an account, answered; what this address got since its last turn."""
        from notifier.message import AttachmentKind

        message = InboundMessage(
            provider_id=f"m{next(self._ids)}",
            address=address,
            text=text,
            button=button,
            attachments=(InboundAttachment(AttachmentKind.PHOTO, photo),) if photo else (),
            location=location,
            shared_number=shared_number,
            missed_call=missed_call,
        )
        before = await self._newest()
        self.clock.pass_time(seconds=2)
        await self.inbox.receive(account, [message])
        while await self.inbox.answer_next():
            pass
        return await self.heard(account, address, since=before)

    async def heard(self, account: Account, address: str, *, since: int = 0) -> list[Heard]:
        """What was written for an address after the delivery `since`."""
        async with self.books() as tx:
            index = tx.keyring.index(address, context=ADDRESS)
            rows = await tx.all(
                select(deliveries)
                .join(contacts, contacts.c.id == deliveries.c.contact_id)
                .where(
                    contacts.c.address_index == index,
                    contacts.c.kind == REACHES[account.kind],
                    deliveries.c.id > since,
                    deliveries.c.state != DeliveryState.HELD,
                )
                .order_by(deliveries.c.id)
            )
        return [Heard(row.text, row.buttons, row.id, row.state) for row in rows]

    async def told(self, name: str, *, since: int = 0) -> list[str]:
        """Everything that the phone of that person got so far."""
        return [heard.text for heard in await self.heard(self.sms, self.numbers[name], since=since)]

    async def contact_of(self, name: str) -> Contact:
        async with self.books() as tx:
            index = tx.keyring.index(self.numbers[name], context=ADDRESS)
            contact = await contact_at(tx, self.village.id, ContactKind.PHONE, index)
        assert contact
        return contact

    async def _newest(self) -> int:
        async with self.books() as tx:
            return int(await tx.scalar(select(deliveries.c.id).order_by(deliveries.c.id.desc()).limit(1)) or 0)

    async def add_household(self, group: int, *people: tuple[str, str], registered: bool = True) -> None:
        """A household of a group: (name, phone) each, the first its head; "" for no phone."""
        async with self.books() as tx:
            area = self.groups[group - 1]
            household_id = await tx.insert(
                households, area_id=self.village.id, group_id=area.id, number=str(next(self._ids))
            )
            for position, (name, number) in enumerate(people):
                resident_id = await tx.insert(
                    residents,
                    area_id=self.village.id,
                    group_id=area.id,
                    household_id=household_id,
                    name=name,
                    sex="",
                    birth=date(1960, 1, 1),
                    relation="",
                    is_head=position == 0,
                    registered=registered,
                    away=False,
                    away_place="",
                    party_member=False,
                    representative=False,
                    collective_member=registered,
                    flags=[],
                )
                self.residents[name] = resident_id
                if number:
                    self.numbers[name] = number
                    contact = await find_or_add_contact(tx, self.village.id, ContactKind.PHONE, number)
                    await add_holder(tx, contact, resident_id, Proof.ROSTER)

    async def neighbour_village(self, name: str) -> "Hub":
        """Another village of the same town, on the same store and clock, with channels of its own and nobody in it."""
        async with self.books() as tx:
            village = await add_area(tx, AreaKind.VILLAGE, name, await parent_of(tx, self.village))
            groups = [await add_area(tx, AreaKind.GROUP, "一组", village, 1)]
            sms = await add_account(tx, village.id, AccountKind.SIMULATOR, f"{name} phones", {}, actor="test")
            chat = await add_account(tx, village.id, AccountKind.WEB_CHAT, f"{name} chat", {}, actor="test")
        return Hub(self.database, self.files, self.clock, village, groups, sms, chat, _ids=self._ids)

    async def add_officer(self, name: str, number: str, *roles: tuple[Role, Area]) -> Staff:
        """A member of staff whose phone is linked already."""
        async with self.books() as tx:
            person = await add_staff(tx, self.village, name, roles, resident_id=self.residents.get(name))
            contact = await find_or_add_contact(tx, self.village.id, ContactKind.PHONE, number)
            await tx.run(contacts.update().where(contacts.c.id == contact.id).values(staff_id=person.id))
        self.numbers[name] = number
        self.staff[name] = person
        return person


async def parent_of(tx: Transaction, area: Area) -> Area:
    assert area.parent_id
    return await area_by_id(tx, area.parent_id)


def _send_nothing(_written: Sequence[Written]) -> None:
    """The simulator's and the web chat's rows are the messages."""


async def small_village(database: Database, files: Path) -> Hub:
    """榕溪村 with three groups: 陈伯 alone, 林嫂 and 林强 on one phone, 黄明, and their officers.

    李书记 (Party branch), 周文书 (front desk and most roles), 黄水生 (grid officer of group 3), 何监委 (supervisor)
    and 赵工 (town official).
    """
    clock = Clock()
    async with database.write(clock()) as tx:
        county = await add_area(tx, AreaKind.COUNTY, "青榕县")
        town = await add_area(tx, AreaKind.TOWN, "榕溪镇", county)
        village = await add_area(tx, AreaKind.VILLAGE, "榕溪村", town)
        groups = [
            await add_area(tx, AreaKind.GROUP, f"{'一二三'[number - 1]}组", village, number) for number in (1, 2, 3)
        ]
        await change_setting(tx, village.id, "landline", "6123456", actor="test")
        sms = await add_account(tx, village.id, AccountKind.SIMULATOR, "phones", {}, actor="test")
        chat = await add_account(tx, village.id, AccountKind.WEB_CHAT, "chat", {}, actor="test")
    hub = Hub(database, FileStore(files), clock, village, groups, sms, chat)
    await hub.add_household(3, ("陈伯", "+8613900007001"))
    await hub.add_household(3, ("林嫂", "+8613900007002"), ("林强", "+8613900007002"))
    await hub.add_household(1, ("黄明", "+8613900007003"), ("黄老太", ""))
    await hub.add_officer("李书记", "+8613900007011", (Role.PARTY_BRANCH, village), (Role.COUNCIL_CHAIR, village))
    desk_roles = (
        Role.FRONT_DESK,
        Role.MEDIATOR,
        Role.SECURITY,
        Role.WELFARE,
        Role.ERRANDS,
        Role.LEGAL_TUTOR,
        Role.ACCOUNTANT,
    )
    await hub.add_officer("周文书", "+8613900007012", *((role, village) for role in desk_roles))
    await hub.add_officer("黄水生", "+8613900007013", (Role.GRID_OFFICER, groups[2]))
    await hub.add_officer("何监委", "+8613900007014", (Role.SUPERVISORS, village))
    await hub.add_officer("赵工", "+8613900007015", (Role.TOWN_OFFICIAL, town))
    return hub
