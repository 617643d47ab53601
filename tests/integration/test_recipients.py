"""The database finds whoever gets a message, and where, whoever lives in the village."""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, func, select

from notifier.audience import KNOCKING_FIRST
from notifier.notices import plan_notice
from store.actions.accounts import add_account
from store.actions.deliveries import Draft, write_deliveries
from store.actions.notices import draft_notice
from store.actions.residents import add_resident
from store.database import Database, Transaction
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind, Tag
from store.domain.deliveries import SkipReason
from store.domain.people import ContactKind, Proof, Role
from store.queries.accounts import accounts_serving
from store.queries.membership import addressed, people_meant
from store.queries.planned import OPEN, STANDING, planned, tally_recipients
from store.queries.recipients import Day, Route, Search, find_readers, find_recipients
from store.tables import (
    contact_holders,
    contacts,
    household_proxies,
    households,
    resident_tags,
    residents,
    staff,
    subscriptions,
    tags,
)
from tests.hub import RENDERER, Hub
from tests.machine_steps import count_steps
from tests.stores import VILLAGE, Stores

TODAY = date(2026, 11, 18)
Finds = Callable[[Transaction, Search], Awaitable[None]]
NO_LIMIT = Day(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC), 99)


def routes_of(accounts: Sequence[Account]) -> list[Route]:
    """Every account takes every text."""
    found = []
    for language in ("zh_CN", "en"):
        for account in accounts:
            kind = REACHES[account.kind]
            own = account.id if kind.has_own_account else None
            found.append(Route(kind, own, language, account.id, not kind.has_own_account, KNOCKING_FIRST[kind]))
    return found


class Settling:
    """A village thrown together by dice."""

    def __init__(self, tx: Transaction, hub: Hub, elsewhere: Account, dice: Random) -> None:
        self.tx, self.hub, self.dice, self.pages = tx, hub, dice, [hub.chat.id, elsewhere.id]
        self.contact_ids: list[int] = []

    async def settle(self, homes: int) -> None:
        for _ in range(12):
            self.contact_ids.append(await self._contact())
        for number in range(homes):
            await self._home(number)

    async def _contact(self) -> int:
        kind = self.dice.choice([ContactKind.PHONE, ContactKind.PHONE, ContactKind.WEB_CHAT])
        account = self.dice.choice(self.pages) if kind.has_own_account else None
        language = self.dice.choice(["zh_CN", "zh_CN", "en"])
        opted_out, dead = self.dice.random() < 0.15, self.dice.random() < 0.15
        return await self.contact(kind, account, language, opted_out=opted_out, dead=dead)

    async def contact(
        self, kind: ContactKind, account: int | None, language: str, *, opted_out: bool = False, dead: bool = False
    ) -> int:
        now = self.hub.clock()
        return await self.tx.insert(
            contacts,
            area_id=self.hub.village.id,
            kind=kind,
            account_id=account,
            address=b"never opened",
            address_index=secrets.token_bytes(8),
            last4_index=b"",
            display_name="",
            language=language,
            opted_out_at=now if opted_out else None,
            dead_at=now if dead else None,
            created_at=now,
        )

    async def _home(self, number: int) -> None:
        group = self.dice.choice(self.hub.groups)
        home = await self.tx.insert(households, area_id=self.hub.village.id, group_id=group.id, number=f"d{number}")
        for place in range(self.dice.randint(1, 3)):
            born = self.dice.choice([None, date(1950, 2, 28), date(1990, 5, 1), date(2008, 11, 18), date(2008, 11, 19)])
            resident = await self.person(home, group, is_head=place == 0, born=born)
            for contact in self.dice.sample(self.contact_ids, self.dice.choice([0, 0, 1, 2])):
                await self.hold(contact, resident)
        if self.dice.random() < 0.3:
            await self.tx.insert(household_proxies, household_id=home, contact_id=self.dice.choice(self.contact_ids))

    async def person(self, home: int, group: Area, *, is_head: bool, born: date | None = None) -> int:
        return await self.tx.insert(
            residents,
            area_id=self.hub.village.id,
            group_id=group.id,
            household_id=home,
            name="村民",
            sex="",
            birth=born,
            birth_year=self.dice.choice([None, 1950, 2012]) if born is None else None,
            relation="",
            is_head=is_head,
            registered=True,
            away=False,
            away_place="",
            party_member=self.dice.random() < 0.3,
            representative=False,
            collective_member=True,
            flags=["hardship"] if self.dice.random() < 0.3 else [],
        )

    async def hold(self, contact: int, resident: int) -> None:
        held = {"contact_id": contact, "resident_id": resident}
        await self.tx.insert(contact_holders, **held, proof=Proof.ROSTER, verified_at=self.hub.clock())


