"""The books at the console: entered, checked, made fit for everybody's eyes, and let out."""

import io
from collections.abc import AsyncIterator
from datetime import date

import pytest
import xlsxwriter
from aiohttp import FormData
from PIL import Image
from sqlalchemy import select

from store.actions.disclosures import add_item
from store.actions.kept_files import forget_files
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.files import blacked_out
from store.queries.disclosures import disclosure_for, item_in_books
from store.tables import audit_entries, disclosure_items, inbound_messages, tickets
from tests.hub import Hub
from tests.integration.console_parts import Answer, Browser, signed_in
from tests.pdfs import paper

OCTOBER = date(2026, 10, 1)
BOOKS = "/console/disclosures"
DITCH = {
    "category": "works",
    "title": "修三组水渠120米",
    "flow": "expenditure",
    "amount": "1.26万元",
    "text": "三家比价",
}


@pytest.fixture
async def desk(hub: Hub) -> AsyncIterator[Browser]:
    async with signed_in(hub, "周文书") as browser:
        yield browser


async def enter(desk: Browser, **fields: str) -> Answer:
    await desk.get(f"{BOOKS}/new?month=2026-10")
    return await desk.press(f"{BOOKS}/new", **{**DITCH, "when": "month", **fields})


async def send(desk: Browser, action: str, name: str, filename: str, content: bytes) -> Answer:
    form = FormData(quote_fields=False)
    for field, value in desk.hidden(action).items():
        form.add_field(field, value)
    form.add_field(name, content, filename=filename)
    async with desk.client.post(action, data=form) as response:
        desk.page = Answer(response.status, response.url.path_qs, await response.text(), response.headers)
    return desk.page


def picture(color: str = "white") -> bytes:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    Image.new("RGB", (120, 160), color).save(content, "JPEG", exif=exif)
    return content.getvalue()


def sheet(*rows: tuple[object, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate((("类别", "项目", "金额", "收支"), *rows)):
            page.write_row(number, 0, row)
    return content.getvalue()


async def test_an_item_is_entered_changed_and_taken_back(hub: Hub, desk: Browser) -> None:
    page = await enter(desk)
    assert (page.status, "记下了。" in page.text) == (200, True)
    item = page.path.partition("?")[0]
    page = await desk.press(f"{item}/change", **{**DITCH, "amount": "12500", "title": "修三组水渠"})
    assert "改好了" in page.text
    page = await desk.get(f"{BOOKS}?month=2026-10")
    assert "12,500.00元" in page.text
    await desk.get(item)
    page = await desk.press(f"{item}/take-back")
    assert "撤掉了" in page.text
    assert "一项都还没记" in page.text
    async with hub.books() as tx:
        facts = [row.action for row in await tx.all(select(audit_entries.c.action)) if "disclosure" in row.action]
    assert facts == ["disclosure.item_added", "disclosure.item_changed", "disclosure.item_removed"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "抽水泵维修,找老罗13900007009"}, "手机号"),
        ({"text": "卡号6222 0212 3456 7890 123"}, "银行卡号"),
        ({"list": "陈*强 440101197001011234"}, "身份证号"),
        ({"amount": "一千九左右吧"}, "金额"),
        ({"category": "", "flow": ""}, "请选哪一类"),
    ],
)
async def test_what_may_not_stand_there_is_refused_and_kept(
    hub: Hub, desk: Browser, fields: dict[str, str], said: str
) -> None:
    page = await enter(desk, **fields)
    assert (page.status, said in page.text) == (409, True)
    assert "三家比价" in page.text or "text" in fields
    async with hub.books() as tx:
        assert await tx.first(select(disclosure_items)) is None


async def test_a_double_press_enters_once(hub: Hub, desk: Browser) -> None:
    await desk.get(f"{BOOKS}/new?month=2026-10")
    fields = {**desk.hidden(f"{BOOKS}/new"), **DITCH, "when": "month"}
    await desk.post(f"{BOOKS}/new", fields)
    page = await desk.post(f"{BOOKS}/new", fields)
    assert "已经按过了" in page.text
    async with hub.books() as tx:
        assert len(await tx.all(select(disclosure_items))) == 1


