"""The village's open pages as everybody gets them: whole without a script, without a cookie, without a person."""

import html
import re
from collections.abc import AsyncIterator
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar
from sqlalchemy import select
from yarl import URL

from store.actions.areas import change_setting
from store.actions.residents import mark_gone
from store.actions.series_changes import change_place
from store.domain.areas import AreaKind
from store.domain.people import Gone
from store.queries.areas import settings_for
from store.queries.people import staff_by_id
from store.queries.public_disclosures import lists_posted
from store.queries.residents import home_seen_by
from store.queries.service_days import service_days_ahead
from store.tables import audit_entries, disclosure_items, matters, reading_links
from tests.hub import Hub, parent_of
from tests.integration.public_village import NAMES, PUBLIC_URL, Client, Filled, fill_board, reader_of

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def filled(hub: Hub) -> Filled:
    return await fill_board(hub)


@pytest.fixture
async def reader(hub: Hub, filled: Filled) -> AsyncIterator[Client]:
    assert filled.receipts
    async with reader_of(hub) as opened:
        yield opened


def pages_of(hub: Hub, filled: Filled) -> list[str]:
    root = f"/v/{hub.village.id}/"
    counted = f"{root}matters/{filled.counted.id}/"
    named = (
        "notices/",
        "notices/26001/",
        "disclosures/",
        "disclosures/2026-10",
        "matters/",
        "receipt/",
        "service-days/",
    )
    return [
        root,
        *(f"{root}{name}" for name in (*named, "services/", "contact/", "screen/")),
        counted,
        f"{counted}ballots",
    ]


async def text_of(reader: Client, path: str) -> str:
    async with reader.get(path) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def test_no_page_names_anybody_sets_a_cookie_or_asks_elsewhere(hub: Hub, filled: Filled, reader: Client) -> None:
    for path in [*pages_of(hub, filled), f"/v/{hub.village.id}/feed.atom", f"/v/{hub.village.id}/service-days.ics"]:
        async with reader.get(path) as answer:
            page = await answer.text()
        assert (answer.status, dict(answer.cookies)) == (200, {}), path
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive", path
        people = [name for name in (*hub.residents, *hub.staff, "王律师", NAMES, "UNPUBLISHED") if name in page]
        assert people == [], path
        assert "13900007009" not in page, path
        assert not re.search(r'(?:src|action)="(?:https?:)?//', page), path
        scripts = re.findall(r"<script[^>]*>", page)
        assert len(scripts) == (1 if path.endswith("screen/") else 0), path


async def test_search_engines_are_asked_to_stay_away(reader: Client) -> None:
    assert await text_of(reader, "/robots.txt") == "User-agent: *\nDisallow: /\n"


async def test_every_link_of_every_page_leads_somewhere(hub: Hub, filled: Filled, reader: Client) -> None:
    links = set()
    for path in pages_of(hub, filled):
        here = reader.make_url(path)
        found = re.findall(r'(?:href|src)="([^"#]+)', await text_of(reader, path))
        links |= {here.join(URL(html.unescape(one))) for one in found}
    ours = sorted(link.path_qs for link in links if link.host == "127.0.0.1" and not link.path.startswith("/static"))
    assert len(ours) >= 18
    for link in ours:
        async with reader.get(link) as answer:
            assert answer.status == 200, link


async def test_the_front_page_has_the_newest_of_everything(hub: Hub, reader: Client) -> None:
    page = await text_of(reader, f"/v/{hub.village.id}/")
    for shown in ("停水", "征收二组旱地3亩", "24,000.00元", "晒谷场装6盏路灯", "星期四", "6123456", "办事指南"):
        assert shown in page


SEARCHES = (
    ("q=水渠", "修三组水渠", "林地租金"),
    ("q=比价", "修三组水渠", "林地租金"),
    ("category=assets", "林地租金", "修三组水渠"),
    ("q=100%25", "100%的水泥", "修三组水渠"),
    ("q=_", "水泥_款", "修三组水渠"),
    ("q=UNPUBLISHED", "没有找到", "found-"),
    ("q=旱地", "征收二组旱地3亩", "水渠"),
    ("q=%00'%22%3Cscript%3E&category=no-such&before=99999999999999999999", "没有找到", "<script"),
)


async def test_words_are_found_across_the_months(hub: Hub, reader: Client) -> None:
    for query, found, missing in SEARCHES:
        page = await text_of(reader, f"/v/{hub.village.id}/disclosures/?{query}")
        [section] = re.findall(r"</form>(.*?)<h2>按月看</h2>", page, re.DOTALL)
        assert (found in section, missing in section) == (True, False), query


