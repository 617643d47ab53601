"""Every address of the people and of those in office as every role: nobody sees or does what his role may not."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from store.actions.roster_uploads import keep_upload
from store.domain.people import Role
from store.tables import residents
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, also_on_postgresql

EVERYBODY = ("陈伯", "林嫂", "林强", "黄明", "黄老太")
OF_GROUP_3 = ("陈伯", "林嫂", "林强")


@dataclass(frozen=True)
class May:
    """What one may: whom he sees, whom he may write to, whether he keeps the roster, sees marks, runs offices."""

    sees: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    keeps: bool = False
    marks: bool = False
    office: bool = False


MAY = {
    "周文书": May(EVERYBODY, EVERYBODY, keeps=True, marks=True),
    "李书记": May(EVERYBODY, EVERYBODY, keeps=True, office=True),
    "黄水生": May(OF_GROUP_3, OF_GROUP_3),
    "何监委": May(),
    "赵工": May(EVERYBODY, office=True),
    "管账号的": May(office=True),
    "帮扶员": May(EVERYBODY, marks=True),
    "登记员": May(EVERYBODY, EVERYBODY, keeps=True),
    "调解员": May(),
    "隔壁文书": May(),
    "": May(),
}


@pytest.fixture
async def walked(hub: Hub) -> Hub:
    other = await hub.neighbour_village("竹坑村")
    await hub.add_officer("管账号的", "+8613900007021", (Role.ADMINISTRATOR, hub.village))
    await hub.add_officer("帮扶员", "+8613900007022", (Role.WELFARE, hub.village))
    await hub.add_officer("登记员", "+8613900007023", (Role.POPULATION, hub.village))
    await hub.add_officer("调解员", "+8613900007024", (Role.MEDIATOR, hub.village))
    await other.add_officer(
        "隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village), (Role.WELFARE, other.village)
    )
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    return hub


async def household_of(hub: Hub, name: str) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(residents.c.household_id).where(residents.c.id == hub.residents[name])))


async def all_rows(hub: Hub) -> list[tuple[object, ...]]:
    async with hub.books() as tx:
        return [tuple(row) for row in await tx.all(select(residents).order_by(residents.c.id))]


async def status(browser: Browser, path: str) -> int:
    page = await browser.get(path)
    return 401 if page.path == "/console/sign-in" else page.status


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(MAY, "周文书", "黄水生"), indirect=["stores"])
async def test_a_walk_of_all_pages(walked: Hub, name: str) -> None:
    hub, may = walked, MAY[name]
    async with hub.books() as tx:
        upload = await keep_upload(tx, hub.village, "x.csv", "姓名\n新来的\n".encode(), 1, hub.staff["周文书"])
    async with a_browser(hub) as browser:
        if name:
            await browser.sign_in(name)
        no = 404 if name else 401

        def yes(*, may_he: bool) -> int:
            return 200 if may_he else no

        listed = await browser.get(f"/console/people?village={hub.village.id}")
        assert {one for one in EVERYBODY if one in listed.text} == set(may.sees)
        own = name == "隔壁文书"
        for path in ("import", "lists", "requests", "retention", "assessment"):
            assert await status(browser, f"/console/people/{path}") == yes(may_he=may.keeps or own), path
            if own:
                assert "竹坑村" in browser.page.text
                assert await status(browser, f"/console/people/{path}?village={hub.village.id}") == 404
        assert await status(browser, "/console/people/homes/new") == yes(may_he=bool(may.changes) or own)
        assert await status(browser, f"/console/people/import/{upload}") == yes(may_he=may.keeps)
        for one in ("陈伯", "黄明"):
            path = f"/console/people/{hub.residents[one]}"
            sees = one in may.sees
            assert await status(browser, path) == yes(may_he=sees), one
            assert ("13900007" in browser.page.text) is False
            home_path = f"/console/people/homes/{await household_of(hub, one)}"
            assert await status(browser, home_path) == yes(may_he=sees), one
            assert await status(browser, f"{path}/flags") == yes(may_he=sees and may.marks), one
            assert await status(browser, f"{path}/merge") == yes(may_he=sees and may.keeps), one
            assert await status(browser, f"{path}/kept") == yes(may_he=sees and may.keeps), one
        assert await status(browser, "/console/offices") == yes(may_he=may.office)
        for other in ("周文书", "何监委"):
            assert await status(browser, f"/console/offices/{hub.staff[other].id}") == yes(may_he=may.office), other
        for path in ("/console/people/999999", "/console/people/homes/999999", "/console/offices/999999"):
            assert await status(browser, path) == no
