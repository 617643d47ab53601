"""Notices: a member of staff writes one, sees whom it reaches and what it costs, and follows what became of it.

Where a second person must agree, that person is told and answers with a digit; a resident who was asked for it says
with a 1 that he has read it.
"""

import re
from collections.abc import Mapping, Sequence

from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.conversation import OpenQuestion
from store.domain.notices import Audience, AudienceKind, Notice, NoticeState, Preview
from store.domain.people import Contact
from store.domain.speech import Option, Question, Say, Tell

NAMED = 10
"""So many of the households that got nothing are named; the rest are counted."""
SHORTEST = 4
"""Characters: what is shorter was not meant as a notice."""
_SHOW = re.compile(r"^(?:看)?通知 ?(\d{5,6})号?$")
LIST_WORDS = frozenset({"通知", "看通知", "通知列表", "notice", "notices"})
WRITE_WORDS = frozenset({"发通知", "写通知", "发个通知", "写新通知", "新通知", "new notice"})
_SEND = frozenset({"发", "发吧", "发出去", "送", "送批", "send"})


async def number_named(talk: Talk, said: Said) -> Answer | None:
    """A notice's number after the word shows the notice."""
    match = _SHOW.match(said.normal)
    return await _show(talk, await talk.desk.notices.numbered(int(match[1]))) if match else None


def _is_command(said: Said) -> bool:
    return said.normal in WRITE_WORDS | LIST_WORDS or _SHOW.match(said.normal) is not None


async def open_notices(talk: Talk) -> Answer:
    """The last ones, each with where it stands; writing a new one is the first choice."""
    recent = await talk.desk.notices.recent()
    if not recent:
        return await begin(talk)
    choices = (Option("write", label="notice_write"), *(Option(str(one.id), text=str(one.number)) for one in recent))
    several = len({one.village_id for one in recent}) > 1
    return ask("notice.chosen", "notice.list", choices, notices=[_facts(one) for one in recent], several=several)


async def chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "write":
        return await begin(talk)
    return await _show(talk, await talk.desk.notices.get(int(said.choice))) if said.choice else None


def _facts(notice: Notice) -> dict[str, object]:
    return {
        "number": notice.number,
        "text": notice.text,
        "notice_state": notice.state,
        "audience": notice.audience.kind,
        "place": notice.audience.area.name,
        "of": notice.village_name,
        "sender": notice.drafter_name,
    }


# Writing one ---------------------------------------------------------------------------------------------------------


async def begin(talk: Talk) -> Answer:
    villages = await talk.desk.notices.villages()
    if len(villages) == 1:
        return await _ask_audience(talk, villages[0].id)
    choices = tuple(Option(str(village.id), text=village.name) for village in villages)
    return ask("notice.village", "notice.where", choices)


async def village_chosen(talk: Talk, said: Said) -> Answer | None:
    return await _ask_audience(talk, int(said.choice)) if said.choice else None


async def _ask_audience(talk: Talk, village_id: int) -> Answer:
    audiences = await talk.desk.notices.audiences(village_id)
    if len(audiences) == 1:
        return _ask_text(audiences[0], village_id)
    choices = tuple(map(_audience_option, audiences))
    return ask("notice.audience", "notice.to_whom", choices, {"village": village_id})


def _audience_option(audience: Audience) -> Option:
    """By its digit or its name; of a group its own name."""
    if audience.kind is AudienceKind.GROUP:
        return Option(f"{audience.kind}-{audience.area.id}", text=audience.area.name)
    return Option(f"{audience.kind}-{audience.area.id}", label=f"audience_{audience.kind}")


async def audience_chosen(talk: Talk, said: Said) -> Answer | None:
    village_id = talk.number("village")
    audiences = await talk.desk.notices.audiences(village_id)
    wanted = [one for one in audiences if _audience_option(one).key == said.choice]
    return _ask_text(wanted[0], village_id) if wanted else None


def _ask_text(audience: Audience, village_id: int) -> Answer:
    data = {"village": village_id, "audience": _audience_option(audience).key}
    return ask("notice.text", "notice.write", data=data, audience=audience.kind, place=audience.area.name)


async def text_given(talk: Talk, said: Said) -> Answer | None:
    if _is_command(said):
        return None
    audiences = await talk.desk.notices.audiences(talk.number("village"))
    wanted = [one for one in audiences if _audience_option(one).key == talk.data["audience"]]
    if not wanted:
        return None
    if len(said.text) < SHORTEST:
        return _ask_text(wanted[0], talk.number("village"))
    return await _offer(talk, await talk.desk.notices.draft(talk.number("village"), wanted[0], said.text))


async def _offer(talk: Talk, notice: Notice) -> Answer:
    """The text as it goes out, whom it reaches, the price; and what may be done now."""
    preview = await talk.desk.notices.preview(notice)
    keys = (
        "submit" if preview.needs_second_person else "send",
        "ask_not" if notice.asks_confirmation else "ask",
        "change",
        "drop",
    )
    return _shown(notice, preview, "notice.ready", options(*keys, prefix="notice"))


def _shown(notice: Notice, preview: Preview, step: str, choices: tuple[Option, ...]) -> Answer:
    facts = {**_facts(notice), **_numbers(preview)}
    says = (Say("notice.text_shown", facts), Say("notice.preview", facts, choices))
    return Answer(says, step, {"notice": notice.id, "hash": notice.content_hash})