def audiences(hub: Hub) -> Iterator[Audience]:
    village, first, third = hub.village, hub.groups[0], hub.groups[2]
    yield Audience(AudienceKind.VILLAGE, village)
    yield Audience(AudienceKind.GROUP, third)
    yield Audience(AudienceKind.VILLAGE, village, (first, third))
    yield Audience(AudienceKind.PARTY_MEMBERS, village)
    yield Audience(AudienceKind.HARDSHIP, village)
    yield Audience(AudienceKind.VILLAGE, village, age_from=60)
    yield Audience(AudienceKind.VILLAGE, village, age_to=17, units=False)
    yield Audience(AudienceKind.HEADS, village, (first,))


@dataclass(frozen=True, slots=True)
class Way:
    """An address that is open, of somebody who may be written to. The lower `rank` goes first."""

    unit: int
    contact: int
    address: tuple[str, bytes]
    rank: int


async def open_ways(tx: Transaction, audience: Audience, accounts: Sequence[Account]) -> list[Way]:
    """By the rule, one row at a time: adults' addresses, and whoever takes messages for a home that has none."""
    serving = {account.id for account in accounts} | {None}
    own = (
        select(residents, contacts, contacts.c.id.label("contact"))
        .select_from(residents.join(contact_holders).join(contacts, contacts.c.id == contact_holders.c.contact_id))
        .where(addressed(audience, TODAY))
    )
    through = (
        select(residents, contacts, contacts.c.id.label("contact"))
        .select_from(
            residents.join(household_proxies, household_proxies.c.household_id == residents.c.household_id).join(
                contacts, contacts.c.id == household_proxies.c.contact_id
            )
        )
        .where(addressed(audience, TODAY))
    )
    rows = await tx.all(own)
    everybody = await tx.all(select(residents.c.household_id).join(contact_holders))
    held = {row.household_id for row in everybody}
    found = [row for row in rows if _is_adult(row)]
    if audience.by_household:
        found += [row for row in await tx.all(through) if row.household_id not in held]
    return [
        Way(
            row.household_id if audience.by_household else row.id,
            row.contact,
            (row.kind, row.address_index),
            KNOCKING_FIRST[ContactKind(row.kind)],
        )
        for row in found
        if row.opted_out_at is None and row.dead_at is None and row.account_id in serving
    ]


def _is_adult(row: Any) -> bool:
    if row.birth:
        return bool(row.birth <= date(TODAY.year - 18, TODAY.month, TODAY.day))
    return row.birth_year is None or row.birth_year <= TODAY.year - 18


@pytest.mark.parametrize("seed", range(6))
async def test_everybody_is_found_once_and_nobody_is_left_out(hub: Hub, seed: int) -> None:
    """Whoever has a way that works gets it by his cheapest one; nobody else does, and no address gets it twice."""
    elsewhere = (await hub.neighbour_village("竹溪村")).chat
    async with hub.books() as tx:
        await Settling(tx, hub, elsewhere, Random(seed)).settle(14)
        accounts = await accounts_serving(tx, hub.village.id)
        for audience in audiences(hub):
            unit = residents.c.household_id if audience.by_household else residents.c.id
            wanted = {row.unit for row in await tx.all(select(unit.label("unit")).where(addressed(audience, TODAY)))}
            ways = await open_ways(tx, audience, accounts)
            await find_recipients(tx, Search(audience, routes_of(accounts), TODAY))
            rows = await tx.all(select(planned))
            assert sorted(row.unit_id for row in rows) == sorted(wanted)
            _check(rows, ways)