async def test_long_results_are_read_page_by_page(
    hub: Hub, filled: Filled, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.queries.public_disclosures.PAGE", 1)
    seen: list[str] = []
    path = f"/v/{hub.village.id}/disclosures/?category=works"
    while path:
        page = await text_of(reader, path)
        seen += re.findall(r'id="found-\d+">\s*<td>\s*<span[^>]*>[^<]*</span> (.*)', page)
        older = re.search(r'href="(\?q=[^"]*before=\d+)"', page)
        path = f"/v/{hub.village.id}/disclosures/{older[1].replace('&amp;', '&')}" if older else ""
    assert seen == ["100%的水泥_款", "修三组水渠"]
    assert filled.relief


async def test_a_counted_matter_can_be_added_up_again(hub: Hub, filled: Filled, reader: Client) -> None:
    matter = f"/v/{hub.village.id}/matters/{filled.counted.id}/"
    page = await text_of(reader, matter)
    assert "征求意见结果,不是决议" in page
    board = await text_of(reader, f"{matter}ballots")
    rows = re.findall(r'<td class="digits">([\d-]+)</td><td>(\w+)</td>', board)
    assert sorted(receipt for receipt, _ in rows) == sorted(filled.receipts)
    assert sorted(choice for _, choice in rows) == ["不同意", "同意", "同意"]
    assert "同意2加不同意1加弃权0，一共3票" in board
    assert (await reader.get(f"/v/{hub.village.id}/matters/{filled.voting.id}/ballots")).status == 404


async def test_a_proposal_is_not_public(hub: Hub, filled: Filled, reader: Client) -> None:
    async with hub.books() as tx:
        await tx.run(matters.update().where(matters.c.id == filled.voting.id).values(state="proposed"))
    assert (await reader.get(f"/v/{hub.village.id}/matters/{filled.voting.id}/")).status == 404
    assert "晒谷场" not in await text_of(reader, f"/v/{hub.village.id}/matters/")


async def test_a_receipt_is_looked_up_without_standing_in_an_address(hub: Hub, filled: Filled, reader: Client) -> None:
    path = f"/v/{hub.village.id}/receipt/"
    said = {}
    for written in (filled.receipts[1], "4821-7730-1", "０００", "<b>"):
        async with reader.post(path, data={"receipt": written}) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
            said[written] = await answer.text()
    assert "算进去的是“不同意”" in said[filled.receipts[1]]
    assert "抄错了一位" in said["4821-7730-1"]
    assert "<b>" not in said["<b>"]
    async with reader.post("/v/1/receipt/", data={"receipt": filled.receipts[1]}) as answer:
        assert answer.status == 404


async def test_the_calendar_and_the_feed_are_read_by_machines(hub: Hub, filled: Filled, reader: Client) -> None:
    root = f"{PUBLIC_URL}/v/{hub.village.id}/"
    calendar = Calendar.from_ical(await text_of(reader, f"/v/{hub.village.id}/service-days.ics"))
    first = min(calendar.walk("VEVENT"), key=lambda event: event.decoded("dtstart"))
    assert first.decoded("dtstart").isoformat() == "2026-11-19T01:00:00+00:00"
    assert str(first["location"]) == "村委会二楼"
    feed = ET.fromstring(await text_of(reader, f"/v/{hub.village.id}/feed.atom"))  # noqa: S314 - it is ours
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert {f"{root}notices/26001/", f"{root}disclosures/2026-10", f"{root}matters/{filled.counted.id}/"} <= set(ids)
    for address in ids:
        assert address
        async with reader.get(address.removeprefix(PUBLIC_URL)) as answer:
            assert answer.status == 200, address


async def test_a_day_that_is_held_elsewhere_says_so_everywhere(hub: Hub, reader: Client) -> None:
    async with hub.books() as tx:
        [first, *_] = await service_days_ahead(tx, await settings_for(tx, hub.village.id), tx.now)
        await change_place(tx, first.id, "文化室", actor="test")
    root = f"/v/{hub.village.id}/"
    sheets = [await text_of(reader, f"{root}screen/?sheet={number}") for number in range(6)]
    pages = [await text_of(reader, f"{root}{path}") for path in ("service-days/", "service-days.ics")]
    assert all("文化室" in text for text in ("".join(sheets), *pages))


async def test_a_feed_of_hostile_words_is_xml_still(hub: Hub, filled: Filled, reader: Client) -> None:
    async with hub.books() as tx:
        title = "<script>]]>&\x0b\ufffe鱼塘"
        await tx.run(matters.update().where(matters.c.id == filled.counted.id).values(title=title))
    feed = ET.fromstring(await text_of(reader, f"/v/{hub.village.id}/feed.atom"))  # noqa: S314 - it is ours
    assert any("<script>]]>&鱼塘" in (entry.findtext(f"{ATOM}title") or "") for entry in feed.iter(f"{ATOM}entry"))


async def test_the_ways_to_the_village_have_codes(hub: Hub, reader: Client) -> None:
    page = await text_of(reader, f"/v/{hub.village.id}/contact/")
    for address in (
        f"{PUBLIC_URL}/chat/{hub.chat.id}/",
        "https://t.me/rongxi_bot",
        f"{PUBLIC_URL}/v/{hub.village.id}/",
    ):
        assert f'href="{address}"' in page
    async with reader.get(f"/v/{hub.village.id}/contact/telegram.png") as answer:
        assert (answer.content_type, (await answer.read())[:4]) == ("image/png", b"\x89PNG")
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "telegram_name", "javascript:alert(1)", actor="test")
        await change_setting(tx, hub.village.id, "wechat_name", "榕溪村<b>", actor="test")
    page = await text_of(reader, f"/v/{hub.village.id}/contact/")
    assert ("javascript" in page, "公众号“榕溪村&lt;b&gt;”" in page) == (False, True)
    assert (await reader.get(f"/v/{hub.village.id}/contact/telegram.png")).status == 404


