"""Whatever comes in is answered or reaches a person: nothing is lost, nothing is said twice, nobody else waits."""

import asyncio
import io
from collections.abc import Sequence

import pytest
from PIL import Image
from sqlalchemy import func, select

from notifier.message import (
    AttachmentKind,
    DeliveryReceipt,
    InboundAttachment,
    InboundMessage,
    Location,
    ReceiptState,
)
from store.tables import contacts, inbound_messages, residents, staff, ticket_messages, tickets
from tests.acceptance.ledger import count, drain, failures, kept_texts, waiting
from tests.hub import Hub

CHEN, OFFICER = "陈伯", "黄水生"
TOO_LARGE = 2**63
NAMES = ("{{7*7}}", "{% for x in y %}", "<b>老陈</b>", "*陈*_伯_", "</script><script>alert(1)</script>", "%(name)s {0}")


def photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "seagreen").save(content, "PNG")
    return content.getvalue()


STRANGE = {
    "100 KB": "三组停水了没人来修" * 3800,
    "100 KB in one word": "a" * 100_000,
    "100 KB of digits": "9" * 100_000,
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🈚️",
    "right to left": "\u202e停水了\u202c \u200f\u061c",
    "zero width": "\u200b\u200c\u200d\ufeff",
    "null byte": "停\x00水\x00了",
    "lone surrogates": "停水\ud83d了\udc00",
    "controls": "".join(map(chr, range(32))),
    "spaces": "  \u3000\t\n ",
    "punctuation": "。。。？！……",
    "a digit too long": "99999999999999999999",
    "a number too long for Python": "9" * 5000,
    "superscript digits": "²³",
    "Arabic digits": "٣",
    "a template": "{{7*7}}{% for a in b %}{{ undefined.x }}",
    "SQL": "'; DROP TABLE residents; --",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
async def test_a_strange_text_is_answered_by_sms(hub: Hub, text: str) -> None:
    assert await hub.text(CHEN, text)
    assert (await waiting(hub), await failures(hub)) == (0, 0)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
async def test_a_strange_text_is_answered_in_chat_and_after_a_question(hub: Hub, text: str) -> None:
    await hub.say(hub.chat, "visitor234", "冇水")
    assert await hub.say(hub.chat, "visitor234", text)
    assert (await waiting(hub), await failures(hub)) == (0, 0)


async def test_a_strange_text_of_an_officer_is_answered(hub: Hub) -> None:
    for text in STRANGE.values():
        assert await hub.text(OFFICER, text), ascii(text[:40])
        hub.clock.pass_time(minutes=1)
    assert (await waiting(hub), await failures(hub)) == (0, 0)


async def test_a_repeat_is_answered_once(hub: Hub) -> None:
    said = InboundMessage("same", hub.numbers[CHEN], "冇水")
    await hub.inbox.receive(hub.sms, [said, said])
    await hub.inbox.receive(hub.sms, [said])
    await drain(hub.inbox)
    await hub.inbox.receive(hub.sms, [said])
    await drain(hub.inbox)
    assert len(await hub.told(CHEN)) == 1


async def test_long_ids_that_begin_alike_are_two_messages(hub: Hub) -> None:
    same = "k" * 90
    await hub.inbox.receive(
        hub.sms,
        [
            InboundMessage(f"{same}1", hub.numbers[CHEN], "三组停水了"),
            InboundMessage(f"{same}2", hub.numbers[CHEN], "水管在晒谷场边"),
            InboundMessage(f"{same}2", hub.numbers[CHEN], "水管在晒谷场边"),
        ],
    )
    assert await count(hub, select(func.count()).select_from(inbound_messages)) == 2


STRANGE_PARTS: Sequence[dict[str, str]] = (
    {"address": "Bank\ud800"},
    {"address": "10\x0086"},
    {"address": "+86" + "1" * 5000},
    {"display_name": "{{7*7}}\x00\ud800" * 30},
    {"provider_id": "\ud800\x00"},
    {"replaces": "9" * 500, "button": "f:1:yes"},
    {"replaces": "\ud800", "button": "\udfff"},
    {"shared_number": "+86\ud800\x00"},
)


@pytest.mark.parametrize("parts", STRANGE_PARTS, ids=ascii)
async def test_a_message_with_a_strange_envelope_is_kept_and_answered(hub: Hub, parts: dict[str, str]) -> None:
    given = {"provider_id": "m", "address": "visitor234", "text": "三组停水了", **parts}
    await hub.inbox.receive(hub.chat, [InboundMessage(**given)])  # type: ignore[arg-type]
    await drain(hub.inbox)
    assert await count(hub, select(func.count()).select_from(inbound_messages)) == 1
    assert (await waiting(hub), await failures(hub)) == (0, 0)


@pytest.mark.parametrize(
    "receipt",
    [
        DeliveryReceipt(ReceiptState.DELIVERED, delivery_id=TOO_LARGE),
        DeliveryReceipt(ReceiptState.DELIVERED, delivery_id=10**30),
        DeliveryReceipt(ReceiptState.DELIVERED, delivery_id=-1),
        DeliveryReceipt(ReceiptState.DELIVERED, provider_id="\x00\ud800"),
        DeliveryReceipt(ReceiptState.FAILED, provider_id="never sent", code="\x00\ud800" * 60),
    ],
    ids=ascii,
)
async def test_a_receipt_of_nothing_is_taken_and_harms_nothing(hub: Hub, receipt: DeliveryReceipt) -> None:
    await hub.inbox.receive(hub.sms, [], [receipt])


async def test_what_is_no_photo_is_said_so(hub: Hub) -> None:
    [said] = await hub.say(hub.chat, "visitor234", photo=b"\xff\xd8\xff\xe0 this is no photo")
    assert said.text
    assert (await waiting(hub), await failures(hub)) == (0, 0)


async def test_words_with_a_broken_photo_are_not_lost(hub: Hub) -> None:
    await hub.say(hub.chat, "visitor234", "三组晒谷场边停水了", photo=photo()[:60])
    assert await kept_texts(hub) == ["三组晒谷场边停水了"]


async def test_a_photo_alone_is_asked_about_and_kept_with_the_words_that_follow(hub: Hub) -> None:
    assert await hub.say(hub.chat, "visitor234", photo=photo())
    await hub.say(hub.chat, "visitor234", "三组晒谷场边的水管爆了")
    async with hub.books() as tx:
        [line] = await tx.all(select(ticket_messages))
    assert line.text == "三组晒谷场边的水管爆了"
    assert len(line.files) == 1


async def test_a_place_alone_is_asked_about_and_kept_with_the_words_that_follow(hub: Hub) -> None:
    assert await hub.say(hub.chat, "visitor234", location=Location(23.5, 116.25))
    await hub.say(hub.chat, "visitor234", "这里的水管爆了")
    async with hub.books() as tx:
        [row] = await tx.all(select(tickets))
    assert (row.latitude, row.longitude) == (23.5, 116.25)


async def test_a_voice_note_alone_is_asked_about_and_kept(hub: Hub) -> None:
    voice = InboundAttachment(AttachmentKind.VOICE, b"OggS" + bytes(200))
    await hub.inbox.receive(hub.chat, [InboundMessage("v", "visitor234", attachments=(voice,))])
    await drain(hub.inbox)
    assert await hub.heard(hub.chat, "visitor234")
    await hub.say(hub.chat, "visitor234", "路灯坏了,在晒谷场")
    async with hub.books() as tx:
        [line] = await tx.all(select(ticket_messages))
    assert len(line.files) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_a_name_and_no_markup(hub: Hub, name: str) -> None:
    await hub.add_household(3, (name, "+8613900007041"))
    await hub.text(name, "三组晒谷场边停水了")
    await hub.text(OFFICER, "1001")
    async with hub.books() as tx:
        await tx.run(contacts.update().where(contacts.c.staff_id.is_not(None)).values(language="en"))
    chat = await hub.say(hub.chat, "officer234", "hello")
    assert chat
    async with hub.books() as tx:
        officer = hub.staff[OFFICER].id
        last = await tx.scalar(select(contacts.c.id).order_by(contacts.c.id.desc()).limit(1))
        await tx.run(contacts.update().where(contacts.c.id == last).values(staff_id=officer))
    [shown] = await hub.say(hub.chat, "officer234", "1001")
    assert name in shown.text


@pytest.mark.parametrize("text", NAMES)
async def test_words_reach_another_person_verbatim(hub: Hub, text: str) -> None:
    await hub.text(CHEN, "三组晒谷场边停水了")
    await hub.text(OFFICER, "1001")
    await hub.text(OFFICER, "2")
    await hub.text(OFFICER, text)
    assert text in (await hub.told(CHEN))[-1]


async def test_many_at_once_through_two_inboxes_are_each_answered_once(hub: Hub) -> None:
    for number in range(8):
        await hub.inbox.receive(hub.chat, [InboundMessage(f"n{number}", f"visitor{number}", "菜单")])
    await asyncio.gather(drain(hub.inbox), drain(hub.inbox))
    for number in range(8):
        assert len(await hub.heard(hub.chat, f"visitor{number}")) == 1


async def test_a_former_officers_phone_is_a_residents_phone(hub: Hub) -> None:
    async with hub.books() as tx:
        await tx.run(staff.update().where(staff.c.id == hub.staff[OFFICER].id).values(ended_at=hub.clock()))
    assert await hub.text(OFFICER, "一组路灯不亮了")
    assert await failures(hub) == 0


async def test_a_resident_who_was_struck_off_still_gets_an_answer(hub: Hub) -> None:
    from store.tables import contact_holders

    async with hub.books() as tx:
        mine = hub.residents[CHEN]
        await tx.run(contact_holders.delete().where(contact_holders.c.resident_id == mine))
        await tx.run(residents.delete().where(residents.c.id == mine))
    assert await hub.text(CHEN, "三组晒谷场边停水了")