def _check(rows: Sequence[Any], ways: Sequence[Way]) -> None:
    of_contact = {way.contact: way for way in ways}
    told = [of_contact[row.contact_id].address for row in rows if row.standing == OPEN]
    assert len(told) == len(set(told))
    for row in rows:
        mine = [way for way in ways if way.unit == row.unit_id]
        reason = STANDING.get(row.standing)
        assert (reason in {None, SkipReason.SHARED_ADDRESS}) == bool(mine)
        if mine:
            chosen = of_contact[row.contact_id]
            assert chosen.rank == min(way.rank for way in mine)
            assert any(way.contact == chosen.contact for way in mine)
            assert chosen.address in told


PHONE, PAGE, TELEGRAM = ContactKind.PHONE, ContactKind.WEB_CHAT, ContactKind.TELEGRAM
HEAD, SON, CHILD = "head", "son", "child"


@dataclass(frozen=True, slots=True)
class Held:
    """An address as a case has it."""

    who: str
    kind: ContactKind
    opted_out: bool = False
    dead: bool = False
    is_elsewhere: bool = False


WAYS: Sequence[tuple[str, Sequence[Held], Held | SkipReason]] = [
    ("the head's phone", [Held(HEAD, PHONE)], Held(HEAD, PHONE)),
    ("the head before others", [Held(SON, PHONE), Held(HEAD, PHONE)], Held(HEAD, PHONE)),
    ("any adult where the head has none", [Held(SON, PHONE)], Held(SON, PHONE)),
    ("chat costs nothing", [Held(HEAD, PHONE), Held(SON, PAGE)], Held(SON, PAGE)),
    ("a chat that knocks", [Held(HEAD, PHONE), Held(SON, PAGE), Held(SON, TELEGRAM)], Held(SON, TELEGRAM)),
    ("no minor", [Held(HEAD, PHONE), Held(CHILD, TELEGRAM)], Held(HEAD, PHONE)),
    ("another where one wants none", [Held(HEAD, PHONE, opted_out=True), Held(SON, PHONE)], Held(SON, PHONE)),
    ("another where one is dead", [Held(HEAD, PHONE, dead=True), Held(SON, PHONE)], Held(SON, PHONE)),
    ("SMS where the chat is dead", [Held(HEAD, PHONE), Held(SON, TELEGRAM, dead=True)], Held(HEAD, PHONE)),
    ("not another village's chat", [Held(HEAD, PHONE), Held(SON, PAGE, is_elsewhere=True)], Held(HEAD, PHONE)),
    ("no address", [], SkipReason.NO_CONTACT),
    ("a child's only", [Held(CHILD, PHONE)], SkipReason.NO_CONTACT),
    ("opted out", [Held(HEAD, PHONE, opted_out=True)], SkipReason.OPTED_OUT),
    ("dead", [Held(HEAD, PHONE, dead=True)], SkipReason.DEAD_CONTACT),
    ("a wish before a fault", [Held(HEAD, PHONE, dead=True), Held(SON, PHONE, opted_out=True)], SkipReason.OPTED_OUT),
    ("only another village's chat", [Held(SON, PAGE, is_elsewhere=True)], SkipReason.NO_ACCOUNT),
]


async def test_the_cheapest_way_that_reaches_somebody(hub: Hub) -> None:
    """A home is known by its head wherever it is told."""
    elsewhere = (await hub.neighbour_village("竹溪村")).chat
    async with hub.books() as tx:
        bot = await add_account(tx, hub.village.id, AccountKind.TELEGRAM, "bot", {"token": "1:A"}, actor="test")
        homes = [
            await _home_with(tx, hub, held, {PAGE: hub.chat.id, TELEGRAM: bot.id}, elsewhere) for _, held, _ in WAYS
        ]
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        await find_recipients(tx, Search(Audience(AudienceKind.VILLAGE, hub.village), routes, TODAY))
        rows = {row.unit_id: row for row in await tx.all(select(planned))}
    for (what, _, expected), (home, head, of_contact) in zip(WAYS, homes, strict=True):
        row = rows[home]
        found = of_contact.get(row.contact_id) if row.standing == OPEN else STANDING[row.standing]
        assert (found, row.resident_id) == (expected, head), what


