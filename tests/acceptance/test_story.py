"""One story of a village, played through the real program: a roster, two lamps, a notice, a vote, a disclosure day.

`banyan serve` runs as a process of its own on SQLite; SMS go through a real Kannel, Telegram through the strict Bot API
server of these tests, web chat over HTTP. It is killed with -9 in the middle.
"""

import asyncio
import io
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from typer.testing import CliRunner

from bot.cli import app
from tests.fakes.bot_api import BotApi
from tests.fakes.kannel import RealKannel, missing_programs
from tests.forked import Forked, make_ready, serve_ahead
from tests.real_parts import free_port, require_real_part

ROSTER = Path(__file__).parent.parent / "recordings" / "roster-messy.xlsx"
ELDER, NEIGHBOUR, KIN, SECRETARY = "+8613900007002", "+8613900007003", "+8613900007005", "+8613900007990"
OFFICER_CHAT, CLERK_CHAT, KIN_CHAT = 7001, 7002, 7003
WATER_CUT = "明天8点到17点全村停水,请先存好水。"
PATIENCE_SECONDS = 30.0


async def until(what: Callable[[], object], name: str) -> object:
    """Wait until `what` is something; say what was waited for where it never comes."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if found := what():
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(name)


@dataclass(slots=True)
class Village:
    """The program, its folder, and those who talk to it."""

    folder: Path
    port: int
    bots: BotApi
    kannel: RealKannel | None = None
    process: Forked | None = None

    def run(self, *arguments: str) -> str:
        """A command of the command line, in the village's folder; in a thread, for it has an event loop of its own."""
        with ThreadPoolExecutor(1) as thread:
            done = thread.submit(CliRunner().invoke, app, arguments).result()
        assert done.exit_code == 0, done.output
        return done.stdout

    async def serve(self, ahead: timedelta = timedelta()) -> None:
        """Start it, and wait until it serves; `ahead` is how far its clock is before the true one."""
        self.process = Forked(serve_ahead, self._environment(), ahead, log=self.folder / "log")
        async with aiohttp.ClientSession() as session:
            for _ in range(300):
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    async def kill(self) -> None:
        assert self.process
        self.process.signal(signal.SIGKILL)
        await self.process.end(5)

    async def stop(self) -> int:
        assert self.process
        self.process.signal(signal.SIGTERM)
        return await self.process.end(15)

    def _environment(self) -> dict[str, str]:
        """The tests' own, with whole paths: the process was forked from one that stands in another folder."""
        given = {name: value for name, value in os.environ.items() if name.startswith("BANYAN_")}
        var = self.folder / "var"
        places = {
            "DATABASE_URL": f"sqlite:///{var}/banyan.db",
            "KEY_FILE": f"{var}/banyan.key",
            "FILES": f"{var}/files",
        }
        return {**given, **{f"BANYAN_{name}": place for name, place in places.items()}}

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(f"sqlite:///{self.folder}/var/banyan.db")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sql(statement))]
        engine.dispose()
        return found

    def have_no_night(self) -> None:
        """The story is told at any hour; no command would take a village's quiet hours away."""
        engine = create_engine(f"sqlite:///{self.folder}/var/banyan.db")
        night = (
            "INSERT INTO area_settings (area_id, name, value) SELECT id, :name, :none FROM areas WHERE kind = 'village'"
        )
        with engine.begin() as connection:
            connection.execute(sql(night), [{"name": name, "none": '"00:00"'} for name in ("quiet_from", "quiet_to")])
        engine.dispose()

    # Telegram -----------------------------------------------------------------------------------------------------

    async def in_telegram(self, chat: int, words: str, expecting: str) -> str:
        """Say something in a Telegram chat; the answer that holds `expecting`."""
        before = len(self.bots.sent)
        self.bots.user_says(chat, words)
        return await self.telegram_says(chat, expecting, before)

    async def telegram_says(self, chat: int, expecting: str, after: int = 0) -> str:
        def found() -> str:
            said = [one.text for one in self.bots.sent[after:] if one.chat_id == chat]
            return next((words for words in said if expecting in words), "")

        try:
            return str(await until(found, expecting))
        except TimeoutError:
            said = [one.text for one in self.bots.sent[after:] if one.chat_id == chat]
            raise AssertionError(f"{expecting!r} is not among {said}") from None

    # SMS ----------------------------------------------------------------------------------------------------------

    async def by_sms(self, number: str, words: str, expecting: str) -> str:
        assert self.kannel
        before = len(self.kannel.handset_received)
        await self.kannel.handset_says(number, words)
        return await self.sms_says(number, expecting, before)

    async def sms_says(self, number: str, expecting: str, after: int = 0) -> str:
        kannel = self.kannel
        assert kannel

        def found() -> str:
            got = [sms.text for sms in kannel.handset_received[after:] if sms.receiver.endswith(number[-11:])]
            return next((words for words in got if expecting in words), "")

        try:
            return str(await until(found, expecting))
        except TimeoutError:
            raise AssertionError(f"{expecting!r} is not among {kannel.handset_received[-20:]}") from None


