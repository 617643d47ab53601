import asyncio
import html
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from aiohttp import ClientResponse, CookieJar, FormData, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from bot.chat_requests import sent_from
from bot.pages import chat_pages
from notifier.pulse import Pulse
from store.domain.accounts import AccountKind
from store.files import MAX_BYTES
from store.queries.web_chat import Heard
from tests.integration.web_chat_parts import TEMPLATES, VILLAGE, Village, open_village, photo

Client = TestClient[web.Request, web.Application]
Open = Callable[[], Awaitable[Client]]
BY_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    async with open_village(tmp_path) as opened:
        yield opened


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres_url


@pytest.fixture
async def browser(village: Village) -> AsyncIterator[Open]:
    """Makes browsers, each with its own cookies, on one server."""
    server = TestServer(village.application())
    await server.start_server()
    opened: list[Client] = []

    async def new() -> Client:
        client: Client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        opened.append(client)
        return client

    yield new
    for client in opened:
        await client.session.close()
    await server.close()


@pytest.fixture(autouse=True)
def no_long_wait_for_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web_chat.REPLY_SECONDS", 0.05)


async def enter(client: Client, village: Village) -> str:
    """Open the chat; the path of the conversation."""
    response = await client.get(f"/chat/{village.chat.id}/")
    assert response.status == 200, await response.text()
    return response.url.path


def visitor_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


async def say(client: Client, path: str, **fields: object) -> ClientResponse:
    return await client.post(f"{path}messages", json={"client_id": "page-0001", **fields}, headers=BY_SCRIPT)


async def page_of(client: Client, path: str) -> str:
    return await (await client.get(path)).text()


async def test_a_new_visitor_gets_his_own_path_and_a_key_that_belongs_to_it(browser: Open, village: Village) -> None:
    client = await browser()
    door = await client.get(f"/chat/{village.chat.id}", allow_redirects=False)
    path = door.headers["Location"]
    assert re.fullmatch(rf"/chat/{village.chat.id}/[a-z2-7]{{10}}/", path)
    key = door.cookies["banyan-key"]
    assert (key["path"], key["httponly"], key["samesite"], key["secure"]) == (path, True, "Lax", "")
    page = await client.get(path)
    assert page.status == 200
    assert f"<title>{VILLAGE}</title>" in await page.text()
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    again = await client.get(f"/chat/{village.chat.id}/", allow_redirects=False)
    assert again.headers["Location"] == path


@pytest.mark.parametrize("leaf", ["", "messages", "socket", f"files/{'a' * 64}"])
async def test_another_ones_conversation_stays_shut(browser: Open, village: Village, leaf: str) -> None:
    owner, stranger = await browser(), await browser()
    path = await enter(owner, village)
    await enter(stranger, village)
    assert (await stranger.get(f"{path}{leaf}")).status == 403
    assert (await stranger.get(f"{path}{leaf}", headers={"Cookie": "banyan-key=00ff"})).status == 403
    assert (await say(stranger, path, text="我不是他")).status == 403
    assert village.received == []


async def test_whoever_lost_his_key_is_shown_a_way_to_a_new_conversation(browser: Open, village: Village) -> None:
    client = await browser()
    old = await enter(client, village)
    jar = client.session.cookie_jar
    jar.clear(lambda cookie: cookie.key == "banyan-key")
    refused = await client.get(f"/chat/{village.chat.id}/")
    assert refused.status == 403
    assert f'href="/chat/{village.chat.id}/"' in await refused.text()
    assert await enter(client, village) != old


@pytest.mark.parametrize("path", ["/chat/999/", "/chat/{phones}/", "/chat/999/aaaaaaaaaa/?key=00"])
async def test_what_is_no_chat_is_not_found_or_refused(browser: Open, village: Village, path: str) -> None:
    response = await (await browser()).get(path.format(phones=village.phones.id))
    assert response.status in {403, 404}
    assert re.search(r"[一-鿿]", await response.text())