async def test_the_screen_goes_round_and_begins_again(hub: Hub, reader: Client) -> None:
    kinds: list[str] = []
    place = "0"
    while place != "0" or not kinds:
        page = await text_of(reader, f"/v/{hub.village.id}/screen/?sheet={place}")
        [(kind, place)] = re.findall(r'<main class="(\w+)" data-next="(\d+)">', page)
        assert f'content="20; url=?sheet={place}"' in page
        kinds.append(kind)
    assert kinds == ["notice", "urgent", "sums", "matters", "days", "ways"]
    assert 'class="notice"' in await text_of(reader, f"/v/{hub.village.id}/screen/?sheet=x")


async def test_an_empty_village_has_pages_too(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    async with reader_of(hub) as reader:
        for path in (
            "",
            "notices/",
            "disclosures/",
            "matters/",
            "service-days/",
            "services/",
            "contact/",
            "screen/",
            "feed.atom",
            "service-days.ics",
        ):
            assert await text_of(reader, f"/v/{other.village.id}/{path}")
        town = await _town(hub)
        assert (await reader.get(f"/v/{town}/contact/")).status == 404


async def _town(hub: Hub) -> int:
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    assert town.kind is AreaKind.TOWN
    return town.id


async def test_names_are_for_villagers_and_leave_with_their_time(hub: Hub, filled: Filled, reader: Client) -> None:
    """A conversation of somebody who lives here gives a link; it ends, and so does the posting."""
    await hub.say(hub.chat, "guest", "村里的账")
    [month] = await hub.say(hub.chat, "guest", "村里的账")
    assert "看名单" not in [label for label, _ in month.buttons]
    await _is_of(hub, "guest", "林嫂")
    [month] = await hub.say(hub.chat, "guest", "村里的账")
    [told] = await hub.say(hub.chat, "guest", button=month.press("看名单"))
    [path] = re.findall(r"/v/\d+/lists/[\w-]+/", told.text)
    async with reader.get(path) as answer:
        assert NAMES in await answer.text()
        assert (answer.headers["Cache-Control"], dict(answer.cookies)) == ("no-store", {})
    async with hub.books() as tx:
        assert "disclosure.lists_opened" in {row.action for row in await tx.all(select(audit_entries))}
        [link] = await tx.all(select(reading_links))
        assert path.split("/")[-2].encode() not in link.token_hash
    other = await hub.neighbour_village("竹坑村")
    assert (await reader.get(path.replace(f"/v/{hub.village.id}/", f"/v/{other.village.id}/"))).status == 410
    hub.clock.pass_time(minutes=31)
    async with reader.get(path) as answer:
        assert (answer.status, NAMES in await answer.text()) == (410, False)
    hub.clock.pass_time(days=10)
    async with hub.books() as tx:
        assert await lists_posted(tx, await settings_for(tx, hub.village.id)) == []
        kept = await tx.first(select(disclosure_items).where(disclosure_items.c.id == filled.relief))
    assert kept, "the item itself stays"


@pytest.mark.usefixtures("filled")
async def test_names_are_not_for_who_lives_here_no_more(hub: Hub) -> None:
    await hub.say(hub.chat, "guest", "村里的账")
    await _is_of(hub, "guest", "林嫂")
    [before] = await hub.say(hub.chat, "guest", "村里的账")
    async with hub.books() as tx:
        secretary = await staff_by_id(tx, hub.staff["李书记"].id)
        home = await home_seen_by(tx, secretary, hub.residents["林嫂"])
        await mark_gone(tx, home, Gone.MOVED, secretary)
    [after] = await hub.say(hub.chat, "guest", "村里的账")
    assert ["看名单" in [label for label, _ in month.buttons] for month in (before, after)] == [True, False]


async def _is_of(hub: Hub, address: str, name: str) -> None:
    from store.actions.contacts import add_holder
    from store.domain.people import ContactKind, Proof
    from store.queries.people import ADDRESS, contact_at

    async with hub.books() as tx:
        index = tx.keyring.index(address, context=ADDRESS)
        contact = await contact_at(tx, hub.village.id, ContactKind.WEB_CHAT, index)
        assert contact
        await add_holder(tx, contact, hub.residents[name], Proof.STAFF)


async def test_pages_take_few_statements(
    hub: Hub, filled: Filled, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store.database import Transaction

    asked: list[object] = []
    plain = Transaction.all

    async def counted(self: Transaction, statement: object, given: object = None) -> object:
        asked.append(statement)
        return await plain(self, statement, given)  # type: ignore[arg-type]

    monkeypatch.setattr(Transaction, "all", counted)
    for path in pages_of(hub, filled):
        asked.clear()
        await text_of(reader, path)
        assert len(asked) <= 16, path
