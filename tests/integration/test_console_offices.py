"""Those in office at the console: added, given duties, linked, and followed by a successor in one step."""

import re

import pytest
from sqlalchemy import select

from store.actions.areas import add_area
from store.actions.staff import add_staff
from store.domain.areas import AreaKind
from store.domain.errors import Refusal
from store.domain.people import Role
from store.queries.areas import area_by_id
from store.queries.people import staff_by_id, staff_of_village
from store.tables import audit_entries, console_sessions, staff
from tests.hub import Hub
from tests.integration.console_parts import a_browser, signed_in

OFFICES = "/console/offices"


async def duties_of(hub: Hub, name: str) -> set[Role]:
    async with hub.books() as tx:
        found = [one for one in await staff_of_village(tx, hub.village.path) if one.name == name]
    return {duty.role for one in found for duty in one.duties}


async def test_somebody_is_added_given_a_duty_and_a_code_by_which_he_comes_in(hub: Hub) -> None:
    async with signed_in(hub, "李书记") as browser:
        await browser.get(OFFICES)
        unclear = await browser.press(OFFICES, village=str(hub.village.id), name="刘会计", role="")
        assert (unclear.status, 'value="刘会计"' in unclear.text) == (409, True)
        added = await browser.press(OFFICES, name="刘会计", role="accountant")
        assert ("添上了" in added.text, "会计" in added.text) == (True, True)
        path = added.path.partition("?")[0]
        given = await browser.press(f"{path}/give", role="grid_officer", group=str(hub.groups[1].id))
        assert "网格员（二组）" in given.text
        coded = await browser.press(f"{path}/link-code")
        [code] = re.findall(r'class="big-code">(\d{8})<', coded.text)
        await browser.get(path)
        taken = await browser.press(f"{path}/take", role="grid_officer", area=str(hub.groups[1].id))
        assert "不再归他" in taken.text
        last = await browser.post(
            f"{path}/take", {**browser.hidden(f"{path}/give"), "role": "accountant", "area": str(hub.village.id)}
        )
        assert (last.status, "请用“交接”" in last.text) == (409, True)
    hub.numbers["刘会计"] = "+8613900007018"
    assert any("刘会计" in text for text in await hub.text("刘会计", f"关联{code}"))
    assert await duties_of(hub, "刘会计") == {Role.ACCOUNTANT}


async def test_who_is_in_office_is_not_added_a_second_time(hub: Hub) -> None:
    async with signed_in(hub, "李书记") as browser:
        await browser.get(OFFICES)
        refused = await browser.press(OFFICES, village=str(hub.village.id), name=" 周文书 ", role="front_desk")
        assert (refused.status, "已经有一位周文书在任" in refused.text) == (409, True)
        await browser.get(OFFICES)
        assert "添上了" in (await browser.press(OFFICES, name="周文书(三组)", role="accountant")).text
    other = await hub.neighbour_village("竹坑村")
    async with hub.books() as tx:
        town = await area_by_id(tx, hub.village.parent_id or 0)
        with pytest.raises(Refusal, match=r"staff\.name_taken"):
            await add_staff(tx, other.village, "赵工", [(Role.TOWN_OFFICIAL, town)])
        assert await add_staff(tx, other.village, "周文书", [(Role.FRONT_DESK, other.village)])


async def test_an_office_is_handed_over_in_one_step(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    leaver = hub.staff["黄水生"]
    async with a_browser(hub) as other:
        await other.sign_in("黄水生")
        async with signed_in(hub, "李书记") as browser:
            page = await browser.get(f"{OFFICES}/{leaver.id}")
            assert "手上1件没办完的事" in page.text
            missing = await browser.press(f"{OFFICES}/{leaver.id}/hand-over", to="")
            assert (missing.status, "请选谁接任" in missing.text) == (409, True)
            done = await browser.press(f"{OFFICES}/{leaver.id}/hand-over", to=str(hub.staff["周文书"].id))
            assert ("交接好了" in done.text, "黄水生" in done.text) == (True, False)
            assert (await browser.get(f"{OFFICES}/{leaver.id}")).status == 404
        assert (await other.get("/console/tickets")).path == "/console/sign-in"
    async with hub.books() as tx:
        successor = await staff_by_id(tx, hub.staff["周文书"].id)
        assert successor.holds(Role.GRID_OFFICER, hub.groups[2].path)
        assert await tx.scalar(select(staff.c.ended_at).where(staff.c.id == leaver.id)) is not None


async def test_a_village_does_not_give_the_duties_that_watch_over_it(hub: Hub) -> None:
    path = f"{OFFICES}/{hub.staff['周文书'].id}"
    async with signed_in(hub, "李书记") as browser:
        page = await browser.get(path)
        assert 'value="supervisors"' not in page.text
        for role in ("supervisors", "party_branch", "administrator", "town_official"):
            refused = await browser.press(f"{path}/give", role=role)
            assert (refused.status, "由镇里安排" in refused.text) == (409, True), role
        watcher = f"{OFFICES}/{hub.staff['何监委'].id}"
        await browser.get(watcher)
        refused = await browser.press(f"{watcher}/hand-over", to=str(hub.staff["周文书"].id))
        assert refused.status == 409
        refused = await browser.post(f"{watcher}/link-code", browser.hidden("/console/sign-out"))
        assert (refused.status, "由镇里安排" in refused.text, "big-code" in refused.text) == (409, True, False)
    async with signed_in(hub, "赵工") as browser:
        await browser.get(path)
        given = await browser.press(f"{path}/give", role="administrator")
        assert "职责加上了" in given.text
    assert Role.ADMINISTRATOR in await duties_of(hub, "周文书")


async def test_nobody_gets_a_code_for_an_office_that_reaches_further_than_his_own(hub: Hub) -> None:
    async with hub.books() as tx:
        county = await add_area(tx, AreaKind.COUNTY, "清溪县", None)
        duties = [(Role.ADMINISTRATOR, county), (Role.ACCOUNTANT, hub.village)]
        steward = await add_staff(tx, hub.village, "孙科长", duties)
    async with signed_in(hub, "赵工") as browser:
        page = await browser.get(f"{OFFICES}/{steward.id}")
        assert "孙科长" in page.text
        refused = await browser.press(f"{OFFICES}/{steward.id}/link-code")
        assert (refused.status, "big-code" in refused.text) == (409, False)
        clerk = hub.staff["周文书"].id
        await browser.get(f"{OFFICES}/{clerk}")
        assert "big-code" in (await browser.press(f"{OFFICES}/{clerk}/link-code")).text
    async with hub.books() as tx:
        made = (audit_entries.c.action == "staff.link_code", audit_entries.c.subject == f"staff:{clerk}")
        assert await tx.scalar(select(audit_entries.c.actor).where(*made)) == f"staff:{hub.staff['赵工'].id}"


async def test_who_gets_a_duty_that_asks_for_a_code_signs_in_anew(hub: Hub) -> None:
    leader = hub.staff["黄水生"]
    async with a_browser(hub) as other:
        await other.sign_in("黄水生")
        async with signed_in(hub, "李书记") as browser:
            await browser.get(f"{OFFICES}/{leader.id}")
            await browser.press(f"{OFFICES}/{leader.id}/give", role="front_desk")
        assert (await other.get("/console/tickets")).path == "/console/sign-in"
    async with hub.books() as tx:
        ended = await tx.all(select(console_sessions.c.ended_at).where(console_sessions.c.staff_id == leader.id))
    assert ended
    assert all(row.ended_at for row in ended)