async def _home_with(
    tx: Transaction, hub: Hub, held: Sequence[Held], own: Mapping[ContactKind, int], elsewhere: Account
) -> tuple[int, int, dict[int, Held]]:
    """A home of a head, a son and a child with these addresses: its id, its head's, and what each contact is."""
    settling = Settling(tx, hub, elsewhere, Random(0))
    number = int(await tx.scalar(select(func.count()).select_from(households)))
    home = await tx.insert(households, area_id=hub.village.id, number=f"w{number}")
    people = {
        who: await settling.person(
            home, hub.groups[0], is_head=who == HEAD, born=date(2015 if who == CHILD else 1970, 1, 1)
        )
        for who in (CHILD, SON, HEAD)
    }
    contact_ids = {}
    for one in held:
        account = elsewhere.id if one.is_elsewhere else own.get(one.kind)
        contact = await settling.contact(one.kind, account, "zh_CN", opted_out=one.opted_out, dead=one.dead)
        await settling.hold(contact, people[one.who])
        contact_ids[contact] = one
    return home, people[HEAD], contact_ids


async def test_one_phone_of_two_homes_gets_one_message(hub: Hub) -> None:
    async with hub.books() as tx:
        settling = Settling(tx, hub, hub.chat, Random(0))
        phone = await settling.contact(PHONE, None, "zh_CN")
        homes = [await tx.insert(households, area_id=hub.village.id, number=number) for number in ("甲", "乙")]
        for home in homes:
            await settling.hold(phone, await settling.person(home, hub.groups[0], is_head=True))
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        await find_recipients(tx, Search(Audience(AudienceKind.VILLAGE, hub.village), routes, TODAY))
        rows = await tx.all(select(planned).where(planned.c.unit_id.in_(homes)).order_by(planned.c.unit_id))
    assert [STANDING.get(row.standing) for row in rows] == [None, SkipReason.SHARED_ADDRESS]
    assert [row.contact_id for row in rows] == [phone, phone]


@pytest.mark.parametrize("seed", range(3))
async def test_readers_are_every_chat_and_one_phone_a_home(hub: Hub, seed: int) -> None:
    elsewhere = (await hub.neighbour_village("竹溪村")).chat
    everybody = Audience(AudienceKind.VILLAGE, hub.village)
    async with hub.books() as tx:
        await Settling(tx, hub, elsewhere, Random(seed)).settle(14)
        accounts = await accounts_serving(tx, hub.village.id)
        ways = await open_ways(tx, everybody, accounts)
        await find_readers(tx, Search(everybody, routes_of(accounts), TODAY))
        rows = await tx.all(select(planned, contacts.c.kind).join(contacts, contacts.c.id == planned.c.contact_id))
    chats = {way.contact for way in ways if way.address[0] == PAGE}
    assert sorted(row.contact_id for row in rows if row.kind == PAGE) == sorted(chats)
    phones = [row for row in rows if row.kind == PHONE]
    assert len({row.unit_id for row in phones}) == len({row.contact_id for row in phones}) == len(phones)
    with_phone = {way.unit for way in ways if way.address[0] == PHONE}
    assert {row.unit_id for row in phones} <= with_phone
    told = {row.contact_id for row in phones}
    assert all(told & {way.contact for way in ways if way.unit == unit} for unit in with_phone)


