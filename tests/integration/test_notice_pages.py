"""A notice as everybody may open it, its picture for chat groups, and its certificate as a sheet."""

import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from sqlalchemy import select

from bot.commands.notice_reports import read_report
from bot.pages import static_routes
from console.public.poster import WIDTH
from console.public.site import public_application
from notifier.emergencies import give_all_clear
from store.actions.notice_controls import cancel_notice
from store.domain.emergencies import Source, Warned
from store.domain.errors import NotFound
from store.queries.emergencies import emergency_of
from store.queries.notices import notice_by_id
from store.sheets import read_sheet
from store.tables import audit_entries, notices
from store.workbooks import workbook
from tests.acceptance.test_emergencies import WHAT_TO_DO
from tests.acceptance.test_ledger import set_states
from tests.acceptance.test_notices import WATER, sent_to_village, written
from tests.hub import RENDERER, Hub
from tests.integration.test_console_emergencies import warned

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[Client]:
    application = web.Application()
    application.add_routes(static_routes())
    application.add_subapp("/v", public_application(hub.database, hub.files, "https://village.example", hub.clock))
    async with TestClient(TestServer(application)) as opened:
        yield opened


def path_of(hub: Hub, name: str = "") -> str:
    return f"/v/{hub.village.id}/notices/26001/{name}"


async def test_a_notice_to_the_village_has_a_page_and_a_picture(hub: Hub, client: Client) -> None:
    await sent_to_village(hub)
    page = await (await client.get(path_of(hub))).text()
    assert WATER in page
    assert "榕溪村通知26001号" in page
    assert "2026年11月18日发出" in page
    assert "6123456" in page
    assert not [name for name in (*hub.residents, *hub.staff) if name in page]
    answer = await client.get(path_of(hub, "group.png"))
    assert (answer.status, answer.content_type) == (200, "image/png")
    with Image.open(io.BytesIO(await answer.read())) as picture:
        assert picture.width == WIDTH


async def test_what_a_notice_holds_is_text(hub: Hub, client: Client) -> None:
    await sent_to_village(hub)
    async with hub.books() as tx:
        await tx.run(notices.update().values(text='<script>alert("1")</script>\n{{7*7}}'))
    page = await (await client.get(path_of(hub))).text()
    assert "<script" not in page
    assert "{{7*7}}" in page


async def test_an_emergency_names_source_time_and_level_everywhere_and_says_when_it_is_over(
    hub: Hub, client: Client
) -> None:
    notice = await warned(hub)
    says, over = "青榕县气象台11月18日 12:00发台风黄色预警", "11月18日 13:00已经解除。"
    root = f"/v/{hub.village.id}/"
    everywhere = (root, f"{root}notices/", path_of(hub), f"{root}screen/", f"{root}feed.atom")
    for path in everywhere:
        page = await (await client.get(path)).text()
        assert (says in page, WHAT_TO_DO in page, "已经解除" in page) == (True, True, False), path
    before = await (await client.get(path_of(hub, "group.png"))).read()
    hub.clock.pass_time(hours=1)
    async with hub.books() as tx:
        lifted = Warned(Source.WEATHER_STATION, "青榕县气象台", tx.now, evidence="解除台风黄色预警信号")
        await give_all_clear(tx, RENDERER, await emergency_of(tx, notice.id), hub.staff["周文书"], lifted)
    for path in (root, f"{root}notices/", path_of(hub), f"{root}screen/?sheet=1", f"{root}feed.atom"):
        page = await (await client.get(path)).text()
        assert (says in page, over in page) == (True, True), path
    assert await (await client.get(path_of(hub, "group.png"))).read() != before
    page = await (await client.get(f"/v/{hub.village.id}/notices/26002/")).text()
    assert ("解除通知" in page, "青榕县气象台11月18日 13:00通知" in page) == (True, True)
    assert "台风解除了(应急通知26001号)" in page
    english = await client.get(path_of(hub), headers={"Accept-Language": "en"})
    assert "Over since November 18 13:00." in await english.text()


@pytest.mark.parametrize("name", ["", "group.png"])
async def test_what_is_not_out_has_no_page(hub: Hub, client: Client, name: str) -> None:
    await written(hub)
    assert (await client.get(path_of(hub, name))).status == 404
    await hub.text("周文书", "1")
    assert (await client.get(path_of(hub, name))).status == 404


async def test_a_notice_to_one_group_has_no_page(hub: Hub, client: Client) -> None:
    await written(hub, to="三组")
    await hub.text("周文书", "1")
    assert await hub.told("陈伯")
    assert (await client.get(path_of(hub))).status == 404
    assert (await client.get(path_of(hub, "group.png"))).status == 404


async def test_what_was_called_off_has_no_page_any_more(hub: Hub, client: Client) -> None:
    hub.clock.pass_time(hours=10)
    await sent_to_village(hub)
    async with hub.books() as tx:
        await cancel_notice(tx, await notice_by_id(tx, 1), hub.staff["周文书"])
    assert (await client.get(path_of(hub))).status == 404


@pytest.mark.parametrize("path", ["/v/999/notices/26001/", "/v/1/notices/26001/", "/v/3/notices/26999/"])
async def test_other_addresses_say_so(hub: Hub, client: Client, path: str) -> None:
    await sent_to_village(hub)
    answer = await client.get(path)
    assert answer.status == 404
    assert "没有这个网页" in await answer.text()


async def test_the_certificate_as_a_sheet(hub: Hub, tmp_path: Path) -> None:
    await hub.add_household(2, ("覃奶奶", ""))
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 林嫂="failed", 黄明="sent")
    async with hub.books() as tx:
        report = await read_report(tx, hub.village, 26001)
    (tmp_path / "reach.xlsx").write_bytes(workbook("送达情况", report.lines))
    rows = read_sheet(tmp_path / "reach.xlsx")
    assert rows[0][0] == "通知26001号:共4户,收到1户,上门告诉0户,合25.0%"
    assert [rows[line][0] for line in (1, 2)] == ["发给:榕溪村 全村", "还没有全部落实"]
    by_name = {row[2]: row for row in rows[5:]}
    assert [by_name[name][3] for name in ("陈伯", "林嫂", "黄明", "覃奶奶")] == [
        "收到",
        "没送到",
        "发出去了,没有回执",
        "没送到",
    ]
    assert by_name["陈伯"][5:7] == ["短信", "139****7001"]
    assert by_name["覃奶奶"][4:7] == ["没有电话", "", ""]
    assert str(date(2026, 11, 18)) in str(by_name["陈伯"][7])
    async with hub.books() as tx:
        actions = await tx.all(select(audit_entries.c.action))
        with pytest.raises(NotFound):
            await read_report(tx, hub.village, 26002)
    assert "notice.report_exported" in {row.action for row in actions}
