"""Who is speaking: a shared phone number, a code by SMS, and which of those who share a phone it is."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.numbers import mobile_in
from bot.dialogue.talk import Answer, Said, Talk, ask, tell_back
from store.domain.accounts import AccountKind
from store.domain.people import masked_name
from store.domain.speech import SHARE_NUMBER, Option, Say, Tell

_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_LINK_CODE = re.compile(r"(?<!\d)(\d{8})(?!\d)")


async def open_identity(talk: Talk) -> Answer:
    """Ask for the phone number; what happens then looks the same to a stranger and to a resident."""
    if not talk.speaker.is_guest:
        return tell_back("identity.known", names=[masked_name(one.name) for one in talk.speaker.holders])
    can_share = talk.speaker.channel is AccountKind.TELEGRAM
    choices = (Option(SHARE_NUMBER, label="share_number"),) if can_share else ()
    return ask("identity.number", "identity.which_number", choices, can_share=can_share)


async def number_given(talk: Talk, said: Said) -> Answer | None:
    if said.body.shared_number:
        return await shared(talk, said.body.shared_number)
    number = mobile_in(said.text)
    if not number:
        return None
    sent = await talk.desk.identity.send_code(number)
    tells: tuple[Tell, ...] = ()
    if sent:
        contact_id, code = sent
        tells = (Tell(contact_id, Say("identity.code", {"code": code}), waits_for_day=False),)
    return Answer((Say("identity.code_sent"),), "identity.code", tells=tells)


async def code_given(talk: Talk, said: Said) -> Answer | None:
    match = _CODE.search(said.normal)
    if not match:
        return None
    proved = await talk.desk.identity.enter_code(match[1])
    if not proved:
        return ask("identity.code", "identity.code_wrong")
    return tell_back("identity.proved", names=[masked_name(one.name) for one in proved])


async def shared(talk: Talk, number: str) -> Answer:
    """Telegram's own shared contact is a proof by itself."""
    proved = await talk.desk.identity.shared_number(number)
    if not proved:
        return tell_back("identity.not_listed")
    return tell_back("identity.proved", names=[masked_name(one.name) for one in proved])


async def link(talk: Talk, said: Said) -> Answer | None:
    """关联 and eight digits: a member of staff links his phone. Telegram's start and WeChat's scan bring them."""
    match = _LINK_CODE.search(said.normal)
    if not match or not said.text.lower().startswith(("关联", "/start", "link")):
        return None
    person = await talk.desk.identity.link_staff(match[1])
    return tell_back("staff.linked", name=person.name) if person else tell_back("staff.link_wrong")


def which_of_them(talk: Talk, after: str, data: Mapping[str, object]) -> Answer:
    """A phone that several share: ask who is speaking, where that matters and `talk.speaker.resident` is None.

    `after` names the step that goes on then; it works from `data` alone and is given an empty message.
    """
    choices = tuple(Option(str(one.id), text=one.name) for one in talk.speaker.holders)
    return ask("identity.speaker", "identity.which_of_you", choices, {**data, "after": after})


def speaking_as(talk: Talk, choice: str) -> Talk | None:
    """The same talk in the name of the one who was chosen; None where none of those who share the phone was."""
    resident = next((one for one in talk.speaker.holders if str(one.id) == choice), None)
    if resident is None:
        return None
    return replace(talk, speaker=replace(talk.speaker, resident=resident), desk=talk.desk.spoken_by(resident))
