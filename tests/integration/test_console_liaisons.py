"""Households that are paired with somebody in office: written down, visited by him, written to by him."""

import pytest
from sqlalchemy import select

from store.actions.liaisons import pair_with
from store.actions.staff import hand_over
from store.tables import duties, household_liaisons, residents, staff, tickets
from tests.acceptance.test_planning import typed
from tests.acceptance.test_visits import missed_two, tick
from tests.hub import Hub
from tests.integration.console_parts import signed_in
from tests.integration.test_console_people import facts, open_person

PAGE = "/console/people/liaisons"


async def paired(hub: Hub) -> dict[str, str]:
    """By the head of each household the name of who answers for it."""
    async with hub.books() as tx:
        rows = await tx.all(
            select(residents.c.name, staff.c.name.label("liaison"))
            .join(household_liaisons, household_liaisons.c.household_id == residents.c.household_id)
            .join(staff, staff.c.id == household_liaisons.c.staff_id)
            .where(residents.c.is_head.is_(True))
        )
    return {row.name: row.liaison for row in rows}


async def pair(hub: Hub, name: str, *homes: str) -> None:
    async with hub.books() as tx:
        await pair_with(tx, hub.village, hub.staff[name].id, homes, hub.staff["周文书"])


async def test_a_clerk_writes_down_who_answers_for_whom(hub: Hub) -> None:
    address = f"{PAGE}/{hub.village.id}/{hub.staff['何监委'].id}"
    async with signed_in(hub, "周文书") as browser:
        assert PAGE in (await browser.get("/console/people")).text
        await browser.get(PAGE)
        saved = await browser.press(address, names="林强、13900007001")
        assert saved.path.endswith("done=paired")
        assert "联系2户：" in saved.text
        assert "陈伯、林嫂" in saved.text
        assert await paired(hub) == {"陈伯": "何监委", "林嫂": "何监委"}
        await open_person(browser, hub, "林嫂")
        home = browser.page.text.partition('href="/console/people/homes/')[2].partition('"')[0]
        assert "何监委" in (await browser.get(f"/console/people/homes/{home}")).text
        await browser.get(PAGE)
        other = f"{PAGE}/{hub.village.id}/{hub.staff['李书记'].id}"
        await browser.press(other, names="陈伯")
        assert await paired(hub) == {"陈伯": "李书记", "林嫂": "何监委"}
        await browser.press(address, names="")
        assert await paired(hub) == {"陈伯": "李书记"}
    assert [actor for actor, _ in await facts(hub, "household.paired")] == [f"staff:{hub.staff['周文书'].id}"] * 3


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_who_is_not_known_is_named_and_nothing_is_kept(hub: Hub) -> None:
    await hub.add_household(2, ("陈伯", ""))
    other = await hub.neighbour_village("竹坑村")
    await other.add_household(1, ("竹伯", ""))
    address = f"{PAGE}/{hub.village.id}/{hub.staff['何监委'].id}"
    async with signed_in(hub, "周文书") as browser:
        for names, words in (
            ("林嫂 张三", "名册里没找到:张三"),
            ("陈伯", "有几个同名:陈伯"),
            ("竹伯", "名册里没找到:竹伯"),
        ):
            await browser.get(PAGE)
            refused = await browser.press(address, names=names)
            assert (refused.status, words in refused.text, names in refused.text) == (409, True, True)
        await browser.get(PAGE)
        fields = browser.hidden(address)
        for wrong in (f"{PAGE}/{other.village.id}/{hub.staff['何监委'].id}", f"{PAGE}/{hub.village.id}/999999"):
            assert (await browser.post(wrong, {**fields, "names": ""})).status == 404
    assert await paired(hub) == {}
    async with signed_in(hub, "黄水生") as browser:
        assert (await browser.get(PAGE)).status == 404


async def test_the_liaison_goes_to_the_door_and_not_the_grid_officer(hub: Hub) -> None:
    await pair(hub, "何监委", "陈伯")
    await missed_two(hub)
    await tick(hub)
    assert "1户没送到,请您上门说一声" in (await hub.told("何监委"))[-1]
    assert not any("上门" in text for text in await hub.told("黄水生"))
    await hub.text("何监委", "上门")
    await hub.text("何监委", "1")
    assert "记下了:三组陈伯告诉了" in (await hub.text("何监委", "告诉了"))[0]


async def test_whoever_has_no_duty_any_more_goes_nowhere(hub: Hub) -> None:
    await pair(hub, "何监委", "陈伯")
    async with hub.books() as tx:
        his = (duties.c.staff_id == hub.staff["何监委"].id, duties.c.ended_at.is_(None))
        await tx.run(duties.update().where(*his).values(ended_at=tx.now))
    await missed_two(hub)
    await tick(hub)
    async with hub.books() as tx:
        rows = await tx.all(select(tickets.c.assignee_id).where(tickets.c.place == "三组陈伯"))
    assert [row.assignee_id for row in rows] == [hub.staff["黄水生"].id]


async def test_households_are_handed_over_with_the_office(hub: Hub) -> None:
    await pair(hub, "何监委", "陈伯")
    async with hub.books() as tx:
        await hand_over(tx, hub.staff["何监委"], hub.staff["李书记"], actor="test")
    assert await paired(hub) == {"陈伯": "李书记"}


async def test_my_households_are_those_that_one_is_paired_with(hub: Hub) -> None:
    await pair(hub, "周文书", "陈伯", "黄明")
    [write, _, offered] = await typed(hub, "我联系的户", by="周文书")
    assert "名单" in write
    assert "2户" in offered
    for narrowed in ("我联系的户 60岁以上", "我联系的户 按人"):
        await hub.text("周文书", "发通知")
        assert "要挑几家,请写名单" in (await hub.text("周文书", narrowed))[0], narrowed
