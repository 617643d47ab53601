"""The console over HTTP with the small village of tests/hub.py: people who sign in, read pages and press buttons."""

import html
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import select

from bot.callers import caller_by
from bot.pages import static_routes
from console.office import Surroundings, console_application, console_pages
from console.visits import HOME, SESSION_COOKIE
from store.actions.identity import new_link_code
from store.actions.sign_in import open_session
from store.queries.people import staff_by_id
from store.queries.sign_in import Account
from store.tables import contacts, staff_passwords
from tests.hub import RENDERER, Hub

PAGES = console_pages()
"""One for all tests: it keeps the templates that it has read."""
PASSWORD = "晒谷场边第三棵榕树"
_CHEAP = Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=8)
PASSWORD_HASH = _CHEAP.derive_phc_encoded(PASSWORD.encode())
"""What it costs to compare stands in the hash; that of store.passwords would take longer than most pages."""
Client = TestClient[web.Request, web.Application]


def console_of(hub: Hub) -> web.Application:
    application = web.Application()
    application.add_routes(static_routes())
    around = Surroundings(RENDERER, PAGES, caller_by("127.0.0.1"), secure=False, pulse=hub.pulse)
    application.add_subapp("/console", console_application(hub.database, hub.files, around, hub.clock))
    return application


async def give_password(hub: Hub, name: str) -> None:
    """As if he had set it at /console/start: hashing it for every test would take longer than the test."""
    async with hub.books() as tx:
        await tx.insert(staff_passwords, staff_id=hub.staff[name].id, hash=PASSWORD_HASH, set_at=tx.now)


async def session_token(hub: Hub, name: str) -> str:
    """Of a session as if he had given his password, and the code where he needs one."""
    person = hub.staff[name]
    async with hub.books() as tx:
        phone = await tx.scalar(select(contacts.c.id).where(contacts.c.staff_id == person.id))
        return await open_session(tx, Account(person.id, person.area_id, phone, ""), needs_code=False)


def full_width(code: str) -> str:
    """As a Chinese keyboard writes it."""
    return "".join(chr(ord(figure) + 0xFEE0) for figure in code)


async def link_code(hub: Hub, name: str) -> str:
    async with hub.books() as tx:
        return await new_link_code(tx, await staff_by_id(tx, hub.staff[name].id), actor="system")


@dataclass(slots=True)
class Answer:
    status: int
    path: str
    text: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class Browser:
    """One browser: it keeps cookies, and presses the forms that the page before it shows."""

    client: Client
    hub: Hub
    page: Answer = field(init=False)

    async def get(self, path: str) -> Answer:
        async with self.client.get(path) as response:
            self.page = Answer(response.status, response.url.path_qs, await response.text(), response.headers)
        return self.page

    async def press(self, action: str, **fields: str) -> Answer:
        """Fill in and send the form of that address as this page has it."""
        return await self.post(action, {**self.hidden(action), **fields})

    async def post(self, action: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        async with self.client.post(action, data=fields, headers=headers) as response:
            self.page = Answer(response.status, response.url.path_qs, await response.text(), response.headers)
        return self.page

    def hidden(self, action: str) -> dict[str, str]:
        found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.page.text, re.DOTALL)
        assert found, f"no form for {action}"
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found[0])
        return {name: html.unescape(value) for name, value in fields}

    async def sign_in(self, name: str) -> Answer:
        """With a session that is proved already: the way in has tests of its own."""
        token = await session_token(self.hub, name)
        self.client.session.cookie_jar.update_cookies({SESSION_COOKIE: token}, self.client.make_url("/console/"))
        return await self.get(HOME)

    async def enter_password(self, name: str) -> Answer:
        """And the code that the phone gets where there is one."""
        number = self.hub.numbers[name]
        await self.get("/console/sign-in")
        answer = await self.press("/console/sign-in", phone=number, password=PASSWORD)
        if answer.path == "/console/code":
            code = re.findall(r"登录码(\d{6})", (await self.hub.told(name))[-1])[-1]
            answer = await self.press("/console/code", code=code)
        return answer


def also_on_postgresql(everybody: Iterable[str], *some: str) -> list[tuple[str, str]]:
    """Values of `stores` and `name`: what differs between people is a condition in SQL for some, a rule for the others.

    That somebody may not is the same on either database.
    """
    return [("sqlite", name) for name in everybody] + [("postgresql", name) for name in some]


@asynccontextmanager
async def a_browser(hub: Hub, *, language: str = "zh-CN") -> AsyncIterator[Browser]:
    server = TestServer(console_of(hub))
    headers = {"Accept-Language": language}
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True), headers=headers) as client:
        yield Browser(client, hub)


@asynccontextmanager
async def signed_in(hub: Hub, name: str) -> AsyncIterator[Browser]:
    async with a_browser(hub) as browser:
        await browser.sign_in(name)
        yield browser


@asynccontextmanager
async def signed_in_by_password(hub: Hub, name: str) -> AsyncIterator[Browser]:
    async with a_browser(hub) as browser:
        await give_password(hub, name)
        answer = await browser.enter_password(name)
        assert answer.path == HOME, answer.text
        yield browser