async def test_who_is_meant(hub: Hub) -> None:
    """Each kind of audience means exactly whom its words say."""
    async with hub.books() as tx:
        chief = hub.residents["陈伯"]
        await tx.run(residents.update().where(residents.c.id == chief).values(flags=["hardship"], representative=True))
        await tx.run(
            residents.update().where(residents.c.name == "林强").values(flags=["left_behind"], birth=date(2010, 1, 1))
        )
        await tx.run(residents.update().where(residents.c.name == "黄老太").values(birth=None, birth_year=1940))
        await tx.run(staff.update().where(staff.c.name == "黄水生").values(resident_id=hub.residents["黄明"]))
        contact = await hub_contact(tx, hub, "黄明")
        await tx.insert(subscriptions, contact_id=contact, topic="lawyer")
        village = hub.village
        council, growers = [
            Tag(await tx.insert(tags, area_id=village.id, name=one), one) for one in ("议事会", "种植户")
        ]
        borne = [(council, "陈伯"), (council, "黄明"), (growers, "陈伯")]
        await tx.insert_many(
            resident_tags, [{"tag_id": tag.id, "resident_id": hub.residents[name]} for tag, name in borne]
        )
        counts = {
            audience: await people_meant(tx, audience, TODAY)
            for audience in (
                Audience(AudienceKind.HARDSHIP, village),
                Audience(AudienceKind.LEFT_BEHIND, village),
                Audience(AudienceKind.REPRESENTATIVES, village),
                Audience(AudienceKind.HEADS, village),
                Audience(AudienceKind.OFFICERS, village),
                Audience(AudienceKind.OFFICERS, village, role=Role.GRID_OFFICER),
                Audience(AudienceKind.OFFICERS, village, role=Role.MEDIATOR),
                Audience(AudienceKind.TAGGED, village, tags=(council, growers)),
                Audience(AudienceKind.TAGGED, village, (hub.groups[0],), tags=(council,)),
                Audience(AudienceKind.SUBSCRIBERS, village, topic="lawyer"),
                Audience(AudienceKind.SUBSCRIBERS, village, topic="police"),
                Audience(AudienceKind.VILLAGE, village, age_from=86),
                Audience(AudienceKind.VILLAGE, village, age_from=66, age_to=66),
                Audience(AudienceKind.VILLAGE, village, age_to=16),
                Audience(AudienceKind.LISTED, village, residents=(chief, hub.residents["黄明"])),
            )
        }
    assert list(counts.values()) == [1, 1, 1, 3, 1, 1, 0, 2, 1, 1, 0, 1, 3, 1, 2]


async def test_who_is_in_office_is_known_by_the_phone_of_his_name(hub: Hub) -> None:
    """`banyan staff add` asks for no row of the roster."""
    officers = Audience(AudienceKind.OFFICERS, hub.village)
    async with hub.books() as tx:
        assert await people_meant(tx, officers, TODAY) == 0
    await hub.add_household(1, ("周文书", hub.numbers["周文书"]), ("周文书的爱人", hub.numbers["周文书"]))
    async with hub.books() as tx:
        await find_recipients(tx, Search(officers, routes_of(await accounts_serving(tx, hub.village.id)), TODAY))
        [row] = await tx.all(select(planned))
    assert (row.resident_id, row.standing) == (hub.residents["周文书"], OPEN)


async def hub_contact(tx: Transaction, hub: Hub, name: str) -> int:
    found = await tx.scalar(
        select(contact_holders.c.contact_id).where(contact_holders.c.resident_id == hub.residents[name])
    )
    return int(found)


async def test_a_number_that_had_its_most_today_gets_no_more(hub: Hub) -> None:
    """What answered a message of its own, failed, or goes out another day does not count."""
    now = hub.clock()
    async with hub.books() as tx:
        busy, quiet = await hub_contact(tx, hub, "陈伯"), await hub_contact(tx, hub, "黄明")
        row = Draft(hub.village.id, busy, hub.sms.id, "村里的话", now)
        others = replace(row, contact_id=quiet)
        later = replace(others, due_at=now + timedelta(days=1))
        skipped = replace(others, skipped=SkipReason.OPTED_OUT)
        await write_deliveries(tx, [row, row, others, skipped, skipped, later, later])
        day = replace(NO_LIMIT, most=2)
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        await find_recipients(tx, Search(Audience(AudienceKind.VILLAGE, hub.village), routes, TODAY, day))
        standings = {row.contact_id: row.standing for row in await tx.all(select(planned))}
    assert STANDING[standings[busy]] is SkipReason.DAILY_LIMIT
    assert standings[quiet] == OPEN