async def test_what_is_missing_is_shown_and_nothing_can_be_said(desk: Browser) -> None:
    page = await desk.get(f"{BOOKS}?month=2026-09")
    assert page.text.count("还缺") == 7, "September ends a quarter: all but the free ones"
    page = await desk.press(f"{BOOKS}/nothing")
    assert "财务收支：本月没有" in page.text
    assert page.text.count("还缺") == 6


async def test_names_are_shortened_by_one_press(desk: Browser) -> None:
    page = await enter(
        desk, category="relief", flow="posted", title="低保发放,林强等24户", text="林强因病致贫,患尿毒症"
    )
    assert "写着全名：林强。" in page.text
    assert "说到病或者残疾：尿毒症。" in page.text
    assert "说到困难的原因：因病致贫。" in page.text
    item = page.path.partition("?")[0]
    page = await desk.press(f"{item}/shorten")
    assert "林*等24户" in page.text
    assert "写着全名" not in page.text


async def test_a_photo_loses_what_the_phone_wrote_into_it_and_is_blacked_out(hub: Hub, desk: Browser) -> None:
    page = await enter(desk)
    item = page.path.partition("?")[0]
    page = await send(desk, f"{item}/files", "file", "收据.jpg", picture())
    assert "加上了" in page.text
    async with hub.books() as tx:
        [file] = (await item_in_books(tx, hub.village.id, int(item.rpartition("/")[2]))).files
    assert b"SecretPhone" not in hub.files.path_of(file.sha256).read_bytes()
    black = f"{item}/files/{file.sha256}/black"
    await desk.get(black)
    page = await desk.press(black, s0="on", s95="on")
    assert "涂黑了" in page.text
    async with hub.books() as tx:
        [blacked] = (await item_in_books(tx, hub.village.id, int(item.rpartition("/")[2]))).files
    assert blacked.sha256 != file.sha256
    with Image.open(hub.files.path_of(blacked.sha256)) as shown:
        corners = [darkest_at(shown, *place) for place in ((2, 2), (118, 158), (60, 80))]
    assert [value < 30 for value in corners] == [True, True, False]
    for days, kept in ((0.9, {file.sha256, blacked.sha256}), (0.2, {blacked.sha256})):
        hub.clock.pass_time(days=days)
        async with hub.books() as tx:
            await forget_files(tx, hub.files, tx.now)
        assert {path.name for path in hub.files.all_paths()} == kept


async def test_what_stands_beside_another_item_too_stays(hub: Hub, desk: Browser) -> None:
    for _ in range(2):
        page = await enter(desk)
        item = page.path.partition("?")[0]
        await send(desk, f"{item}/files", "file", "收据.jpg", picture())
    [shared] = hub.files.all_paths()
    await desk.get(item)
    await desk.press(f"{item}/files/{shared.name}/detach")
    hub.clock.pass_time(days=1.1)
    async with hub.books() as tx:
        await forget_files(tx, hub.files, tx.now)
    assert hub.files.all_paths() == [shared]


async def clerk_brings_a_picture(hub: Hub) -> str:
    for said in ("记账", "1", "3"):
        await hub.text("周文书", said)
    await hub.say(hub.sms, hub.numbers["周文书"], "五组抽水泵维修", photo=picture())
    [kept] = hub.files.all_paths()
    return kept.name


async def forget_after(hub: Hub, days: float) -> set[str]:
    """The files that are left, and named by what came in."""
    hub.clock.pass_time(days=days)
    async with hub.books() as tx:
        await forget_files(tx, hub.files, tx.now)
        rows = await tx.all(select(inbound_messages.c.body))
    left = {path.name for path in hub.files.all_paths()}
    assert {sha256 for row in rows for sha256 in row.body["files"]} == left
    return left


async def test_a_picture_of_an_item_that_was_never_entered_leaves_once_nobody_speaks_of_it(hub: Hub) -> None:
    digest = await clerk_brings_a_picture(hub)
    assert await forget_after(hub, 1.1) == {digest}
    assert await forget_after(hub, 1.1) == set()


