"""What must hold of a count, on both databases, with several writers at once."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Select, func, select, text

from store.actions.areas import add_area
from store.actions.ballots import cast_ballot, held_choice, hold_choice
from store.actions.contacts import find_or_add_contact
from store.actions.matters import (
    Publication,
    close_due,
    close_matter,
    open_voting,
    propose_matter,
    publish_matter,
)
from store.actions.staff import add_staff
from store.database import Database, Transaction
from store.domain.areas import AreaKind
from store.domain.ballots import Choice, Tally
from store.domain.deliberation import MatterRecord, RollKind
from store.domain.errors import NotAllowed, Refusal, StoreUnavailable
from store.domain.matters import MatterState
from store.domain.people import Contact, ContactKind, Role
from store.queries.areas import area_by_id
from store.queries.ballots import find_ballot, first_broken_cast
from store.queries.matters import ballots_so_far, contacts_to_ask, matter_by_id
from store.queries.people import staff_by_id
from store.queries.public_matters import board_of
from store.tables import ballot_box, ballot_keys, casts, entitlements, households, metadata, residents

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
CLOSES = NOW + timedelta(days=10)
AGREE, DISAGREE, ABSTAIN = Choice


@dataclass(slots=True)
class Village:
    """Homes of two adults each, a child in the first, one home registered elsewhere; a person in office; a phone."""

    database: Database
    area_id: int
    people: list[int]
    child: int
    tenants: list[int]
    officer_id: int
    contact: Contact

    async def matter(self, roll: RollKind = RollKind.ADULTS, *, named: bool = False) -> int:
        async with self.database.write(NOW) as tx:
            person = await staff_by_id(tx, self.officer_id)
            proposed = await propose_matter(tx, await area_by_id(tx, self.area_id), "鱼塘续包5年,年租8万", self.contact)
            what = Publication(proposed.title, "续包5年,年租8万,每年年初交齐。", None, named)
            published = await publish_matter(tx, proposed, what, person)
            return (await open_voting(tx, published, roll, CLOSES, person)).id

    async def cast(
        self, matter_id: int, resident_id: int, choice: Choice, *, at: datetime = NOW, by: Database | None = None
    ) -> str:
        async with (by or self.database).write(at) as tx:
            ballot = await cast_ballot(
                tx, matter_id, resident_id, choice, actor=f"contact:{self.contact.id}", channel="simulator"
            )
        return ballot.receipt

    async def close(self, matter_id: int, *, by: Database | None = None) -> MatterRecord:
        async with (by or self.database).write(NOW) as tx:
            return await close_matter(tx, await matter_by_id(tx, matter_id), actor="staff:1")

    async def count(self, statement: Select[int]) -> int:
        async with self.database.read(NOW) as tx:
            return int(await tx.scalar(statement))


@pytest.fixture
async def village(database: Database) -> Village:
    async with database.write(NOW) as tx:
        county = await add_area(tx, AreaKind.COUNTY, "青榕县")
        town = await add_area(tx, AreaKind.TOWN, "榕溪镇", county)
        area = await add_area(tx, AreaKind.VILLAGE, "榕溪村", town)
        rows = [{"area_id": area.id, "group_id": None, "number": str(number)} for number in range(21)]
        homes = await tx.insert_for_ids(households, rows)
        people = await tx.insert_for_ids(
            residents,
            [
                *(_person(area.id, home, date(1960, 1, 1)) for home in homes[:20] for _ in range(2)),
                *(_person(area.id, homes[20], date(1990, 1, 1), registered=False) for _ in range(2)),
                _person(area.id, homes[0], date(2015, 1, 1)),
            ],
        )
        officer = await add_staff(tx, area, "李书记", [(Role.PARTY_BRANCH, area)])
        contact = await find_or_add_contact(tx, area.id, ContactKind.PHONE, "+8613900007801")
    return Village(database, area.id, people[:40], people[42], people[40:42], officer.id, contact)


def _person(area_id: int, home: int, birth: date, *, registered: bool = True) -> dict[str, object]:
    return {
        "area_id": area_id,
        "household_id": home,
        "name": "林某",
        "sex": "",
        "birth": birth,
        "relation": "",
        "is_head": False,
        "registered": registered,
        "away": False,
        "away_place": "",
        "party_member": False,
        "representative": False,
        "collective_member": registered,
        "flags": [],
    }


@pytest.mark.parametrize("named", [True, False])
async def test_forty_casts_race_the_close(village: Village, named: bool) -> None:  # noqa: FBT001
    """Whoever was told that his vote is in finds it counted; whoever came late was told so."""
    matter_id = await village.matter(named=named)
    other = Database(village.database.url.render_as_string(hide_password=False), village.database.keyring)
    databases, dice = (village.database, other), random.Random(61)
    begun, done = asyncio.Event(), asyncio.Event()

    async def vote(place: int) -> str | None:
        """The first is in before anybody closes and the last comes after; the others race."""
        await (done.wait() if place == 39 else asyncio.sleep(dice.random() * 0.2 if place else 0))
        try:
            return await attempt(place)
        finally:
            begun.set()

    async def attempt(place: int) -> str | None:
        try:
            choice = AGREE if place % 3 else DISAGREE
            return await village.cast(matter_id, village.people[place], choice, by=databases[place % 2])
        except (Refusal, StoreUnavailable):
            return None

    async def close() -> MatterRecord:
        await begun.wait()
        await asyncio.sleep(0.1)
        try:
            return await village.close(matter_id, by=other)
        finally:
            done.set()

    receipts, closed = await asyncio.gather(asyncio.gather(*(vote(place) for place in range(40))), close())
    await other.close()

    acknowledged = {place: receipt for place, receipt in enumerate(receipts) if receipt}
    agreed = sum(1 for place in acknowledged if place % 3)
    assert 0 < len(acknowledged) < 40
    assert closed.tally == Tally(agree=agreed, disagree=len(acknowledged) - agreed)
    assert len(set(acknowledged.values())) == len(acknowledged)
    for receipt in acknowledged.values():
        async with village.database.read(NOW) as tx:
            assert await find_ballot(tx, village.area_id, receipt)
    with pytest.raises(Refusal, match=r"vote\.closed"):
        await village.cast(matter_id, village.people[0], ABSTAIN)
    assert await village.count(select(func.count()).select_from(casts)) == len(acknowledged)
    async with village.database.read(NOW) as tx:
        assert await first_broken_cast(tx, await matter_by_id(tx, matter_id)) is None


async def test_no_vote_lands_at_the_deadline_even_before_anybody_closes(village: Village) -> None:
    matter_id = await village.matter()
    await village.cast(matter_id, village.people[0], AGREE, at=CLOSES - timedelta(seconds=1))
    with pytest.raises(Refusal, match=r"vote\.closed"):
        await village.cast(matter_id, village.people[1], AGREE, at=CLOSES)


async def test_what_is_due_is_closed_once(village: Village) -> None:
    matter_id = await village.matter()
    for at, expected in ((CLOSES - timedelta(seconds=1), 0), (CLOSES, 1), (CLOSES, 0)):
        async with village.database.write(at) as tx:
            assert len(await close_due(tx)) == expected
    async with village.database.read(NOW) as tx:
        assert (await matter_by_id(tx, matter_id)).state is MatterState.COUNTED


async def test_two_schedulers_close_it_once(village: Village) -> None:
    await village.matter()
    other = Database(village.database.url.render_as_string(hide_password=False), village.database.keyring)

    async def close(by: Database) -> int:
        async with by.write(CLOSES) as tx:
            return len(await close_due(tx))

    assert sorted(await asyncio.gather(close(village.database), close(other))) == [0, 1]
    await other.close()


async def test_a_changed_vote_replaces_the_former_under_its_receipt(village: Village) -> None:
    matter_id = await village.matter()
    voter = village.people[0]
    receipts = {await village.cast(matter_id, voter, choice) for choice in (AGREE, DISAGREE, ABSTAIN)}
    closed = await village.close(matter_id)
    assert closed.tally == Tally(abstain=1)
    async with village.database.read(NOW) as tx:
        assert (await board_of(tx, closed)).ballots == [(receipts.pop(), ABSTAIN)]
    assert not receipts
    assert closed.cast_count == 3


async def test_the_same_vote_twice_is_one_cast(village: Village) -> None:
    matter_id = await village.matter()
    first = await village.cast(matter_id, village.people[0], AGREE)
    assert await village.cast(matter_id, village.people[0], AGREE) == first
    assert await village.count(select(func.count()).select_from(casts)) == 1


async def test_two_of_one_home_have_one_vote_and_the_last_counts(village: Village) -> None:
    matter_id = await village.matter(RollKind.HOUSEHOLDS)
    await village.cast(matter_id, village.people[0], AGREE)
    await village.cast(matter_id, village.people[1], DISAGREE)
    await village.cast(matter_id, village.people[2], AGREE)
    closed = await village.close(matter_id)
    assert (closed.roll_size, closed.tally) == (20, Tally(agree=1, disagree=1))


@pytest.mark.parametrize(
    ("roll", "size"),
    [(RollKind.ADULTS, 40), (RollKind.HOUSEHOLDS, 20), (RollKind.DWELLERS, 42), (RollKind.COLLECTIVE_MEMBERS, 40)],
)
async def test_the_roll_is_taken_from_the_register(village: Village, roll: RollKind, size: int) -> None:
    matter_id = await village.matter(roll)
    async with village.database.read(NOW) as tx:
        assert (await matter_by_id(tx, matter_id)).roll_size == size
        assert (await contacts_to_ask(tx, matter_id)) == ([], size)
    assert await village.count(select(func.count()).select_from(entitlements)) == size


async def test_a_roll_that_takes_in_nobody_does_not_open(village: Village) -> None:
    with pytest.raises(Refusal, match=r"matter\.not_ready"):
        await village.matter(RollKind.PARTY_MEMBERS)


async def test_the_roll_is_frozen(village: Village) -> None:
    """Neither a child who is on it by nobody's mistake later nor a newcomer gets a vote after the opening."""
    matter_id = await village.matter()
    async with village.database.write(NOW) as tx:
        await tx.run(residents.update().values(birth=date(1950, 1, 1), registered=True))
    for stranger in (village.child, *village.tenants):
        with pytest.raises(NotAllowed, match=r"vote\.not_on_roll"):
            await village.cast(matter_id, stranger, AGREE)