async def test_a_repeat_is_acknowledged_and_recorded_once(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    for _ in range(2):
        response = await say(client, path, text="三组晒谷场边没水了")
        assert (response.status, await response.json()) == (200, {"ack": "page-0001"})
    assert await village.texts() == ["三组晒谷场边没水了"]
    assert village.received[0].provider_id == f"{visitor_of(path)}:page-0001"


async def test_while_the_store_is_away_nothing_is_acknowledged(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    village.store_is_away = True
    assert (await say(client, path, text="没水了")).status == 503
    form = await client.post(f"{path}messages", data={"form": "aaaa", "text": "没水了"})
    assert form.status == 503
    assert "没水了</textarea>" in await form.text()
    village.store_is_away = False
    assert (await say(client, path, text="没水了")).status == 200
    assert await village.texts() == ["没水了"]


async def test_a_plain_form_needs_no_script_and_a_double_press_is_one_message(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    await village.tell(visitor_of(path), "您好，有什么事？")
    form = re.search(r'name="form" value="([^"]+)"', await page_of(client, path))
    assert form
    for text in ("路灯坏了", "路灯坏了", "是四组的"):
        response = await client.post(f"{path}messages", data={"form": form[1], "text": text}, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "./#end")
    assert await village.texts() == ["路灯坏了", "是四组的"]
    assert "是四组的" in await page_of(client, path)


async def test_a_plain_forms_page_waits_a_moment_for_the_answer(
    browser: Open, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web_chat.REPLY_SECONDS", 5.0)
    client = await browser()
    path = await enter(client, village)
    posting = asyncio.create_task(client.post(f"{path}messages", data={"form": "f1234", "text": "停水了"}))
    await asyncio.wait_for(village.heard.wait(), 5)
    await village.tell(visitor_of(path), "记下了：停水，编号3127。")
    assert "编号3127" in await (await posting).text()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "水" * 4001}, 413),
        ({"text": "好", "client_id": "../../x"}, 400),
        ({"button": "x" * 65}, 400),
        ({"button": "yes", "replaces": "d1"}, 400),
        ({"latitude": 91, "longitude": 0}, 400),
        ({"latitude": "nan", "longitude": 0}, 400),
        ({"latitude": 23.1}, 400),
    ],
)
async def test_what_cannot_be_a_message_is_refused_with_a_sentence(
    browser: Open, village: Village, fields: dict[str, object], status: int
) -> None:
    client = await browser()
    path = await enter(client, village)
    response = await say(client, path, **fields)
    assert response.status == status
    assert re.search(r"[一-鿿]", (await response.json())["sentence"])
    assert village.received == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(browser: Open, village: Village, body: bytes) -> None:
    client = await browser()
    path = await enter(client, village)
    headers = {**BY_SCRIPT, "Content-Type": "application/json"}
    assert (await client.post(f"{path}messages", data=body, headers=headers)).status == 400


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json; charset=x"]
)
async def test_a_form_that_is_none_is_refused(browser: Open, village: Village, kind: str) -> None:
    client = await browser()
    path = await enter(client, village)
    headers = {**BY_SCRIPT, "Content-Type": kind}
    assert (await client.post(f"{path}messages", data=b"--y\r\n\r\n{}", headers=headers)).status == 400


async def test_even_refusals_are_in_chinese(browser: Open, village: Village) -> None:
    client = await browser()
    for path in ("/chat/999/", f"/chat/{village.chat.id}/aaaaaaaaaa/"):
        refused = await client.get(path)
        assert not re.search(r">[^<]*[A-Za-z][^<]*<", await refused.text())
    posted = await client.post(f"/chat/{village.chat.id}/aaaaaaaaaa/messages", data={"text": "没水"})
    assert (posted.status, "这是别人的对话" in await posted.text()) == (403, True)


@pytest.mark.parametrize(("said", "kept"), [("没\0水\ud800了", "没水了"), ("一\r\n二", "一\n二"), ("\u0000 好 ", "好")])
async def test_what_no_store_takes_is_left_out(browser: Open, village: Village, said: str, kept: str) -> None:
    client = await browser()
    path = await enter(client, village)
    assert (await say(client, path, text=said)).status == 200
    assert await village.texts() == [kept]