async def test_what_came_in_does_not_name_a_picture_that_was_blacked_out(hub: Hub, desk: Browser) -> None:
    digest = await clerk_brings_a_picture(hub)
    for said in ("2", "1,950元", "1"):
        await hub.text("周文书", said)
    assert await forget_after(hub, 1.1) == {digest}, "it stands beside the item"
    async with hub.books() as tx:
        [item] = await tx.all(select(disclosure_items.c.id))
    black = f"{BOOKS}/items/{item.id}/files/{digest}/black"
    await desk.sign_in("周文书")
    await desk.get(black)
    await desk.press(black, s0="on")
    hub.clock.pass_time(days=1.1)
    async with hub.books() as tx:
        await forget_files(tx, hub.files, tx.now)
        bodies = [row.body for row in await tx.all(select(inbound_messages.c.body))]
    assert digest not in {path.name for path in hub.files.all_paths()}
    assert [body["files"] for body in bodies if body["text"] == "五组抽水泵维修"] == [[]]


def darkest_at(picture: Image.Image, left: int, top: int) -> int:
    return min(picture.convert("L").crop((left, top, left + 1, top + 1)).tobytes())


def test_squares_are_counted_line_by_line() -> None:
    content = blacked_out(picture(), [12], 12, 16)
    with Image.open(io.BytesIO(content)) as shown:
        assert (darkest_at(shown, 4, 14), darkest_at(shown, 14, 4)) == (0, 255)


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("13900007009.jpg", picture(), "先改个名字"),
        ("工资.exe", b"MZ", "不是照片也不是PDF"),
        ("大.pdf", b"%PDF-" + b"0" * 5000, "不能超过10兆"),
    ],
)
async def test_a_file_that_will_not_do(
    hub: Hub, desk: Browser, monkeypatch: pytest.MonkeyPatch, filename: str, content: bytes, said: str
) -> None:
    monkeypatch.setattr("store.files.MAX_BYTES", 4000)
    item = (await enter(desk)).path.partition("?")[0]
    page = await send(desk, f"{item}/files", "file", filename, content)
    assert said in page.text
    assert "13900007009" not in page.text
    hub.clock.pass_time(days=1.1)
    async with hub.books() as tx:
        await forget_files(tx, hub.files, tx.now)
    assert hub.files.all_paths() == []


async def test_the_words_of_a_paper_are_looked_at(hub: Hub, desk: Browser) -> None:
    item = (await enter(desk)).path.partition("?")[0]
    page = await send(desk, f"{item}/files", "file", "合同.pdf", paper("修三组水渠", "有事找老罗13900007009"))
    assert (page.status, "第2页里像有手机号" in page.text) == (409, True)
    await desk.get(item)
    page = await send(desk, f"{item}/files", "file", "名单.pdf", paper("林强因病致贫", ""))
    assert "文件“名单.pdf”：写着全名：林强。" in page.text
    assert "文件“名单.pdf”：第2页的字机器看不到" in page.text
    page = await desk.get(f"{BOOKS}/publish?month=2026-10")
    assert "文件“名单.pdf”：说到困难的原因：因病致贫。" in page.text
    async with hub.books() as tx:
        [file] = (await item_in_books(tx, hub.village.id, int(item.rpartition("/")[2]))).files
    assert file.name == "名单.pdf"


async def test_a_sheet_is_brought_in_whole_or_not_at_all(desk: Browser) -> None:
    await desk.get(f"{BOOKS}?month=2026-10")
    good, bad = ("工程项目", "修三组水渠", 12600, "支出"), ("低保救助", "发给林强13900007009", "", "公示")
    page = await send(desk, f"{BOOKS}/import", "sheet", "十月.xlsx", sheet(good, bad))
    assert page.status == 409
    assert "第3行B列“项目”: 有手机号" in page.text
    assert "13900007009" not in page.text
    page = await send(desk, f"{BOOKS}/import", "sheet", "十月.xlsx", sheet(good))
    assert "修三组水渠" in page.text
    await desk.get(f"{BOOKS}?month=2026-10")
    page = await send(desk, f"{BOOKS}/import", "sheet", "十月.txt", b"\x00\x01")
    assert page.status == 409