async def test_nothing_ties_an_unnamed_vote_to_its_voter_after_the_close(village: Village) -> None:
    matter_id = await village.matter()
    receipts = [
        await village.cast(matter_id, person, choice)
        for person, choice in zip(village.people[:3], (AGREE, DISAGREE, ABSTAIN), strict=True)
    ]
    await village.close(matter_id)
    assert await village.count(select(func.count()).select_from(ballot_keys)) == 0
    async with village.database.read(NOW) as tx:
        rows = await tx.all(select(casts))
        boxed = await tx.all(select(ballot_box))
        assert {(row.choice, row.receipt, row.nonce) for row in rows} == {(None, "", "")}
        assert [row.receipt for row in boxed] == sorted(receipts)
        assert {row.receipt: row.choice for row in boxed} == dict(zip(receipts, (1, 2, 3), strict=True))
        for table in metadata.sorted_tables:
            if table is not ballot_box:
                kept = repr(await tx.all(select(table)))
                assert not [receipt for receipt in receipts if receipt in kept], table.name


async def test_a_held_choice_does_not_outlive_the_key(village: Village) -> None:
    matter_id = await village.matter()
    async with village.database.read(NOW) as tx:
        matter = await matter_by_id(tx, matter_id)
        held = await hold_choice(tx, matter, DISAGREE)
        assert await held_choice(tx, matter, held) is DISAGREE
    await village.close(matter_id)
    async with village.database.read(NOW) as tx:
        with pytest.raises(Refusal, match=r"vote\.closed"):
            await held_choice(tx, matter, held)


