"""Who may do what at the console, measured: every address asked as every role, and written down as docs/access.md."""

import itertools
import string
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import FormData

from console.forms import csrf_of
from console.visits import SESSION_COOKIE
from store.database import Database, Transaction
from store.domain.errors import NotAllowed
from tests.access_scene import DRAFT, EMERGENCY, OUT, WAITING, Samples, Scene
from tests.console_addresses import Address, addresses_of
from tests.integration.console_parts import Browser, a_browser, console_of, session_token

YES, OWN, NO = "yes", "own", "–"
STRANGER = "nobody"
_REFUSED = {204, 401, 403, 404}
"""204 ends a stream of news that is not his."""
_DOORS = ("/console/sign-in", "/console/code", "/console/start")
_ALWAYS_OWN = ("/console/account", "/console/days/feed", "/console/kept", "/console/tickets/views", "/console/sign-out")
_NOTICES = {
    **dict.fromkeys(("change", "submit", "release", "drop"), DRAFT),
    **dict.fromkeys(("approve", "refuse"), WAITING),
    **dict.fromkeys(("evidence", "lift", "roll"), EMERGENCY),
}
_HEAD = """# Who may do what at the console

Every address, asked as every role of a village by tests/integration/test_console_access.py, which fails where this page
says something else. Written anew by `BANYAN_ACCESS=docs/access.md pytest tests/integration/test_console_access.py`.

**yes**: anything of the village. **own**: only what he made himself, or what belongs to his group. **–**: refused, or
told that there is no such thing. A page that lists things shows of them what one may open. The town official serves the
whole town, the grid officer one group, the others one village. What is confidential is stricter than this page, see
tests/integration/test_console_walk.py.
"""
_SETTINGS = ("landline", "town_approval_size")
"""One that a village sets, one that the town does."""


_OF_A_GROUP = ("/console/people/homes/new",)
"""What names its group in the form."""
_NAMED = ("group", "plan", "booking", "account", "contact", "tag", "gone")
"""What a form of ours names, besides what its address does."""
_TICKED = ("village_", "hash_", "plan_")
_WRITTEN = {"sure": "1", "households": "1", "code": "x", "name": "新来的", "text": "明天停水"}


class ForgetfulDatabase(Database):
    """What is written is taken back, so that each press meets the same village. It remembers how the press ended."""

    wrote = False
    not_allowed = False

    @asynccontextmanager
    async def write(self, now: datetime) -> AsyncIterator[Transaction]:
        with self._watched():
            async with super().write(now) as tx, tx.trial():
                yield tx
            self.wrote = True

    @asynccontextmanager
    async def read(self, now: datetime) -> AsyncIterator[Transaction]:
        with self._watched():
            async with super().read(now) as tx:
                yield tx

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except NotAllowed:
            assert not self.wrote  # the page that says so may write: a plan is made in a temporary table
            self.not_allowed = True
            raise

    def forget(self) -> None:
        self.wrote = self.not_allowed = False


