"""The database finds a notice's recipients as the rule in Python does, whoever lives in the village."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import event, select

from notifier.audience import RANKS, plan
from notifier.notices import plan_notice
from store.actions.deliveries import Draft, write_deliveries
from store.actions.notices import draft_notice
from store.actions.residents import add_resident
from store.database import Transaction
from store.domain.accounts import REACHES, Account
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import SkipReason
from store.domain.people import ContactKind, Proof
from store.queries.accounts import accounts_serving
from store.queries.audience import ways_to
from store.queries.membership import people_meant
from store.queries.planned import OPEN, STANDING, planned, tally_recipients
from store.queries.recipients import Day, Route, find_recipients
from store.tables import contact_holders, contacts, household_proxies, households, residents, staff, subscriptions
from tests.hub import RENDERER, Hub

TODAY = date(2026, 11, 18)
NO_LIMIT = Day(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC), 99)


def routes_of(accounts: Sequence[Account]) -> list[Route]:
    """Every account takes every text."""
    found = []
    for language in ("zh_CN", "en"):
        for account in accounts:
            kind = REACHES[account.kind]
            own = account.id if kind.has_own_account else None
            found.append(Route(kind, own, language, account.id, not kind.has_own_account, RANKS[kind]))
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
        now = self.hub.clock()
        return await self.tx.insert(
            contacts,
            area_id=self.hub.village.id,
            kind=kind,
            account_id=self.dice.choice(self.pages) if kind.has_own_account else None,
            address=b"never opened",
            address_index=self.dice.randbytes(4),
            last4_index=b"",
            display_name="",
            language=self.dice.choice(["zh_CN", "zh_CN", "en"]),
            opted_out_at=now if self.dice.random() < 0.15 else None,
            dead_at=now if self.dice.random() < 0.15 else None,
            created_at=now,
        )

    async def _home(self, number: int) -> None:
        group = self.dice.choice(self.hub.groups)
        home = await self.tx.insert(households, area_id=self.hub.village.id, group_id=group.id, number=f"d{number}")
        for place in range(self.dice.randint(1, 3)):
            await self._person(home, group, is_head=place == 0)
        if self.dice.random() < 0.3:
            await self.tx.insert(household_proxies, household_id=home, contact_id=self.dice.choice(self.contact_ids))

    async def _person(self, home: int, group: Area, *, is_head: bool) -> None:
        born = self.dice.choice([None, date(1950, 2, 28), date(1990, 5, 1), date(2008, 11, 18), date(2008, 11, 19)])
        resident = await self.tx.insert(
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
        for contact in self.dice.sample(self.contact_ids, self.dice.choice([0, 0, 1, 2])):
            await self.tx.insert(
                contact_holders,
                contact_id=contact,
                resident_id=resident,
                proof=Proof.ROSTER,
                verified_at=self.hub.clock(),
            )


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


@pytest.mark.parametrize("seed", range(6))
async def test_the_database_finds_whom_the_rule_finds(hub: Hub, seed: int) -> None:
    elsewhere = (await hub.neighbour_village("竹溪村")).chat
    async with hub.books() as tx:
        await Settling(tx, hub, elsewhere, Random(seed)).settle(14)
        accounts = await accounts_serving(tx, hub.village.id)
        routes = routes_of(accounts)
        for audience in audiences(hub):
            expected = plan(await ways_to(tx, audience, TODAY), accounts)
            await find_recipients(tx, audience, routes, NO_LIMIT, TODAY, fallback=False)
            rows = await tx.all(select(planned))
            found = {row.unit_id: (row.resident_id, STANDING.get(row.standing), row.route) for row in rows}
            assert len(rows) == len(found)
            assert {one.unit_id: one.resident_id for one in expected.recipients} == {
                unit: resident for unit, (resident, _, _) in found.items()
            }
            # Of several households at one address the first is told: which one that is depends on their order.
            assert Counter(one.skipped for one in expected.recipients) == Counter(why for _, why, _ in found.values())
            by_account = Counter(one.account_id for one in expected.written_to)
            assert by_account == Counter(routes[route].account_id for _, why, route in found.values() if why is None)


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
        counts = {
            audience: await people_meant(tx, audience, TODAY)
            for audience in (
                Audience(AudienceKind.HARDSHIP, village),
                Audience(AudienceKind.LEFT_BEHIND, village),
                Audience(AudienceKind.REPRESENTATIVES, village),
                Audience(AudienceKind.HEADS, village),
                Audience(AudienceKind.OFFICERS, village),
                Audience(AudienceKind.GRID_OFFICERS, village),
                Audience(AudienceKind.SUBSCRIBERS, village, topic="lawyer"),
                Audience(AudienceKind.SUBSCRIBERS, village, topic="police"),
                Audience(AudienceKind.VILLAGE, village, age_from=86),
                Audience(AudienceKind.VILLAGE, village, age_from=66, age_to=66),
                Audience(AudienceKind.VILLAGE, village, age_to=16),
                Audience(AudienceKind.LISTED, village, residents=(chief, hub.residents["黄明"])),
            )
        }
    assert list(counts.values()) == [1, 1, 1, 3, 1, 1, 1, 0, 1, 3, 1, 2]


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
        await find_recipients(tx, Audience(AudienceKind.VILLAGE, hub.village), routes, day, TODAY, fallback=False)
        standings = {row.contact_id: row.standing for row in await tx.all(select(planned))}
    assert STANDING[standings[busy]] is SkipReason.DAILY_LIMIT
    assert standings[quiet] == OPEN


async def test_another_recipient_is_another_fingerprint(hub: Hub) -> None:
    async with hub.books() as tx:
        routes = routes_of(await accounts_serving(tx, hub.village.id))
        everybody = Audience(AudienceKind.VILLAGE, hub.village)
        await find_recipients(tx, everybody, routes, NO_LIMIT, TODAY, fallback=False)
        before = await tally_recipients(tx)
        await find_recipients(tx, everybody, routes, NO_LIMIT, TODAY, fallback=False)
        assert await tally_recipients(tx) == before
        # One household more, one household less: the same figures.
        await tx.run(residents.update().where(residents.c.name == "陈伯").values(area_id=hub.village.parent_id))
        home = await tx.insert(households, area_id=hub.village.id, group_id=hub.groups[0].id, number="新户")
        newcomer = await add_resident(tx, hub.village, hub.groups[0], home, "新来的")
        phone = await hub_contact(tx, hub, "陈伯")
        await tx.insert(
            contact_holders, contact_id=phone, resident_id=newcomer, proof=Proof.ROSTER, verified_at=hub.clock()
        )
        await find_recipients(tx, everybody, routes, NO_LIMIT, TODAY, fallback=False)
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


async def fill(tx: Transaction, hub: Hub, homes: int) -> None:
    """Households of one with a phone each."""
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
    phone = {"kind": ContactKind.PHONE, "address": b"", "last4_index": b"", "display_name": "", "language": "zh_CN"}
    await tx.insert_many(
        contacts,
        [
            {"id": one, "area_id": village_id, "address_index": str(one).encode(), "created_at": now, **phone}
            for one in ids
        ],
    )
    held = {"proof": Proof.ROSTER, "verified_at": now}
    await tx.insert_many(contact_holders, [{"contact_id": one, "resident_id": one, **held} for one in ids])