def _numbers(preview: Preview) -> dict[str, object]:
    return {
        "sms": preview.text,
        "parts": preview.parts,
        "households": preview.households,
        "people": preview.people,
        "by_chat": preview.by_chat,
        "by_sms": preview.by_sms,
        "shared": preview.shared,
        "opted_out": preview.opted_out,
        "unreachable": preview.unreachable,
        "price": preview.price_fen,
        "replies": preview.replies_fen,
        "needs_second": preview.needs_second_person,
    }


async def ready(talk: Talk, said: Said) -> Answer | None:
    """What the drafter wants done with his draft."""
    key = said.choice or ("send" if said.normal in _SEND else "")
    if not key:
        return None
    notice = await _kept(talk)
    if key in {"ask", "ask_not"}:
        return await _offer(talk, await talk.desk.notices.ask_confirmation(notice, asks=key == "ask"))
    if key == "change":
        return ask("notice.rewrite", "notice.write_anew", data={"notice": notice.id}, number=notice.number)
    if key == "drop":
        await talk.desk.notices.drop(notice)
        return tell_back("notice.dropped", number=notice.number)
    return await _let_go(talk, notice)


async def rewritten(talk: Talk, said: Said) -> Answer | None:
    if _is_command(said):
        return None
    notice = await talk.desk.notices.get(talk.number("notice"))
    if len(said.text) < SHORTEST:
        return ask("notice.rewrite", "notice.write_anew", data=talk.data, number=notice.number)
    return await _offer(talk, await talk.desk.notices.change_text(notice, said.text))


async def _let_go(talk: Talk, notice: Notice) -> Answer:
    """Send it, or where a second person must agree, put it before those who may."""
    preview = await talk.desk.notices.preview(notice)
    facts = {**_facts(notice), **_numbers(preview)}
    if not preview.needs_second_person:
        due = await talk.desk.notices.release(notice)
        return tell_back("notice.sent", **facts, due=due)
    submitted, approvers, names = await talk.desk.notices.submit(notice)
    say = Say("notice.approval", facts, options("approve", "refuse", "open", prefix="notice"))
    question = Question("notice.approval", submitted.id, str(submitted.number))
    tells = tuple(Tell(contact.id, say, question, waits_for_day=False) for contact in approvers)
    return tell_back("notice.submitted", *tells, **facts, names=names)


async def _kept(talk: Talk) -> Notice:
    return await talk.desk.notices.unchanged(talk.number("notice"), str(talk.data["hash"]))


# Approving one -------------------------------------------------------------------------------------------------------


async def approval_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """A digit or a button on the message that asked for an approval."""
    notice = await talk.desk.notices.get(question.subject_id)
    if said.choice == "open":
        return await _show(talk, notice)
    return await _decide(talk, notice, said.choice)


async def decided(talk: Talk, said: Said) -> Answer | None:
    return await _decide(talk, await _kept(talk), said.choice) if said.choice else None


async def _decide(talk: Talk, notice: Notice, choice: str) -> Answer:
    if choice == "refuse":
        data = {"notice": notice.id, "hash": notice.content_hash}
        return ask("notice.refusal", "notice.write_refusal", data=data, number=notice.number)
    approved, due, drafter = await talk.desk.notices.approve(notice)
    facts = {**_facts(approved), "due": due}
    return tell_back("notice.approved", *_tells(drafter, "notice.was_approved", facts), **facts)


async def refusal_given(talk: Talk, said: Said) -> Answer | None:
    """Why not: the drafter reads it."""
    if _is_command(said) or not said.text:
        return None
    refused, drafter = await talk.desk.notices.refuse(await _kept(talk), said.text)
    facts = {**_facts(refused), "reason": refused.refusal}
    return tell_back("notice.refused", *_tells(drafter, "notice.was_refused", facts), **facts)


def _tells(contacts: Sequence[Contact], message: str, facts: Mapping[str, object]) -> tuple[Tell, ...]:
    return tuple(Tell(contact.id, Say(message, facts), waits_for_day=False) for contact in contacts)


# Following one -------------------------------------------------------------------------------------------------------


async def _show(talk: Talk, notice: Notice) -> Answer:
    """Its ledger once it is approved; before that, what its reader may do with it."""
    desk = talk.desk.notices
    if notice.state is NoticeState.APPROVED:
        return await _ledger(talk, notice)
    if notice.state in {NoticeState.DRAFT, NoticeState.REFUSED} and desk.is_mine(notice):
        return await _offer(talk, notice)
    if notice.state is NoticeState.WAITING and await desk.may_approve(notice):
        choices = options("approve", "refuse", prefix="notice")
        return _shown(notice, await desk.preview(notice), "notice.decide", choices)
    if notice.state is NoticeState.WAITING and desk.is_mine(notice):
        choices = options("change", "drop", prefix="notice")
        return _shown(notice, await desk.preview(notice), "notice.ready", choices)
    return tell_back("notice.stands", **_facts(notice))


async def _ledger(talk: Talk, notice: Notice) -> Answer:
    ledger = await talk.desk.notices.ledger(notice)
    return tell_back(
        "notice.ledger",
        **_facts(notice),
        progress=ledger.progress,
        households=ledger.households,
        waiting=ledger.waiting,
        sent=ledger.sent,
        delivered=ledger.delivered,
        failed=ledger.failed,
        unknown=ledger.unknown,
        skipped={str(reason): count for reason, count in ledger.skipped.items()},
        asks=notice.asks_confirmation,
        confirmed=ledger.confirmed,
        unreached=len(ledger.unreached),
        names=ledger.unreached[:NAMED],
    )


async def seen(talk: Talk, question: OpenQuestion, _said: Said) -> Answer:
    """A resident says that he has read it."""
    await talk.desk.notices.confirm(question.subject_id)
    return tell_back("notice.seen", number=question.label)