@dataclass(frozen=True, slots=True)
class Row:
    """One address; `may` says by person what he may."""

    method: str
    path: str
    may: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who is signed in, or a stranger, with the tokens of the forms that he may have seen."""

    browser: Browser
    database: ForgetfulDatabase
    csrf: str
    door: Mapping[str, str]

    async def may(self, method: str, path: str, samples: Samples) -> bool:
        self.database.forget()
        filled = _filled(path, samples)
        place = {"village": samples["village"], "area": samples["village"], "month": "2026-11"}
        if method == "GET":
            request = self.browser.client.get(filled, params=place, allow_redirects=False)
        else:
            request = self.browser.client.post(filled, data=self._form(path, samples, place), allow_redirects=False)
        async with request as answer:
            assert answer.status < 500, (method, filled)
            led_out = answer.headers.get("Location", "").startswith("/console/sign-in")
            refused = answer.status in _REFUSED or led_out
            # A stranger learns of no address whether there is such a thing.
            assert self.csrf or not refused or led_out or answer.status == (204 if method == "GET" else 401), filled
        # What was written and taken back may be missing on the page that comes of it.
        done = self.database.wrote or not refused
        return path in _DOORS or (done and not self.database.not_allowed)

    def _form(self, path: str, samples: Samples, place: Mapping[str, str]) -> FormData:
        """With a token that is good, what says where, and without what nothing is looked at."""
        seen = {name: samples[name] for name in _NAMED} | {"household": samples["home number"]}
        shown = {"hash": samples.get(f"hash of {_notice(path, samples)}", "")}
        fields = {"csrf": self.csrf, **_WRITTEN, **place, **seen, **shown}
        if path.startswith("/console/notices/circulars/"):
            fields |= {name: value for name, value in samples.items() if name.startswith(_TICKED)}
            fields["kind"] = "village"
        form = FormData(self.door if path in _DOORS else fields)
        form.add_field("outcome", "moved" if "/roll/" in path else "told")
        if path.endswith(("/files", "/import")):
            form.add_field("file", b"%PDF-", filename="a.pdf")
            form.add_field("sheet", "类别,项目,金额,收支\n".encode(), filename="a.csv")
        return form


async def measured(scene: Scene) -> list[Row]:
    """In the order of the routes."""
    hub = scene.hub
    tokens = {STRANGER: "", **{name: await session_token(hub, name) for name in scene.people}}
    url = hub.database.url.set(drivername="sqlite").render_as_string()
    database = ForgetfulDatabase(url, hub.database.keyring)
    columns = {}
    async with a_browser(replace(hub, database=database)) as browser:
        asked = list(_asked(addresses_of(console_of(hub))))
        await browser.get("/console/sign-in")
        door = browser.hidden("/console/sign-in")
        for name, token in tokens.items():
            browser.client.session.cookie_jar.update_cookies({SESSION_COOKIE: token})
            asker = Asker(browser, database, csrf_of(token), door)
            near = scene.near if name == STRANGER else await scene.handed_to(name)
            columns[name] = [await _cell(asker, method, path, near, scene.far) for method, path in asked]
    await database.close()
    return [
        Row(method, path, {name: column[number] for name, column in columns.items()})
        for number, (method, path) in enumerate(asked)
    ]


def _asked(addresses: Sequence[Address]) -> Iterator[tuple[str, str]]:
    """Each address, once for every word that it may have; its other variables still in braces."""
    for address in addresses:
        paths = [address.canonical]
        for name in address.variables:
            words = _SETTINGS if name == "name" else address.choices.get(name, ())
            paths = [path.replace(f"{{{name}}}", word) for path in paths for word in words or (f"{{{name}}}",)]
        yield from ((address.method, path) for path in paths)


def _notice(path: str, samples: Samples) -> str:
    """One in the state in which it may be done."""
    below = path.removeprefix("/console/notices/{notice}/").partition("/")[0]
    return samples[_NOTICES.get(below, OUT)]


def _circular(path: str, samples: Samples) -> str:
    """What is done to one that is out is asked of its emergency: there is nothing more that waits, but nobody minds."""
    below = path.removeprefix("/console/notices/circulars/{circular}").removeprefix("/")
    return samples[f"circular {_NOTICES.get(below, EMERGENCY)}"]


def _filled(path: str, samples: Samples) -> str:
    known = {**samples, "notice": _notice(path, samples), "circular": _circular(path, samples)}
    if path.startswith("/console/notices/visits/"):
        known["ticket"] = samples["door"]
    return path.format(**known)


async def _cell(asker: Asker, method: str, path: str, near: Samples, far: Samples) -> str:
    if await asker.may(method, path, far):
        return OWN if path.startswith(_ALWAYS_OWN) else YES
    differs = _filled(path, near) != _filled(path, far) or path in _OF_A_GROUP
    return OWN if differs and await asker.may(method, path, near) else NO


def written_down(rows: Sequence[Row]) -> str:
    """Markdown: a table a room; people who may the same everywhere share a column."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for name in rows[0].may:
        columns.setdefault(tuple(row.may[name] for row in rows), []).append(name)
    heads = [f"**{letter}**" for letter in string.ascii_uppercase[: len(columns)]]
    text = [_HEAD, *(f"- {head} {_names(who)}" for head, who in zip(heads, columns.values(), strict=True))]
    for room, found in itertools.groupby(rows, _room):
        text += ["", f"## {room}", "", f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(columns)}"]
        for cells, alike in itertools.groupby(found, lambda row: tuple(row.may[who[0]] for who in columns.values())):
            text.append(f"| {'<br>'.join(map(_address, alike))} | {' | '.join(cells)} |")
    return "\n".join(text) + "\n"


def _names(who: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in who)


def _room(row: Row) -> str:
    at_door = row.path in {"/console", "/console/", "/console/sign-out", *_DOORS}
    return "the door" if at_door else row.path.split("/")[2]


def _address(row: Row) -> str:
    return f"{row.method} `{row.path}`"
