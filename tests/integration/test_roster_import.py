"""A clerk's roster in the store: once, twice, corrected, and never half."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from store.actions.areas import add_area
from store.actions.roster_import import RosterResult, import_roster, preview
from store.database import Database
from store.domain.areas import AreaKind
from store.domain.errors import Refusal
from store.domain.people import Proof
from store.domain.roster import RosterSheet, read_roster
from store.domain.roster_remarks import SensitiveFlag
from store.queries.areas import all_villages, groups_of
from store.queries.people import ADDRESS
from store.queries.roster import EXPORT_HEADINGS, export_rows, known_residents
from store.sheets import read_sheet
from store.tables import audit_entries, contact_holders, contacts, households, residents

RECORDINGS = Path(__file__).parent.parent / "recordings"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

HEADER = "组|户号|姓名|与户主关系|性别|出生日期|身份证号|联系电话|备注"
CHEN = "三组|1|陈伯|户主|男|1950-03-02||13900007001|党员、低保"
CHEN_WIFE = "三组|1|林婆|妻|女|1952-08-11||13900007001|"
HUANG = "一组|2|黄明|户主|男|1988-01-30||13900007003|"


def sheet(*lines: str, village: str = "榕溪村") -> RosterSheet:
    rows = [[f"榕溪镇{village}居民花名册"], HEADER.split("|"), *(line.split("|") for line in lines)]
    return read_roster(rows, TODAY)


async def imported(database: Database, roster: RosterSheet, *flags: SensitiveFlag, reason: str = "") -> RosterResult:
    async with database.write(NOW) as tx:
        return await import_roster(tx, None, roster, keep_flags=flags, reason=reason, actor="cli")


async def count(database: Database, *tables: object) -> list[int]:
    async with database.read(NOW) as tx:
        return [int(await tx.scalar(select(func.count()).select_from(table))) for table in tables]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def messy() -> RosterSheet:
    return read_roster(read_sheet(RECORDINGS / "roster-messy.xlsx"), TODAY)


async def test_an_empty_store_gets_its_village_from_the_title(database: Database, messy: RosterSheet) -> None:
    expected = json.loads((RECORDINGS / "roster-messy.expected.json").read_text(encoding="utf-8"))
    result = await imported(database, messy)
    assert result.village.name == "榕树村"
    assert await count(database, residents, households) == [expected["residents"], expected["households"]]
    async with database.read(NOW) as tx:
        names = Counter(row.name for row in await tx.all(select(residents.c.name)))
        groups = [group.number for group in await groups_of(tx, result.village.id)]
        sealed = await tx.scalar(select(contacts.c.address).limit(1))
    assert names == Counter(person["name"] for person in expected["people"] if person["name"])
    assert groups == sorted({person["group"] for person in expected["people"] if person["group"]})
    assert b"+86" not in sealed


async def test_the_same_file_again_changes_nothing(database: Database, messy: RosterSheet) -> None:
    tables = (residents, households, contacts, contact_holders)
    first = await imported(database, messy)
    before = await count(database, *tables)
    [entries] = await count(database, audit_entries)
    async with database.read(NOW) as tx:
        shown = await preview(tx, None, messy)
    second = await imported(database, messy)
    assert (len(first.plan.new), len(first.plan.changed)) == (359, 0)
    for plan in (shown.plan, second.plan):
        assert (len(plan.new), len(plan.changed), plan.unchanged) == (0, 0, 359)
        assert (plan.missing, plan.lost_phones, plan.phones_to_link) == ((), (), 0)
    assert await count(database, *tables) == before
    assert await count(database, audit_entries) == [entries + 1]


async def test_the_preview_writes_nothing(database: Database) -> None:
    async with database.read(NOW) as tx:
        shown = await preview(tx, None, sheet(CHEN, HUANG))
    assert shown.village is None
    assert (len(shown.plan.new), shown.plan.new_groups, len(shown.plan.new_households)) == (2, (1, 3), 2)
    assert await count(database, residents) == [0]


@pytest.mark.parametrize(
    ("newer", "fields"),
    [
        (CHEN.replace("13900007001", ""), ()),
        (CHEN.replace("三组", "一组"), ("group",)),
        (CHEN.replace("陈伯|户主", "陈伯|父亲"), ("relation", "is_head")),
        (CHEN.replace("1950-03-02", ""), ()),
        (CHEN.replace("1950-03-02", "1951-03-02"), ("birth",)),
        (CHEN.replace("|1|", "|77|"), ()),
        (CHEN.replace("党员", ""), ()),
    ],
)
async def test_a_newer_file_changes_what_it_says(database: Database, newer: str, fields: tuple[str, ...]) -> None:
    """Known again by phone, by birth or in his household; an empty cell says nothing."""
    await imported(database, sheet(CHEN, HUANG))
    result = await imported(database, sheet(newer, HUANG))
    assert [one.fields for one in result.plan.changed] == ([fields] if fields else [])
    assert (len(result.plan.new), result.plan.missing) == (0, ())
    assert await count(database, residents) == [2]


async def test_whoever_moves_takes_his_entry_along(database: Database) -> None:
    await imported(database, sheet(CHEN, CHEN_WIFE, HUANG))
    moved = CHEN_WIFE.replace("三组|1|", "一组|2|").replace("13900007001", "")
    result = await imported(database, sheet(CHEN, HUANG, moved))
    [changed] = result.plan.changed
    assert changed.fields == ("household", "group")
    async with database.read(NOW) as tx:
        homes = {row.name: row.household_id for row in await tx.all(select(residents))}
    assert homes["林婆"] == homes["黄明"] != homes["陈伯"]


async def test_a_known_identity_outweighs_a_changed_name(database: Database) -> None:
    number = "110101195003020032"
    await imported(database, sheet(CHEN.replace("||139", f"|{number}|139"), HUANG))
    renamed = CHEN.replace("||13900007001", f"|{number}|").replace("陈伯", "陈伯年").replace("|1|", "|9|")
    result = await imported(database, sheet(renamed, HUANG))
    assert [one.fields for one in result.plan.changed] == [("name",)]
    async with database.read(NOW) as tx:
        kept = await tx.all(select(residents))
    assert all(number.encode() not in (row.identity_hash or b"") for row in kept)


async def test_whoever_is_not_in_the_file_is_reported_and_stays(database: Database) -> None:
    await imported(database, sheet(CHEN, HUANG))
    result = await imported(database, sheet(HUANG))
    assert [resident.standing.name for resident in result.plan.missing] == ["陈伯"]
    assert await count(database, residents) == [2]


async def test_a_phone_that_vanished_is_reported_and_stays_linked(database: Database) -> None:
    await imported(database, sheet(CHEN, HUANG))
    result = await imported(database, sheet(CHEN.replace("13900007001", "13900007002"), HUANG))
    assert [resident.standing.name for resident in result.plan.lost_phones] == ["陈伯"]
    async with database.read(NOW) as tx:
        [elder] = [one for one in await known_residents(tx, result.village.id) if one.standing.name == "陈伯"]
    wanted = {database.keyring.index(f"+861390000700{last}", context=ADDRESS) for last in (1, 2)}
    assert set(elder.phones) == wanted
    assert set(elder.phones.values()) == {Proof.ROSTER}


async def test_a_shared_phone_is_one_contact_of_two(database: Database) -> None:
    await imported(database, sheet(CHEN, CHEN_WIFE))
    assert await count(database, contacts, contact_holders) == [1, 2]


async def test_sensitive_flags_need_a_tick_and_a_reason(database: Database) -> None:
    await imported(database, sheet(CHEN))
    assert await _flags(database) == []
    with pytest.raises(Refusal, match=r"roster\.reason_missing"):
        await imported(database, sheet(CHEN), SensitiveFlag.HARDSHIP, reason=" ")
    result = await imported(database, sheet(CHEN), SensitiveFlag.HARDSHIP, reason="冬季慰问")
    assert [one.fields for one in result.plan.changed] == [("flags",)]
    assert await _flags(database) == ["hardship"]
    async with database.read(NOW) as tx:
        actions = [row.action for row in await tx.all(select(audit_entries.c.action))]
    assert actions.count("roster.flags_kept") == 1


async def _flags(database: Database) -> list[str]:
    async with database.read(NOW) as tx:
        return [flag for row in await tx.all(select(residents.c.flags)) for flag in row.flags]


async def test_a_named_group_is_reported_until_the_village_adds_it(database: Database) -> None:
    line = CHEN.replace("三组", "坡尾组")
    result = await imported(database, sheet(line))
    assert [problem.reason for problem in sheet(line).problems] == ["group_unknown"]
    async with database.write(NOW) as tx:
        await add_area(tx, AreaKind.GROUP, "坡尾组", result.village)
        known = [group.name for group in await groups_of(tx, result.village.id)]
    rows = [["榕溪镇榕溪村居民花名册"], HEADER.split("|"), line.split("|")]
    again = await imported(database, read_roster(rows, TODAY, known))
    assert [one.fields for one in again.plan.changed] == [("group",)]


async def test_another_villages_file_is_not_taken(database: Database) -> None:
    await imported(database, sheet(CHEN))
    with pytest.raises(Refusal, match=r"roster\.village_unknown"):
        await imported(database, sheet(CHEN, village="柳溪村"))
    async with database.read(NOW) as tx:
        [village] = await all_villages(tx)
        shown = await preview(tx, village, sheet(CHEN, village="柳溪村"))
    assert shown.other_village == "柳溪村"


async def test_nothing_is_half_done(database: Database) -> None:
    def give_up(_done: int, _total: int) -> None:
        raise ValueError("the lights went out")

    with pytest.raises(ValueError, match="lights"):
        async with database.write(NOW) as tx:
            await import_roster(tx, None, sheet(CHEN, HUANG), progress=give_up, actor="cli")
    assert await count(database, residents, households, contacts) == [0, 0, 0]


async def test_two_of_one_name_and_birth_in_a_household_stay_two(database: Database) -> None:
    twins = (CHEN, "三组|1|陈小|孙|男|||13900007005|", "三组|1|陈小|孙女|女||||")
    await imported(database, sheet(*twins))
    result = await imported(database, sheet(*twins))
    assert (len(result.plan.new), result.plan.changed) == (0, ())


async def test_an_exported_roster_read_back_changes_nothing(database: Database, messy: RosterSheet) -> None:
    result = await imported(database, messy)
    async with database.read(NOW) as tx:
        rows = [list(EXPORT_HEADINGS), *(await export_rows(tx, result.village.id))]
    assert any("+8613900007001" in row for row in rows)
    again = await imported(database, read_roster(rows, TODAY))
    assert (len(again.plan.new), again.plan.missing, again.plan.lost_phones) == (0, (), ())
    assert [one.fields for one in again.plan.changed] == []