async def test_another_recipient_is_another_fingerprint(hub: Hub) -> None:
    async with hub.books() as tx:
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        everybody = Audience(AudienceKind.VILLAGE, hub.village)
        await find_recipients(tx, Search(everybody, routes, TODAY))
        before = await tally_recipients(tx)
        await find_recipients(tx, Search(everybody, routes, TODAY))
        assert await tally_recipients(tx) == before
        # One household more, one household less: the same figures.
        await tx.run(residents.update().where(residents.c.name == "陈伯").values(area_id=hub.village.parent_id))
        home = await tx.insert(households, area_id=hub.village.id, group_id=hub.groups[0].id, number="新户")
        newcomer = await add_resident(tx, hub.village, hub.groups[0], home, "新来的")
        phone = await hub_contact(tx, hub, "陈伯")
        await tx.insert(
            contact_holders, contact_id=phone, resident_id=newcomer, proof=Proof.ROSTER, verified_at=hub.clock()
        )
        await find_recipients(tx, Search(everybody, routes, TODAY))
        after = await tally_recipients(tx)
    assert [one.count for one in after] == [one.count for one in before]
    assert after != before


@pytest.mark.parametrize("homes", [50, 5000])
async def test_statements_do_not_grow_with_the_village(hub: Hub, homes: int) -> None:
    statements: list[str] = []
    async with hub.books() as tx:
        await fill(tx, hub, homes)
        audience = Audience(AudienceKind.VILLAGE, hub.village)
        notice = await draft_notice(tx, hub.village, audience, hub.staff["周文书"], "明早8点停水,请先存水。")
        engine = hub.database._writing.sync_engine

        def note(*told: object) -> None:
            statements.append(str(told[2]))

        event.listen(engine, "before_cursor_execute", note)
        preview = (await plan_notice(tx, RENDERER, notice)).preview
        event.remove(engine, "before_cursor_execute", note)
    assert preview.households == homes + 3
    assert len(statements) <= 20


@pytest.mark.parametrize("finds", [partial(find_recipients, fallback=True), find_readers])
async def test_a_plan_costs_each_home_the_same(finds: Finds, sqlite_originals: Stores, tmp_path: Path) -> None:
    """In steps of SQLite's own machine: a join without an index would walk through all homes for each."""
    counted = []
    for homes in (300, 1200):
        folder = tmp_path / str(homes)
        folder.mkdir()
        counted.append(await _steps(finds, sqlite_originals, folder, homes))
    assert counted[1] < 5 * counted[0]


async def _steps(finds: Finds, originals: Stores, folder: Path, homes: int) -> int:
    database = Database(originals.copy(VILLAGE, folder), originals.keyring)
    hub = originals.village_at(database, folder)
    async with hub.books() as tx:
        await fill(tx, hub, homes)
        for kind in (ContactKind.WEB_CHAT, ContactKind.PHONE):
            assert await tx.scalar(select(func.count()).where(contacts.c.kind == kind)) >= homes
        steps = await count_steps(tx)
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        everybody = Audience(AudienceKind.VILLAGE, hub.village)
        await finds(tx, Search(everybody, routes, TODAY))
        assert sum(one.count for one in await tally_recipients(tx) if one.standing == OPEN) >= 2 * homes
    await database.close()
    return steps()


async def fill(tx: Transaction, hub: Hub, homes: int) -> None:
    """Households of one with a phone and a chat each."""
    ids = range(1000, 1000 + homes)
    village_id, now = hub.village.id, hub.clock()
    await tx.insert_many(households, [{"id": one, "area_id": village_id, "number": f"户{one}"} for one in ids])
    person = {"sex": "", "relation": "", "is_head": True, "registered": True, "away": False, "away_place": ""}
    marks = {"party_member": False, "representative": False, "collective_member": True, "flags": []}
    await tx.insert_many(
        residents,
        [
            {"id": one, "area_id": village_id, "household_id": one, "name": f"村民{one}", **person, **marks}
            for one in ids
        ],
    )
    known = {"area_id": village_id, "created_at": now, "address": b"", "last4_index": b"", "display_name": ""}
    phone = {"kind": ContactKind.PHONE, "account_id": None, "language": "zh_CN", **known}
    chat = {"kind": ContactKind.WEB_CHAT, "account_id": hub.chat.id, "language": "zh_CN", **known}
    held = {"proof": Proof.ROSTER, "verified_at": now}
    for first, kind in ((0, phone), (homes, chat)):
        rows = [{"id": first + one, "address_index": str(one).encode(), **kind} for one in ids]
        await tx.insert_many(contacts, rows)
        await tx.insert_many(contact_holders, [{"contact_id": first + one, "resident_id": one, **held} for one in ids])