async def test_a_month_is_let_out_once_somebody_has_looked(hub: Hub, desk: Browser) -> None:
    await enter(desk, title="低保发放,林强", category="relief", flow="posted")
    await desk.get(f"{BOOKS}/publish?month=2026-10")
    assert "【榕溪村】10月账" in desk.page.text
    async with desk.client.get(f"{BOOKS}/publish?month=2026-10", headers={"Accept-Language": "en"}) as answer:
        assert "【榕溪村】10月账" in await answer.text(), "as the village hears it, not as the clerk reads"
    fields = desk.hidden(f"{BOOKS}/publish")
    page = await desk.post(f"{BOOKS}/publish", fields)
    assert (page.status, "看过了就在下面打勾" in page.text) == (409, True)
    page = await desk.press(f"{BOOKS}/publish", looked="1")
    assert "公开了，发出3条消息。" in page.text
    assert (await hub.told("陈伯"))[-1].startswith("【榕溪村】10月账")
    async with hub.books() as tx:
        month = await disclosure_for(tx, hub.village.id, OCTOBER)
        actors = {row.actor for row in await tx.all(select(audit_entries)) if row.action == "disclosure.published"}
    assert month
    assert month.published_at
    assert actors == {f"staff:{hub.staff['周文书'].id}"}


@pytest.mark.parametrize("meanwhile", ["item", "file"])
async def test_what_came_in_after_the_look_does_not_go_out_unseen(desk: Browser, meanwhile: str) -> None:
    item = (await enter(desk, title="低保发放,林强", category="relief", flow="posted")).path.partition("?")[0]
    await desk.get(f"{BOOKS}/publish?month=2026-10")
    seen = desk.hidden(f"{BOOKS}/publish")
    if meanwhile == "file":
        await desk.get(item)
        await send(desk, f"{item}/files", "file", "收据.jpg", picture())
    else:
        await enter(desk, title="低保发放,陈伯", category="relief", flow="posted")
    page = await desk.post(f"{BOOKS}/publish", {**seen, "looked": "1"})
    assert (page.status, "有人记了账或者改了账" in page.text) == (409, True)
    assert ("写着全名：陈伯" in page.text) is (meanwhile == "item"), "shown anew"
    again = {**desk.hidden(f"{BOOKS}/publish"), "looked": "1"}
    assert "公开了" in (await desk.post(f"{BOOKS}/publish", again)).text
    assert "已经按过了" in (await desk.post(f"{BOOKS}/publish", again)).text


async def test_the_month_that_runs_is_not_let_out(hub: Hub, desk: Browser) -> None:
    async with hub.books() as tx:
        entry = Entry(DisclosureCategory.OTHER, "修路", Flow.POSTED)
        await add_item(tx, hub.village, date(2026, 11, 1), entry, hub.staff["周文书"])
    await desk.get(f"{BOOKS}?month=2026-11")
    token = desk.hidden("/console/sign-out")
    page = await desk.post(f"{BOOKS}/publish", {**token, "month": "2026-11", "looked": "1"})
    assert (page.status, "还没过完" in page.text) == (409, True)


async def test_an_urgent_item_reaches_the_village_at_once(hub: Hub, desk: Browser) -> None:
    page = await enter(desk, category="land", title="征收二组旱地3亩", flow="posted", amount="", when="now")
    assert "正在告诉全村" in page.text
    assert "征收二组旱地3亩" in (await hub.told("陈伯"))[-1]


async def test_what_was_asked_for_is_answered_to_everybody(hub: Hub) -> None:
    await hub.text("陈伯", "村里的账请公开鱼塘租金用在哪里了")
    async with hub.books() as tx:
        await tx.run(tickets.update().values(category="disclosure", assignee_id=hub.staff["何监委"].id))
        ticket = await tx.first(select(tickets))
    async with signed_in(hub, "何监委") as supervisor:
        page = await supervisor.get(f"{BOOKS}/asked")
        assert "鱼塘租金" in page.text
        assert "陈伯" not in page.text
        assert "11月23日" in page.text, "five days after it was asked"
        await supervisor.get(f"{BOOKS}/new?month=2026-10&ticket={ticket.id}")
        said = {"category": "other", "flow": "posted", "title": "鱼塘租金的去处", "when": "month"}
        page = await supervisor.press(f"{BOOKS}/new", **said)
        assert (page.status, "请把回答写在说明里" in page.text) == (409, True)
        page = await supervisor.press(f"{BOOKS}/new", **said, text="修了三组水渠")
        assert page.status == 200
        page = await supervisor.get(f"{BOOKS}?month=2026-10")
        assert "乡亲要求公开" in page.text
        refused = await supervisor.post(f"{BOOKS}/new", {**supervisor.hidden("/console/sign-out"), **DITCH})
        assert refused.status in {404, 409}
