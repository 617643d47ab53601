import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.simulator import spaced
from store.domain.phones import e164
from tests.integration.web_chat_parts import Village, open_village

Client = TestClient[web.Request, web.Application]
NUMBER, OTHER = "+8613900007001", "+8613900007002"


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    async with open_village(tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(village: Village, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setattr("bot.simulator.REPLY_SECONDS", 0.05)
    async with TestClient(TestServer(village.application())) as opened:
        yield opened


def phones(village: Village, *numbers: str) -> str:
    query = "&".join(f"number={number.replace('+', '%2B')}" for number in numbers)
    return f"/phones/{village.phones.id}/?{query}"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13900007001", NUMBER),
        ("139 0000 7001", NUMBER),
        ("＋86 139-0000-7001", NUMBER),
        (NUMBER, NUMBER),
        ("+852 5123 4567", "+85251234567"),
        ("村委会", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, number: str | None) -> None:
    assert e164(written) == number


def test_a_number_is_shown_as_people_read_it_out() -> None:
    assert [spaced(NUMBER), spaced("+85251234567")] == ["139 0000 7001", "+85251234567"]


async def test_a_handset_shows_its_own_messages_and_reading_them_delivers(client: Client, village: Village) -> None:
    long_text = "【榕溪村】停水通知：明天8点到17点，一至三组停水，请先存好水。" * 3
    mine = await village.tell(NUMBER, long_text, account=village.phones)
    others = await village.tell(OTHER, "给别的手机的", account=village.phones)
    page = await (await client.get(phones(village, "13900007001"))).text()
    assert "139 0000 7001" in page
    assert long_text in page
    assert "2条" in page
    assert "给别的手机的" not in page
    assert (await village.state_of(mine), await village.state_of(others)) == ("delivered", "queued")
    both = await (await client.get(phones(village, NUMBER, OTHER, NUMBER))).text()
    assert both.count('class="phone"') == 2


async def test_an_sms_and_a_missed_call_reach_the_village_once(client: Client, village: Village) -> None:
    fields = {"number": NUMBER, "open": "number=%2B8613900007001&number=junk", "form": "f00d"}
    for _ in range(2):
        url = f"/phones/{village.phones.id}/messages"
        sent = await client.post(url, data={**fields, "text": "冇水"}, allow_redirects=False)
        assert (sent.status, sent.headers["Location"]) == (303, "./?number=%2B8613900007001")
        await client.post(url, data={**fields, "missed_call": "1"})
    assert {(one.text, one.missed_call, one.address) for one in village.received} == {
        ("冇水", False, NUMBER),
        ("", True, NUMBER),
    }
    assert await village.texts() == ["冇水", ""]
    page = await (await client.get(phones(village, NUMBER))).text()
    assert "打了个电话，没接通" in page


@pytest.mark.parametrize(("fields", "status"), [({"text": ""}, 400), ({"text": "水" * 5000}, 413)])
async def test_what_is_no_sms_is_refused(client: Client, village: Village, fields: dict[str, str], status: int) -> None:
    data = {"number": NUMBER, "form": "f00d", **fields}
    assert (await client.post(f"/phones/{village.phones.id}/messages", data=data)).status == status
    assert village.received == []


async def test_another_sites_page_sends_no_sms(client: Client, village: Village) -> None:
    response = await client.post(
        f"/phones/{village.phones.id}/messages",
        data={"number": NUMBER, "text": "611", "form": "f00d"},
        headers={"Origin": "http://evil.example"},
    )
    assert response.status == 403
    assert village.received == []


async def test_a_wrong_number_is_said_and_other_accounts_have_no_phones(client: Client, village: Village) -> None:
    page = await (await client.get(phones(village, "村委会"))).text()
    assert "这个手机号不对" in page
    assert (await client.get(f"/phones/{village.chat.id}/")).status == 404


async def test_hostile_words_are_only_words(client: Client, village: Village) -> None:
    await village.tell(NUMBER, "<b>{{7*7}}</b>", account=village.phones)
    page = await (await client.get(phones(village, NUMBER, "<script>"))).text()
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt;" in page
    assert "<script>" not in page


async def test_the_page_learns_that_something_came(client: Client, village: Village) -> None:
    page = await (await client.get(phones(village, NUMBER))).text()
    beats = re.search(r'data-beats="(\d+)"', page)
    assert beats
    waiting = asyncio.create_task(client.get(f"/phones/{village.phones.id}/changes?after={beats[1]}"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await village.tell(NUMBER, "记下了", account=village.phones)
    assert (await (await asyncio.wait_for(waiting, 5)).json())["beats"] != int(beats[1])
