"""Notices: a member of staff writes one, sees whom it reaches and what it costs, and follows what became of it.

Where a second person must agree, that person is told and answers with a digit; a resident who was asked for it says
with a 1 that he has read it.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict

from bot.dialogue.flows.addressing import audience_kept, audience_typed, begin
from bot.dialogue.flows.ledger import show_ledger
from bot.dialogue.plan_words import WHOLE_PLAN, read_fallback
from bot.dialogue.talk import Answer, Said, Talk, aside, ask, options, tell_back
from store.domain.answers import Asked, AskKind
from store.domain.audiences import whom
from store.domain.conversation import OpenQuestion
from store.domain.notice_tells import approval_tells, approved_tells, notice_facts, refusal_facts, refused_tells
from store.domain.notices import Notice, NoticeState
from store.domain.plans import Preview, plan_facts
from store.domain.speech import Option, Say

NAMED = 10
"""So many of the households that got nothing are named; the rest are counted."""
SHORTEST = 4
"""Characters: what is shorter was not meant as a notice."""
_SHOW = re.compile(r"^(?:看)?通知 ?(\d{5,6})号?$")
LIST_WORDS = frozenset({"通知", "看通知", "通知列表", "notice", "notices"})
WRITE_WORDS = frozenset({"发通知", "写通知", "发个通知", "写新通知", "新通知", "new notice"})
_ASKS = options("attending", "paid", "count", "own", prefix="ask")
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
    return ask("notice.chosen", "notice.list", choices, notices=[_facts(talk, one) for one in recent], several=several)


async def chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "write":
        return await begin(talk)
    return await _show(talk, await talk.desk.notices.get(int(said.choice))) if said.choice else None


def _facts(talk: Talk, notice: Notice) -> dict[str, object]:
    """What is said of a notice to the person who asks."""
    return notice_facts(notice, discreet=not talk.desk.notices.knows(notice.audience))


def _names(talk: Talk, notice: Notice, names: Sequence[str]) -> list[str]:
    """Of its readers, for whoever may know by what mark they were chosen; the others hear how many they are."""
    return list(names) if talk.desk.notices.knows(notice.audience) else []


# Writing one ---------------------------------------------------------------------------------------------------------


async def text_given(talk: Talk, said: Said) -> Answer | None:
    if _is_command(said):
        return None
    village_id, audience = talk.number("village"), await audience_kept(talk)
    if another := await audience_typed(talk, village_id, said):
        return another
    if len(said.text) < SHORTEST:
        return ask("notice.text", "notice.write", data=talk.data, to=whom(audience, discreet=False))
    return await offer(talk, await talk.desk.notices.draft(village_id, audience, said.text))


async def offer(talk: Talk, notice: Notice) -> Answer:
    """The text as it goes out, whom it reaches, the price; and what may be done now."""
    preview = await talk.desk.notices.preview(notice)
    keys = (
        "submit" if preview.needs_second_person else "send",
        "ask_not" if notice.asked.kind else "ask",
        "change",
        "drop",
        "ask_more",
    )
    return _shown(talk, notice, preview, "notice.ready", options(*keys, prefix="notice"))


def _shown(talk: Talk, notice: Notice, preview: Preview, step: str, choices: tuple[Option, ...]) -> Answer:
    facts = {**_facts(talk, notice), **plan_facts(preview), "after_minutes": notice.fallback.minutes}
    says = (Say("notice.text_shown", facts), Say("notice.preview", facts, choices))
    return Answer(says, step, {"notice": notice.id, "hash": notice.content_hash, "plan": preview.frozen})


async def _whole_plan(talk: Talk, notice: Notice) -> Answer:
    """Everything that is known of it; the conversation goes on where it stood."""
    preview = await talk.desk.notices.preview(notice)
    minutes, unknown = notice.fallback.minutes, notice.fallback.unknown
    facts = {**_facts(talk, notice), **plan_facts(preview), "names": _names(talk, notice, preview.names)}
    return aside("notice.plan", **{**facts, "after_minutes": minutes, "after_unknown": unknown})


async def ready(talk: Talk, said: Said) -> Answer | None:
    """What the drafter wants done with his draft."""
    minutes = read_fallback(said.normal)
    if minutes is not None:
        return await offer(talk, await talk.desk.notices.change_fallback(await _kept(talk), minutes))
    if said.normal in WHOLE_PLAN:
        return await _whole_plan(talk, await _kept(talk))
    key = said.choice or ("send" if said.normal in _SEND else "")
    return await _do(talk, await _kept(talk), key) if key else None


async def _do(talk: Talk, notice: Notice, key: str) -> Answer:
    if key in {"ask", "ask_not"}:
        asked = Asked(AskKind.SEEN if key == "ask" else AskKind.NOTHING)
        return await offer(talk, await talk.desk.notices.ask_readers(notice, asked))
    if key == "ask_more":
        return ask("notice.ask_what", "notice.ask_what", _ASKS, {"notice": notice.id})
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
    return await offer(talk, await talk.desk.notices.change_text(notice, said.text))


async def _let_go(talk: Talk, notice: Notice) -> Answer:
    """Send it, or where a second person must agree, put it before those who may."""
    seen = str(talk.data["plan"])
    if not (await talk.desk.notices.preview(notice)).needs_second_person:
        plan = await talk.desk.notices.release(notice, seen)
        return tell_back("notice.sent", **{**_facts(talk, notice), **plan_facts(plan)})
    submitted, plan, approvers, names = await talk.desk.notices.submit(notice, seen)
    tells = approval_tells(submitted, plan, approvers)
    return tell_back("notice.submitted", *tells, number=notice.number, names=names)


async def _kept(talk: Talk) -> Notice:
    return await talk.desk.notices.unchanged(talk.number("notice"), str(talk.data["hash"]))


# Approving one -------------------------------------------------------------------------------------------------------


async def approval_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """A digit or a button on the message that asked for an approval."""
    notice = await talk.desk.notices.get(question.subject_id)
    if said.choice == "open":
        return await _show(talk, notice)
    return await _decide(talk, notice, said.choice, notice.plan_hash)


async def decided(talk: Talk, said: Said) -> Answer | None:
    if said.normal in WHOLE_PLAN:
        return await _whole_plan(talk, await _kept(talk))
    return await _decide(talk, await _kept(talk), said.choice, str(talk.data["plan"])) if said.choice else None


async def _decide(talk: Talk, notice: Notice, choice: str, seen: str) -> Answer:
    if choice == "refuse":
        data = {"notice": notice.id, "hash": notice.content_hash}
        return ask("notice.refusal", "notice.write_refusal", data=data, number=notice.number)
    approved, due, drafter = await talk.desk.notices.approve(notice, seen)
    facts: dict[str, object] = {"number": approved.number, "due": due}
    return tell_back("notice.approved", *approved_tells(drafter, facts), **facts)


async def refusal_given(talk: Talk, said: Said) -> Answer | None:
    """Why not: the drafter reads it."""
    if _is_command(said) or not said.text:
        return None
    refused, drafter = await talk.desk.notices.refuse(await _kept(talk), said.text)
    return tell_back("notice.refused", *refused_tells(refused, drafter), **refusal_facts(refused))


# Following one -------------------------------------------------------------------------------------------------------


async def _show(talk: Talk, notice: Notice) -> Answer:
    """Its ledger once it is approved; before that, what its reader may do with it."""
    desk = talk.desk.notices
    if notice.state is NoticeState.APPROVED:
        return await _ledger(talk, notice)
    if notice.state in {NoticeState.DRAFT, NoticeState.REFUSED} and desk.is_mine(notice):
        return await offer(talk, notice)
    if notice.state is NoticeState.WAITING:
        return await _show_waiting(talk, notice)
    return tell_back("notice.stands", **_facts(talk, notice))


async def _show_waiting(talk: Talk, notice: Notice) -> Answer:
    desk = talk.desk.notices
    plan = await desk.preview(notice)
    if await desk.may_approve(notice, plan):
        return _shown(talk, notice, plan, "notice.decide", options("approve", "refuse", prefix="notice"))
    if desk.is_mine(notice):
        return _shown(talk, notice, plan, "notice.ready", options("change", "drop", prefix="notice"))
    return tell_back("notice.stands", **_facts(talk, notice))


async def _ledger(talk: Talk, notice: Notice) -> Answer:
    arranging = await talk.desk.notices.arranging(notice)
    if arranging:
        return tell_back("notice.arranging", **_facts(talk, notice), **asdict(arranging))
    ledger = await talk.desk.notices.ledger(notice)
    return await show_ledger(
        talk,
        notice,
        **_facts(talk, notice),
        progress=ledger.progress,
        households=ledger.households,
        waiting=ledger.waiting,
        sent=ledger.sent,
        delivered=ledger.delivered,
        failed=ledger.failed,
        unknown=ledger.unknown,
        skipped={str(reason): count for reason, count in ledger.skipped.items()},
        asks=notice.asked.kind,
        confirmed=ledger.confirmed,
        unreached=len(ledger.unreached),
        names=_names(talk, notice, ledger.unreached[:NAMED]),
    )


async def seen(talk: Talk, question: OpenQuestion, _said: Said) -> Answer:
    """A resident says that he has read it."""
    await talk.desk.notices.confirm(question.subject_id)
    return tell_back("notice.seen", number=question.label)