async def test_a_location_is_handed_on(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    assert (await say(client, path, latitude=23.105, longitude=113.32)).status == 200
    location = village.received[0].location
    assert location
    assert (location.latitude, location.longitude) == (23.105, 113.32)
    assert "发了位置" in await page_of(client, path)


def with_photos(*contents: bytes, **fields: str) -> FormData:
    form = FormData({"client_id": "page-0001", **fields})
    for content in contents:
        form.add_field("photo", io.BytesIO(content), filename="IMG_0001.jpg", content_type="image/jpeg")
    return form


async def test_a_photo_is_kept_anew_and_shown_to_its_sender_only(browser: Open, village: Village) -> None:
    client, stranger = await browser(), await browser()
    path, other = await enter(client, village), await enter(stranger, village)
    sent = await client.post(f"{path}messages", data=with_photos(photo(), text="水管爆了"), headers=BY_SCRIPT)
    assert sent.status == 200, await sent.text()
    link = re.search(r'src="(files/[0-9a-f]{64})"', await page_of(client, path))
    assert link
    shown = await client.get(f"{path}{link[1]}")
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert (await shown.read()).startswith(b"\xff\xd8")
    # Naming a digest in a text does not make the photo one's own.
    assert (await say(stranger, other, text=link[1])).status == 200
    assert (await stranger.get(f"{other}{link[1]}")).status == 404


async def test_a_photo_over_ten_megabytes_is_refused_with_a_sentence(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    form = with_photos(photo(), b"\xff\xd8" + bytes(MAX_BYTES), text="看")
    refused = await client.post(f"{path}messages", data=form, headers=BY_SCRIPT)
    assert (refused.status, (await refused.json())["sentence"]) == (413, "照片太大了，一张不能超过10兆。")
    many = await client.post(f"{path}messages", data=with_photos(*[photo()] * 5), headers=BY_SCRIPT)
    assert many.status == 413
    plain = await client.post(f"{path}messages", data=with_photos(bytes(MAX_BYTES + 1), text="看这里"))
    assert (plain.status, ">看这里</textarea>" in await plain.text()) == (413, True), "what was written is given back"
    assert village.received == []


async def test_a_photo_of_just_ten_megabytes_is_handed_on(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    content = photo().ljust(MAX_BYTES, b"\0")
    assert (await client.post(f"{path}messages", data=with_photos(content), headers=BY_SCRIPT)).status == 200
    assert len(village.received[0].attachments[0].content) == MAX_BYTES


async def test_what_is_no_photo_is_for_the_hub_to_judge(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    form = with_photos(b"PK\x03\x04 not a picture")
    assert (await client.post(f"{path}messages", data=form, headers=BY_SCRIPT)).status == 200
    assert village.received[0].attachments[0].content.startswith(b"PK")
    assert "（照片没收到，请再发一张）" in await page_of(client, path)


async def test_history_is_there_on_return_and_leads_to_what_was_earlier(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    for number in range(60):
        await village.tell(visitor_of(path), f"第{number}句")
    page = await page_of(client, path)
    assert ("第59句" in page, "第10句" in page, "第9句" in page) == (True, True, False)
    earlier = re.search(r'href="(\./\?before=d\d+)"', page)
    assert earlier
    before = await page_of(client, path + earlier[1])
    assert ("第9句" in before, "第0句" in before, "第10句" in before) == (True, True, False)
    assert "before=" not in before
    assert 'id="write"' not in before


async def test_pages_of_a_history_that_shares_one_moment_leave_nothing_out(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    for number in range(70):
        response = await say(client, path, text=f"说{number}。", client_id=f"page-{number:04}")
        assert response.status == 200
    await village.receive_all_at_once()
    first = await page_of(client, path)
    earlier = re.search(r'href="(\./\?before=i\d+)"', first)
    assert earlier
    both = first + await page_of(client, path + earlier[1])
    assert [n for n in range(70) if both.count(f">说{n}。<") != 1] == []


async def test_what_waited_is_delivered_once_the_page_has_read_it(browser: Open, village: Village) -> None:
    client, stranger = await browser(), await browser()
    path = await enter(client, village)
    await enter(stranger, village)
    now = await village.tell(visitor_of(path), "水修好了。您家有水了吗？", buttons=[("有了", "t1:1"), ("没有", "t1:2")])
    later = await village.tell(visitor_of(path), "明早七点才说的话", due_in=timedelta(hours=9))
    assert await village.state_of(now) == "queued"
    page = await page_of(client, path)
    assert "水修好了" in page
    assert "明早七点" not in page
    assert '<button name="button" value="t1:1">有了</button>' in page
    assert (await village.state_of(now), await village.state_of(later)) == ("delivered", "queued")


async def test_a_pressed_button_is_shown_by_its_label(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    asked = await village.tell(visitor_of(path), "您家有水了吗？", buttons=[("有水了", "t1:1")])
    assert (await say(client, path, button="t1:1", replaces=str(asked))).status == 200
    assert (village.received[0].button, village.received[0].replaces) == ("t1:1", str(asked))
    assert '<p class="text">有水了</p>' in await page_of(client, path)


async def test_a_line_that_replaces_another_stands_in_its_place(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    asked = await village.tell(visitor_of(path), "来得了吗？", buttons=[("来", "b:1")])
    await village.tell(visitor_of(path), "来得了吗？您说：来。", replaces=asked)
    page = await page_of(client, path)
    assert page.count('class="theirs"') == 1
    assert "您说：来。" in page
    assert "b:1" not in page


async def test_a_vote_is_not_shown_again(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    await say(client, path, text="611")
    await village.rewrite_last_text("[vote]")
    page = await page_of(client, path)
    assert "投了一票" in page
    assert ">611<" not in page
    assert "[vote]" not in page


@pytest.mark.parametrize(
    "hostile", ["<b>陈</b>", "{{7*7}}", "\"><script src='/x'></script>", "{% raw %}", "' onload='"]
)
async def test_hostile_words_are_only_words(browser: Open, village: Village, hostile: str) -> None:
    client = await browser()
    path = await enter(client, village)
    await say(client, path, text=hostile)
    await village.tell(visitor_of(path), hostile, buttons=[(hostile[:20], hostile[:20])])
    page = await page_of(client, path)
    assert html.escape(hostile).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    assert hostile not in page or not re.search("[<>\"']", hostile)
    assert ">49<" not in page


async def test_two_links_keep_two_sessions_side_by_side_in_one_browser(browser: Open, village: Village) -> None:
    client = await browser()
    first, second = "aaaaaaaaaa", "bbbbbbbbbb"
    for visitor in (first, second):
        opened = await client.get(village.rooms.entry_link(village.chat.id, visitor))
        assert (opened.status, opened.url.query_string) == (200, "")
    for visitor in (first, second, first):
        path = f"/chat/{village.chat.id}/{visitor}/"
        assert (await say(client, path, text=f"我是{visitor}", client_id=f"page-{visitor}")).status == 200
    page = await page_of(client, f"/chat/{village.chat.id}/{first}/")
    assert (f"我是{first}" in page, f"我是{second}" in page) == (True, False)


async def test_nobody_is_lured_into_a_session_by_a_link_made_from_its_cookie(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(await browser(), village)
    key = village.rooms.key_of(village.chat.id, visitor_of(path))
    assert (await client.get(f"{path}?key={key}")).status == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("http://evil.example", 403), ("null", 403), ("http://{host}", 200), (None, 200)]
)
async def test_only_our_own_page_may_write(browser: Open, village: Village, origin: str | None, status: int) -> None:
    client = await browser()
    path = await enter(client, village)
    host = f"{client.host}:{client.port}"
    headers = {**BY_SCRIPT, **({"Origin": origin.format(host=host)} if origin else {})}
    body = {"client_id": "page-0001", "text": "没水"}
    assert (await client.post(f"{path}messages", json=body, headers=headers)).status == status


async def test_long_poll_answers_at_once_when_something_comes_and_skips_nothing(
    browser: Open, village: Village
) -> None:
    client = await browser()
    path = await enter(client, village)
    polling = asyncio.create_task(client.get(f"{path}messages?after=&wait=20"))
    await asyncio.sleep(0.1)
    assert not polling.done()
    told = await village.tell(visitor_of(path), "编号3127", buttons=[("收到", "ok")])
    news = await (await asyncio.wait_for(polling, 5)).json()
    assert [(line["text"], line["mine"], line["buttons"]) for line in news["lines"]] == [
        ("编号3127", False, [{"label": "收到", "data": "ok"}])
    ]
    # An answer may be lost on the way: the row is delivered only when the page shows that it has it.
    assert await village.state_of(told) == "queued"
    again = await (await client.get(f"{path}messages?after=&wait=0")).json()
    assert again == news
    empty = await (await client.get(f"{path}messages?after={news['cursor']}&wait=0")).json()
    assert (empty["lines"], empty["behind"]) == ([], False)
    assert await village.state_of(told) == "delivered"


async def test_a_row_that_comes_into_view_behind_later_ones_is_not_skipped(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    visitor = visitor_of(path)
    early = await village.tell(visitor, "先写后到的", due_in=timedelta(seconds=0.4))
    late = await village.tell(visitor, "后写先到的")
    news = await (await client.get(f"{path}messages?after=&wait=0")).json()
    assert [line["id"] for line in news["lines"]] == [f"d{late}"]
    await asyncio.sleep(0.5)
    rest = await (await client.get(f"{path}messages?after={news['cursor']}&wait=0")).json()
    assert [line["id"] for line in rest["lines"]] == [f"d{early}"]


async def test_a_page_that_missed_too_much_is_told_to_load_anew(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    first = await village.tell(visitor_of(path), "第一句")
    for number in range(60):
        await village.tell(visitor_of(path), f"后来第{number}句")
    news = await (await client.get(f"{path}messages?after=d{first}&wait=0")).json()
    assert news["behind"] is True


async def test_socket_pushes_acknowledges_and_marks_what_was_seen(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    async with client.ws_connect(f"{path}socket?after=") as socket:
        assert (await socket.receive_json(timeout=5))["lines"] == []
        await socket.send_json({"client_id": "page-0001", "text": "没水了"})
        frames = [await socket.receive_json(timeout=5), await socket.receive_json(timeout=5)]
        assert {"ack": "page-0001"} in frames
        pushed = next(frame for frame in frames if "lines" in frame)
        assert [(line["mine"], line["text"], line["client_id"]) for line in pushed["lines"]] == [
            (True, "没水了", "page-0001")
        ]
        told = await village.tell(visitor_of(path), "记下了")
        frame = await socket.receive_json(timeout=5)
        assert [line["text"] for line in frame["lines"]] == ["记下了"]
        assert await village.state_of(told) == "queued"
        await socket.send_json({"seen": f"d{told}.dx.i1"})
        await socket.send_json({"client_id": "page-0002", "text": ""})
        assert (await socket.receive_json(timeout=5))["refused"] == "page-0002"
        assert await village.state_of(told) == "delivered"
    assert await village.texts() == ["没水了"]


async def test_socket_asks_for_a_repeat_while_the_store_is_away(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    async with client.ws_connect(f"{path}socket?after=") as socket:
        await socket.receive_json(timeout=5)
        village.store_is_away = True
        await socket.send_json({"client_id": "page-0001", "text": "没水了"})
        assert await socket.receive_json(timeout=5) == {"later": "page-0001"}


async def test_a_server_that_shuts_down_is_not_held_up_by_open_pages(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    polling = asyncio.create_task(client.get(f"{path}messages?after=&wait=20"))
    async with client.ws_connect(f"{path}socket?after=") as socket:
        await socket.receive_json(timeout=5)
        village.rooms.close()
        assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE
        assert (await (await asyncio.wait_for(polling, 5)).json())["lines"] == []


async def test_one_visitor_never_marks_anothers_messages(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    others = await village.tell("cccccccccc", "给别人的")
    await client.get(f"{path}messages?after=d{others}&wait=0")
    async with client.ws_connect(f"{path}socket?after=d{others}") as socket:
        await socket.receive_json(timeout=5)
        await socket.send_json({"seen": f"d{others}"})
        await socket.send_json({"client_id": "page-0001", "text": ""})
        await socket.receive_json(timeout=5)
    assert await village.state_of(others) == "queued"


@pytest.mark.parametrize(
    ("asked", "word"),
    [("en-GB,en;q=0.9", "Write here"), ("zh-CN", "写在这里"), ("de,fr", "写在这里"), ("", "写在这里")],
)
async def test_a_newcomer_is_spoken_to_as_his_browser_asks(
    browser: Open, village: Village, asked: str, word: str
) -> None:
    client = await browser()
    page = await client.get(f"/chat/{village.chat.id}/", headers={"Accept-Language": asked})
    assert word in await page.text()


async def test_whoever_chose_a_language_keeps_it(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    await village.tell(visitor_of(path), "Hello")
    await village.speak("en")
    assert "Write here" in await page_of(client, path)


async def test_static_files_may_be_kept_and_only_they_are_served(browser: Open, village: Village) -> None:
    client = await browser()
    path = await enter(client, village)
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', await page_of(client, path))
    assert names
    for name in names:
        response = await client.get(name)
        assert (response.status, "immutable" in response.headers["Cache-Control"]) == (200, True)
    assert (await client.get("/static/..%2fchat.html")).status == 404
    assert (await client.get("/static/chat_lines.js")).headers["Cache-Control"] == "no-cache"


async def test_the_same_on_postgresql(tmp_path: Path, empty_postgres: str) -> None:
    async with open_village(tmp_path, empty_postgres) as village:
        room = await village.rooms.room(AccountKind.WEB_CHAT, village.chat.id, "eeeeeeeeee")
        fields = {"client_id": "page-0001", "text": "水管爆了\0", "button": "w:1", "replaces": "1"}
        asked = await village.tell(room.address, "是哪里停水？", buttons=[("只我家", "w:1")])
        await village.rooms.say(room, sent_from({**fields, "replaces": str(asked)}, [photo()]))
        await village.rooms.say(room, sent_from({**fields, "replaces": str(asked)}, [photo()]))
        news = await village.rooms.news(room, ())
        assert [line.id[0] for line in news.fresh] == ["d", "i"]
        heard = news.fresh[1]
        assert isinstance(heard, Heard)
        assert heard.pressed == "只我家"
        found = await village.rooms.file(room, heard.body.files[0])
        assert found
        assert found[1] == "image/jpeg"
        assert [line.id for line in (await village.rooms.history(room, heard.id)).lines] == [f"d{asked}"]
        assert await village.state_of(asked) == "delivered"
        assert (await village.rooms.news(room, news.known)).fresh == []


def test_both_languages_have_the_same_words_and_chinese_pages_no_english() -> None:
    pages = chat_pages()
    chinese, english = pages.words("zh_CN")["page"], pages.words("en")["page"]
    assert set(chinese) == set(english)
    assert [text for text in chinese.values() if re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", text))] == []
    for name in ("chat.html", "phones.html", "notice.html"):
        used = set(re.findall(r"words\.page\.(\w+)", (TEMPLATES / "public" / name).read_text("utf-8")))
        assert used <= set(chinese)


async def test_no_beat_between_looking_and_sleeping_is_missed() -> None:
    pulse = Pulse()
    since = pulse.beats
    pulse.beat()
    assert await pulse.wait(5, since=since)
    assert not await pulse.wait(0.01, since=pulse.beats)


async def test_a_delivery_of_another_process_wakes_the_pages(village: Village) -> None:
    pulse = Pulse()
    watching = asyncio.create_task(pulse.watch(village.database))
    await asyncio.sleep(0.1)
    await village.tell("dddddddddd", "别的进程写的")
    assert await pulse.wait(5, since=0)
    watching.cancel()
