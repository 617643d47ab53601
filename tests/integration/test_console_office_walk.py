"""Figures, settings, the book and long work as every role: nobody finds what his role may not see, nothing breaks."""

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from store.actions.accounts import add_account
from store.domain.accounts import AccountKind
from store.domain.people import Role
from store.tables import area_settings, audit_entries, channel_accounts, tasks
from tests.hub import Hub
from tests.integration.console_parts import a_browser, also_on_postgresql
from tests.integration.office_parts import add_administrator

FIGURES, BOOK, SETTINGS, JOBS = "/console/figures", "/console/audit", "/console/settings", "/console/jobs"
WORDS = f"{SETTINGS}/words/zh_CN/thanks/chat"
PAGES = {
    FIGURES: "figures",
    f"{FIGURES}?from=x&to=y": "figures",
    BOOK: "book",
    f"{BOOK}?after=1&since=x&who=staff:1&kind=ticket&number=1": "book",
    SETTINGS: "settings",
    f"{SETTINGS}/changes": "settings",
    f"{SETTINGS}/calendar?month=2026-11": "settings",
    f"{SETTINGS}/roster": "settings",
    f"{SETTINGS}/roles": "settings",
    f"{SETTINGS}/channels": "settings",
    f"{SETTINGS}/texts?text=停水": "settings",
    f"{SETTINGS}/words": "settings",
    WORDS: "settings",
    f"{SETTINGS}/channels/new?kind=kannel": "channels",
    JOBS: "jobs",
}
PRESSES = {
    f"{FIGURES}/xlsx": "figures",
    f"{FIGURES}/pdf": "figures",
    f"{BOOK}/verify": "book",
    f"{BOOK}/export": "book",
    f"{SETTINGS}/set/landline": "set",
    f"{SETTINGS}/set/town_approval_size": "set_town",
    f"{SETTINGS}/name": "set",
    f"{SETTINGS}/calendar": "set",
    f"{SETTINGS}/roster": "settings",
    f"{SETTINGS}/texts": "channels",
    WORDS: "set",
    f"{SETTINGS}/channels/new": "channels",
    f"{SETTINGS}/channels/{{account}}/test": "channels",
    f"{SETTINGS}/channels/{{account}}/start": "channels",
}
_RUNS = {"figures", "book", "settings", "set", "jobs"}

# What each may do in 榕溪村.
MAY = {
    "李书记": _RUNS,
    "周文书": {"figures", "settings", "jobs"},
    "黄水生": {"jobs"},
    "何监委": {"figures", "book", "jobs"},
    "赵工": _RUNS | {"set_town"},
    "陈管理": _RUNS | {"set_town", "channels"},
    "会计": {"jobs"},
    "隔壁书记": {"jobs"},
    "隔壁管理": {"jobs"},
    "": set[str](),
}


@dataclass(frozen=True)
class Scene:
    hub: Hub
    account: int


@pytest.fixture
async def scene(hub: Hub) -> Scene:
    other = await hub.neighbour_village("竹坑村")
    await hub.add_officer("会计", "+8613900007018", (Role.ACCOUNTANT, hub.village))
    await other.add_officer("隔壁书记", "+8613900007082", (Role.PARTY_BRANCH, other.village))
    await other.add_officer("隔壁管理", "+8613900007083", (Role.ADMINISTRATOR, other.village))
    await add_administrator(hub)
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    given = {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村"}
    async with hub.books() as tx:
        account = await add_account(tx, hub.village.id, AccountKind.ALIYUN, "阿里云", given, actor="test")
    return Scene(hub, account.id)


def _here(path: str, area_id: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}area={area_id}"


async def _state(hub: Hub) -> tuple[int, ...]:
    counted = (audit_entries, area_settings, channel_accounts, tasks)
    async with hub.books() as tx:
        return tuple([int(await tx.scalar(select(func.count()).select_from(table))) for table in counted])


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(MAY, "陈管理"), indirect=["stores"])
async def test_a_walk_of_all_addresses(scene: Scene, name: str) -> None:
    hub = scene.hub
    async with a_browser(hub) as browser:
        if name:
            assert (await browser.sign_in(name)).path == "/console/today"
            fields = browser.hidden("/console/sign-out")
        else:
            fields = {}
        for path, needs in PAGES.items():
            page = await browser.get(path if needs == "jobs" else _here(path, hub.village.id))
            if not name:
                assert page.path == "/console/sign-in", path
            else:
                assert page.status == (200 if needs in MAY[name] else 404), path
                assert "榕溪村" not in page.text or needs in MAY[name], path
        for path in (f"{JOBS}/99999", f"{JOBS}/99999/file", _here(FIGURES, 999), _here(SETTINGS, 999)):
            assert (await browser.get(path)).status in ({404} if name else {200}), path
        before = await _state(hub)
        given = {**fields, "area": str(hub.village.id), "account": str(scene.account), "code": "x", "kind": "aliyun"}
        for press, needs in PRESSES.items():
            path = press.format(account=scene.account)
            answer = await browser.post(path, {**given, "form": "1"}) if needs not in MAY[name] else None
            assert answer is None or answer.status in ({403, 404, 409} if name else {401}), path
        assert await _state(hub) == before
        for press, needs in PRESSES.items():
            if needs in MAY[name]:
                path = press.format(account=scene.account)
                async with browser.client.post(path, data={**given, "form": "1"}) as allowed:
                    assert allowed.status in {200, 409}, press


async def test_the_navigation_offers_what_is_open(scene: Scene) -> None:
    rooms = {"数字": "figures", "设置": "settings", "记录": "book", "在办的活": "jobs"}
    for name in ("周文书", "黄水生"):
        async with a_browser(scene.hub) as browser:
            page = await browser.sign_in(name)
            offered = {needs for label, needs in rooms.items() if f">{label}</a>" in page.text}
        assert offered == MAY[name]
