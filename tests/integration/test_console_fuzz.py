"""Every address of the console as every role, with what no page of ours would send: nothing breaks, nothing leaks."""

import itertools
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from aiohttp import FormData

from store.actions.canned_replies import keep_reply
from tests.console_addresses import Address, addresses_of, field_names
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, console_of
from tests.integration.test_console_walk import SEEN, Cases, cases

__all__ = ["cases"]

HOSTILE = (
    "",
    "\0",
    "a\0b",
    "<script>alert(1)</script>",
    "\"><img src=x onerror='x'>",
    "'; DROP TABLE tickets; --",
    "{{7*7}}{% raw %}",
    "%s%n%00",
    "../../../etc/passwd",
    "9" * 400,
    "-1",
    "0",
    "1e309",
    "NaN",
    "١٢٣",
    "²",
    "٣" * 30,
    "榕" * 6000,
    "W" * 3000,
    "\u202e\u200b\ufeff",
    "\r\nSet-Cookie: banyan_office=1",
    "[]",
    "true",
    "2026-13-45",
    "9999-99-99T99:99",
    '=cmd|"/c calc"!A0',
    "👨‍👩‍👧‍👦",
    "a,b;c|d&e=f?g#h",
)
ROLES = ("周文书", "黄水生", "何监委", "赵工", "")
NAMES = (*field_names(), "after", "since", "done", "show")
IDS = ("999999999999999999", "0")
BAD_QUERIES = ("%ff%fe=%ff", "q=%ED%A0%80", "&&&===", "q=" + "%00" * 50)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ROLES)
async def test_nothing_breaks_and_nothing_leaks(hub: Hub, cases: Cases, name: str) -> None:
    async with hub.books() as tx:
        await keep_reply(tx, hub.village, hub.staff["周文书"], "电工", "电工明天来")
    unseen = {about.upper() for about in set(cases.tickets) - SEEN[name]}
    async with a_browser(hub) as browser:
        fields = await enter(browser, name)
        broken = []
        for turn, (address, path) in enumerate(paths_of(hub, cases), start=ROLES.index(name)):
            for status, text in await provoke(browser, address, path, fields, plausible(hub), turn):
                leaked = [about for about in unseen if f"{about}-text" in text]
                if status >= 500 or leaked:
                    broken.append((address.method, path, status, leaked))
    assert broken == []


async def enter(browser: Browser, name: str) -> Mapping[str, str]:
    """Signed in, with the token that his forms carry; a stranger has that of the door."""
    if not name:
        await browser.get("/console/sign-in")
        return browser.hidden("/console/sign-in")
    await browser.sign_in(name)
    return browser.hidden("/console/sign-out")


def plausible(hub: Hub) -> dict[str, str]:
    """What somebody may well write, so that one wrong field is not hidden behind another."""
    return {
        "village": str(hub.village.id),
        "category": "other",
        "phone": "13900007001",
        "how": "counter",
        "number": "1002",
        "seen": "9" * 9,
        "name": "名字",
        "text": "一句话",
        "code": "123456",
    }


def paths_of(hub: Hub, cases: Cases) -> Iterator[tuple[Address, str]]:
    """Every address, with ids that there are and that there are not.

    Leaving comes last.
    """
    real = {"ticket": str(cases.tickets["lamp"].id), "account": str(hub.chat.id), "digest": "0" * 64}
    real |= {"language": "zh_CN", "message": "thanks", "medium": "chat"}
    found = sorted(addresses_of(console_of(hub)), key=lambda one: "sign-" in one.canonical)
    for address in found:
        samples = {variable: real.get(variable, "1") for variable in address.variables}
        paths = address.filled(samples)
        if address.variables:
            paths += [p for one in IDS for p in address.filled(dict.fromkeys(address.variables, one))[:1]]
            paths += [one.replace(samples[address.variables[0]], quote("\0榕/..%", safe=""), 1) for one in paths[:1]]
        yield from ((address, path) for path in paths)


_TURNS = itertools.count()


async def provoke(
    browser: Browser, address: Address, path: str, fields: Mapping[str, str], right: Mapping[str, str], turn: int
) -> list[tuple[int, str]]:
    """Ask wrongly in half of the ways, the others are at another's turn.

    Which values a field has changes from one address to the next.
    """
    hostile = {one: HOSTILE[next(_TURNS) % len(HOSTILE)] for one in NAMES}
    if address.method == "GET":
        if turn % 2:
            return [await ask(browser, f"{path}?{BAD_QUERIES[next(_TURNS) % len(BAD_QUERIES)]}")]
        return [await ask(browser, path, params={one: value[:300] for one, value in hostile.items()})]
    if path.endswith("/sign-out"):
        return [await send(browser, path, {"csrf": "榕"})]
    kind = next(_TURNS)
    odd: object = (
        {**hostile, "csrf": "\ud83d"} if kind % 3 == 0 else b'{"csrf": 1}' if kind % 3 == 1 else upload(fields)
    )
    wrong = {one: value for place, (one, value) in enumerate(hostile.items()) if (place + kind) % 4 == 0}
    tried = ({**hostile, **fields}, {**right, **wrong, **fields}, {**right, "text": hostile["text"], **fields}, odd)
    return [await send(browser, path, one) for one in tried[turn % 2 :: 2]]


def upload(fields: Mapping[str, str]) -> FormData:
    """A file where a text was to be."""
    form = FormData()
    for name in NAMES:
        form.add_field(name, b"\xff\xfe\0", filename="榕.exe", content_type="application/octet-stream")
    for name, value in fields.items():
        form.add_field(name, value)
    return form


async def ask(browser: Browser, path: str, params: Mapping[str, str] | None = None) -> tuple[int, str]:
    headers = {"Last-Event-ID": HOSTILE[next(_TURNS) % len(HOSTILE)][:40].encode("ascii", "ignore").decode().strip()}
    headers = {name: value for name, value in headers.items() if value.isprintable()}
    async with browser.client.get(path, params=params, headers=headers) as response:
        if response.content_type == "text/event-stream":
            return response.status, (await response.content.readany()).decode()
        return response.status, await response.text(errors="replace")


async def send(browser: Browser, path: str, data: object) -> tuple[int, str]:
    if isinstance(data, dict):
        data = {name: value.encode(errors="replace").decode() for name, value in data.items()}
    async with browser.client.post(path, data=data) as response:
        return response.status, await response.text(errors="replace")
