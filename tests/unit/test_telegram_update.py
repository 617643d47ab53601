import asyncio
import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import TelegramError

from notifier.channels.telegram_request import AiohttpRequest, NotSent
from notifier.channels.telegram_update import Incoming, UpdateReader
from tests.fakes.bot_api_people import People

CHAT = 5_000_000_007


class Nowhere(AiohttpRequest):
    async def do_request(self, *_: object, **__: object) -> tuple[int, bytes]:
        raise NotSent("nowhere")


def reader() -> UpdateReader:
    request = Nowhere(1.0, None)
    return UpdateReader(Bot("1:invented", request=request, get_updates_request=request))


def updates() -> list[Any]:
    people = People("rongxi_test_bot")
    people.add_group(-1001)
    people.user_says(CHAT, "/start qr-3")
    people.user_says(-1001, "@rongxi_test_bot 开64号", user_id=6001)
    people.user_edits(CHAT, 101, "二组停水")
    people.user_sends_photo(CHAT, [b"small", b"large"], caption="路灯坏了")
    people.user_sends_voice(CHAT, b"OggS")
    people.user_sends_location(CHAT, 23.1, 113.2)
    people.user_shares_contact(CHAT, "8613900007001")
    return people.updates


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(path for key, child in inner for path in paths(child, (*before, key)))]


SPOTS = [(update, path) for update in updates() for path in paths(update) if path]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def spoiled(update: Any, path: tuple[Any, ...], junk: Any) -> Any:
    whole = copy.deepcopy(update)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    return whole


@given(st.sampled_from(SPOTS), JSON)
def test_junk_anywhere_in_an_update_never_breaks_the_reader(spot: tuple[Any, tuple[Any, ...]], junk: Any) -> None:
    raw = spoiled(*spot, junk)
    try:
        read = asyncio.run(reader().read(raw))
    except TelegramError:
        # Junk may make a private chat a group: then the bot asks for its own name, here of nobody.
        message = raw.get("message") or raw["edited_message"]
        assert message["chat"]["type"] != "private"
        return
    assert read is None or isinstance(read, Incoming)


@given(JSON)
def test_what_is_no_update_is_none(raw: object) -> None:
    assert asyncio.run(reader().read(raw)) is None