class Visitor:
    """A web chat visitor without JavaScript's help: posts, and asks for what is new."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._count = 0
        self.seen: list[str] = []
        self._known: list[str] = []

    async def says(self, words: str, expecting: str, photo: bytes = b"") -> str:
        self._count += 1
        form = aiohttp.FormData({"client_id": f"story-{self._count:06}", "text": words})
        if photo:
            form.add_field("photo", photo, filename="lamp.jpg", content_type="image/jpeg")
        headers = {"Accept": "application/json"}
        async with self._session.post(f"{self._url}messages", data=form, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        return await self.hears(expecting)

    async def hears(self, expecting: str) -> str:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            query = {"after": ".".join(self._known[-100:]), "wait": "2"}
            async with self._session.get(f"{self._url}messages", params=query) as answer:
                news = await answer.json()
            for line in news["lines"]:
                self._known.append(line["id"])
                if not line["mine"]:
                    self.seen.append(line["text"])
            if any(expecting in words for words in self.seen[-4:]):
                return next(words for words in reversed(self.seen) if expecting in words)
        raise AssertionError(f"{expecting!r} is not among {self.seen}")


@asynccontextmanager
async def a_village(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Village]:
    make_ready()
    async with BotApi(chat_burst=100) as bots:
        village = Village(folder, free_port(), bots)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("BANYAN_PORT", str(village.port))
        monkeypatch.setenv("BANYAN_PUBLIC_URL", f"http://127.0.0.1:{village.port}")
        monkeypatch.setenv("BANYAN_TELEGRAM", "true")
        try:
            yield village
        finally:
            if village.process:
                await village.kill()


@pytest.mark.kannel
async def test_the_story_of_two_lamps_a_notice_a_vote_and_a_disclosure_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = missing_programs()
    require_real_part("Kannel", present=not missing, reason=f"apt install kannel (missing: {missing})")
    async with a_village(tmp_path, monkeypatch) as village:
        kannel = RealKannel(inbound_url="http://127.0.0.1:1/")
        inbound, codes = _set_up(village, kannel.send_url)
        kannel.call(inbound)
        async with kannel, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            village.kannel = kannel
            await village.serve()
            visitor = await _visitor(session, village)
            await _link_phones(village, codes)
            await _two_lamps(village, visitor)
            await village.kill()
            await village.serve()
            await _both_agree(village, visitor)
            await _a_notice(village, visitor)
            await _a_vote(village, visitor)
            await _the_disclosure_day(village, visitor)
            await _nothing_is_lost(village)
            assert await village.stop() == 0


def _set_up(village: Village, send_url: str) -> tuple[str, dict[str, str]]:
    """Store, roster, channels and staff from the command line; the address for Kannel, and the link codes."""
    village.run("init")
    shown = json.loads(village.run("import-roster", str(ROSTER), "--json"))
    assert (shown["residents"], shown["households"], len(shown["problems"])) == (359, 120, 8)
    village.run("set", "landline", "6123456")
    village.have_no_night()
    village.run("channel", "add", "web_chat", "chat")
    village.run("channel", "add", "telegram", "bot", f"token={village.bots.token}", f"base_url={village.bots.base_url}")
    kannel = (f"send_url={send_url}", "username=hub", "password=hubpw", "sender=10690", "per_second=100")
    inbound = re.search(r"inbound: (\S+)", village.run("channel", "add", "kannel", "sms", *kannel))
    assert inbound
    codes = {
        name: _code(village.run("staff", "add", name, *options))
        for name, options in (
            ("何组长", ("--role", "grid_officer", "--group", "2")),
            ("周文书", ("--role", "front_desk", "--role", "accountant")),
            ("李书记", ("--role", "party_branch", "--role", "council_chair")),
        )
    }
    return inbound[1], codes


def _code(printed: str) -> str:
    found = re.search(r"关联(\d{8})", printed)
    assert found
    return found[1]


async def _visitor(session: aiohttp.ClientSession, village: Village) -> Visitor:
    """吴英 opens the chat on her phone and proves by a code that the phone on the roster is hers."""
    async with session.get(f"http://127.0.0.1:{village.port}/chat/1/") as page:
        visitor = Visitor(session, str(page.url).split("#")[0])
    await visitor.says("绑定", "手机号")
    await visitor.says(ELDER.removeprefix("+86"), "登记过")
    code = re.search(r"\d{6}", await village.sms_says(ELDER, "验证码"))
    assert code
    await visitor.says(code[0], "吴*")
    return visitor


async def _link_phones(village: Village, codes: dict[str, str]) -> None:
    """The officer and the clerk link their Telegram; the secretary links his phone by SMS."""
    await village.in_telegram(OFFICER_CHAT, f"/start {codes['何组长']}", "何组长")
    await village.in_telegram(CLERK_CHAT, f"关联{codes['周文书']}", "周文书")
    await village.by_sms(SECRETARY, f"关联{codes['李书记']}", "李书记")


async def _two_lamps(village: Village, visitor: Visitor) -> None:
    """One lamp by web chat with a photo, another by SMS; the officer answers both from Telegram."""
    await visitor.says("二组村口的路灯坏了好几天了", "1001", photo=_photo())
    await village.telegram_says(OFFICER_CHAT, "1001")
    await village.by_sms(NEIGHBOUR, "三组晒谷场边路灯不亮", "1002")
    for number, words in (("1001", "电工下午来换灯泡"), ("1001", "换好了,今晚亮")):
        await village.in_telegram(OFFICER_CHAT, number, "要做什么")
        await village.in_telegram(
            OFFICER_CHAT, "回话" if "下午" in words else "办好了", "请写" if "下午" in words else "怎么办好"
        )
        await village.in_telegram(OFFICER_CHAT, words, "1001")
    await visitor.hears("换好了")
    await village.in_telegram(CLERK_CHAT, "1002", "要做什么")
    await village.in_telegram(CLERK_CHAT, "办好了", "怎么办好")
    await village.in_telegram(CLERK_CHAT, "三组的灯也换了", "1002")
    await village.sms_says(NEIGHBOUR, "三组的灯也换了")


async def _both_agree(village: Village, visitor: Visitor) -> None:
    """After the kill and the start: what was asked before is answered after."""
    await visitor.says("办好了", "满意")
    await visitor.says("满意", "记下了")
    await village.by_sms(NEIGHBOUR, "1", "办好了")
    states = village.rows("SELECT number, state FROM tickets ORDER BY number")
    assert states == [(1001, "closed"), (1002, "closed")]


def _photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (400, 300), "black").save(content, "JPEG")
    return content.getvalue()


async def _a_notice(village: Village, visitor: Visitor) -> None:
    """The clerk writes it in Telegram, the secretary approves by SMS; it goes out by chat, Telegram and SMS."""
    before = len(village.kannel.handset_received) if village.kannel else 0
    village.bots.user_shares_contact(KIN_CHAT, KIN)
    await village.telegram_says(KIN_CHAT, "认识您了")
    await village.in_telegram(CLERK_CHAT, "发通知", "发给谁")
    await village.in_telegram(CLERK_CHAT, "1", "写通知的内容")
    await village.in_telegram(CLERK_CHAT, WATER_CUT, "户")
    await village.in_telegram(CLERK_CHAT, "1", "李书记")
    await village.sms_says(SECRETARY, WATER_CUT)
    await village.by_sms(SECRETARY, "1", "批了")
    await visitor.hears(WATER_CUT)
    await village.telegram_says(KIN_CHAT, WATER_CUT)
    await village.sms_says(NEIGHBOUR, WATER_CUT, before)


async def _a_vote(village: Village, visitor: Visitor) -> None:
    """Proposed in web chat, commented, voted over three channels, counted, decided by a meeting on paper."""
    await visitor.says("提建议", "提")
    await visitor.says("晒谷场装6盏路灯,花集体的钱", "议事会")
    await village.by_sms(SECRETARY, "议事", "晒谷场")
    await village.by_sms(SECRETARY, "1", "征求意见")
    for words in ("1", "1", "1", "1"):
        await village.by_sms(SECRETARY, words, "")
    published = await village.by_sms(SECRETARY, "1", "号事")
    code = re.search(r"(\d{2})号事", published)
    assert code
    await visitor.says(f"{code[1]}号事", "晒谷场")
    await visitor.says("说几句", "写")
    await visitor.says("6盏改5盏,一盏挪后巷", "记进")
    await visitor.says("2", "第1条")
    closes_on = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=3)).strftime("%-m月%-d日18点")
    await village.by_sms(SECRETARY, code[1], "开投")
    await village.by_sms(SECRETARY, "1", "户籍")
    await village.by_sms(SECRETARY, "1", "截止")
    await village.by_sms(SECRETARY, closes_on, "现在开投")
    await village.by_sms(SECRETARY, "1", "开投了")
    await visitor.says(f"{code[1]}1", "投上了")
    await village.by_sms(NEIGHBOUR, f"{code[1]}2", "投上了")
    await village.in_telegram(KIN_CHAT, f"{code[1]}1", "投上了")
    await village.by_sms(SECRETARY, code[1], "截止")
    await village.by_sms(SECRETARY, "1", "数票")
    counted = await village.by_sms(SECRETARY, "1", "不是决议")
    assert "投了3,同意2,不同意1" in counted
    await visitor.hears("不是决议")
    await _the_meeting(village, code[1])


async def _the_meeting(village: Village, code: str) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    told = f"{today - timedelta(days=12):%-m月%-d日}通知"
    await village.by_sms(SECRETARY, code, "开会")
    await village.by_sms(SECRETARY, "1", "会定的")
    await village.by_sms(SECRETARY, "1", "哪一类")
    await village.by_sms(SECRETARY, "1", "应到")
    minutes = f"{today:%-m月%-d日}开会 {told} 应到300 到会200 同意150 反对40 弃权10"
    worked_out = await village.by_sms(SECRETARY, minutes, "通过")
    assert "101" in worked_out
    await village.by_sms(SECRETARY, "1", "通过")


async def _the_disclosure_day(village: Village, visitor: Visitor) -> None:
    """The clerk enters an item; the clock of the command line moves to the 10th, and it goes out once."""
    await village.in_telegram(CLERK_CHAT, "记账", "要做什么")
    await village.in_telegram(CLERK_CHAT, "看下个月", "要做什么")
    for words, answer in (
        ("记一项", "哪一类"),
        ("3", "是什么事"),
        ("修三组水渠120米,每米105元", "收入、支出"),
        ("2", "多少元"),
        ("12600元", "对吗"),
        ("1", "记下了"),
    ):
        await village.in_telegram(CLERK_CHAT, words, answer)
    day = _disclosure_day(village)
    village.run("due", "--at", day)
    await visitor.hears("12600元")
    await village.sms_says(NEIGHBOUR, "12600元")
    assert not _published_by(json.loads(village.run("due", "--at", day, "--json")))


def _disclosure_day(village: Village) -> str:
    """The 10th of next month, or the working day that a holiday moves it to."""
    first = (datetime.now(ZoneInfo("Asia/Shanghai")).date().replace(day=1) + timedelta(days=32)).replace(day=10)
    for later in range(12):
        at = f"{first + timedelta(days=later)}T10:00"
        if _published_by(json.loads(village.run("due", "--at", at, "--dry-run", "--json"))):
            return at
    raise AssertionError("no disclosure day within twelve days of the 10th")


def _published_by(due: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        item for item in due if (item["kind"], item["step"], item["verdict"]) == ("disclosure", "publish", "release")
    ]


async def _nothing_is_lost(village: Village) -> None:
    """Every message was answered, and no call is left in the air."""
    assert village.rows("SELECT count(*) FROM inbound_messages WHERE state <> 'handled'") == [(0,)]
    sent = "SELECT count(*) FROM deliveries WHERE state IN ('sending', 'queued') AND account_id = 3"
    await until(lambda: village.rows(sent) == [(0,)], "the end of every broadcast")
    [(unknown,)] = village.rows("SELECT count(*) FROM deliveries WHERE state = 'unknown'")
    assert int(str(unknown)) <= 2, "no more than the calls that were under way at the kill"