async def test_a_vote_with_names_is_on_the_board_at_the_close_and_not_before(village: Village) -> None:
    matter_id = await village.matter(named=True)
    receipt = await village.cast(matter_id, village.people[0], AGREE)
    async with village.database.read(NOW) as tx:
        assert (await board_of(tx, await matter_by_id(tx, matter_id))).ballots == ()
        assert await find_ballot(tx, village.area_id, receipt) == (matter_id, None)
    closed = await village.close(matter_id)
    async with village.database.read(NOW) as tx:
        assert (await board_of(tx, closed)).ballots == [(receipt, AGREE)]
        assert await find_ballot(tx, village.area_id, receipt) == (matter_id, AGREE)


TAMPERINGS = (
    ("UPDATE casts SET entitlement_id = (SELECT max(entitlement_id) FROM casts) WHERE sequence = 2", 2),
    ("UPDATE casts SET chain = substr(chain, 2) || substr(chain, 1, 1) WHERE sequence = 1", 1),
    ("DELETE FROM casts WHERE sequence = 2", 2),
    ("DELETE FROM casts WHERE sequence = 3", 3),
)


@pytest.mark.parametrize("named", [True, False])
async def test_the_chain_shows_tampering(village: Village, named: bool) -> None:  # noqa: FBT001
    """By somebody with the database's own password, who takes its triggers away first."""
    matter_id = await village.matter(named=named)
    for person in village.people[:3]:
        await village.cast(matter_id, person, AGREE)
    matter = await village.close(matter_id)
    found = [await _found_after(village.database, matter, tampering) for tampering, _ in TAMPERINGS]
    assert found == [place for _, place in TAMPERINGS]
    async with village.database.read(NOW) as tx:
        assert await first_broken_cast(tx, matter) is None


async def _found_after(database: Database, matter: MatterRecord, tampering: str) -> int | None:
    found = None
    with contextlib.suppress(_UndoneError):
        async with database.write(NOW) as tx:
            await _disarm(tx)
            await tx.run(text(tampering))
            found = await first_broken_cast(tx, matter)
            raise _UndoneError
    return found


class _UndoneError(Exception):
    """What a test did to the store is rolled back."""


async def _disarm(tx: Transaction) -> None:
    if tx.is_postgresql:
        await tx.run(text("ALTER TABLE casts DISABLE TRIGGER USER"))
        return
    for verb in ("update", "delete"):
        await tx.run(text(f"DROP TRIGGER casts_no_{verb}"))


async def test_half_a_count_is_never_seen(village: Village) -> None:
    matter_id = await village.matter()
    await village.cast(matter_id, village.people[0], AGREE)
    async with village.database.read(NOW) as tx:
        assert await ballots_so_far(tx, matter_id) == 1
        assert await tx.all(select(ballot_box)) == []
        assert (await matter_by_id(tx, matter_id)).result is None
