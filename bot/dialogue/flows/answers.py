"""Answers to a notice that asks one digit back: a resident gives his, staff see them come in and remind the silent."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.answer_words import read_answer, read_late_answer
from bot.dialogue.flows.notices import offer
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from store.domain.answers import (
    ATTENDING,
    PAID,
    Addressed,
    Asked,
    AskKind,
    GroupAnswers,
    choosing,
    looks_like_vote,
    read_choices,
)
from store.domain.conversation import OpenQuestion
from store.domain.notices import Notice
from store.domain.speech import Option

ANSWER = "notice.answer"
"""The kind of the question that such a notice puts. It has options where choices are given, none for a number."""
NAMED = 20
"""So many of the silent are named; the rest are counted."""
_ASKS: Mapping[str, Asked] = {"attending": ATTENDING, "paid": PAID, "count": Asked(AskKind.COUNT)}
_TALLY = re.compile(r"^(?:看)?通知 ?(\d{5,6})号? ?的?(?:回复|答复|回话|回的|answers)$")
_BOTH = "both"


# What a drafter asks for ---------------------------------------------------------------------------------------------


async def ask_chosen(talk: Talk, said: Said) -> Answer | None:
    """What readers are to answer with a digit."""
    if said.choice == "own":
        return ask("notice.ask_own", "notice.ask_own", data=talk.data)
    return await _ask_for(talk, _ASKS[said.choice]) if said.choice in _ASKS else None


async def own_choices_given(talk: Talk, said: Said) -> Answer | None:
    return await _ask_for(talk, choosing(read_choices(said.text))) if said.text else None


async def _ask_for(talk: Talk, asked: Asked) -> Answer:
    notice = await talk.desk.notices.get(talk.number("notice"))
    return await offer(talk, await talk.desk.notices.ask_readers(notice, asked))


# A resident's answer -------------------------------------------------------------------------------------------------


def read(question: OpenQuestion, said: Said) -> str:
    """Which answer a text gives to the open question; "" where it gives none."""
    return read_answer(said.text, question.options)


async def answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    return await _take(talk, await talk.desk.answers.asked(question.subject_id), said.choice)


async def typed(talk: Talk, said: Said) -> Answer | None:
    """26001 2, at any time: an answer that comes late, or another than before."""
    late = read_late_answer(said.text)
    notice = await talk.desk.answers.numbered(late[0]) if late else None
    if late is None or notice is None:
        return None
    answer = read_answer(late[1], notice.asked.choices)
    return await _take(talk, notice, answer) if answer else None


async def _take(talk: Talk, notice: Notice, answer: str) -> Answer:
    """For the household that was told here; where two share the phone, it is asked which of them."""
    homes = await talk.desk.answers.addressed(notice)
    if len(homes) == 1:
        return await _keep(talk, notice, answer, homes)
    choices = (*(Option(str(home.resident_id), text=home.name) for home in homes), Option(_BOTH, label="answer_both"))
    data = {"notice": notice.id, "answer": answer}
    return ask("answer.whose", "answer.whose", choices, data, number=notice.number, answer=answer)


async def household_chosen(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    notice = await talk.desk.answers.asked(talk.number("notice"))
    homes = await talk.desk.answers.addressed(notice)
    meant = [home for home in homes if said.choice in {str(home.resident_id), _BOTH}]
    return await _keep(talk, notice, str(talk.data["answer"]), meant)


async def _keep(talk: Talk, notice: Notice, answer: str, homes: list[Addressed]) -> Answer:
    await talk.desk.answers.give(notice, [home.resident_id for home in homes], answer)
    return tell_back(
        "answer.kept",
        number=notice.number,
        answer=answer,
        asks=notice.asked.kind,
        no_vote=looks_like_vote(notice.asked, notice.text),
    )


# What came in --------------------------------------------------------------------------------------------------------


async def tally_named(talk: Talk, said: Said) -> Answer | None:
    """通知26001 回复: what was answered so far, group by group, and who is silent."""
    match = _TALLY.match(said.normal)
    return await _tally(talk, await talk.desk.answers.to_count(int(match[1]))) if match else None


async def _tally(talk: Talk, notice: Notice) -> Answer:
    tally = await talk.desk.answers.tally(notice)
    silent = await talk.desk.answers.silent_names(notice)
    can_remind = bool(tally.silent) and await talk.desk.answers.may_remind(notice)
    choices = options("remind", prefix="answers") if can_remind else ()
    choices += tuple(Option(str(group.group_id or 0), text=group.name) for group in tally.groups if group.name)
    answer = ask(
        "answers.action",
        "answers.tally",
        choices,
        {"notice": notice.id},
        number=notice.number,
        asks=notice.asked.kind,
        answers=tally.answers,
        total=tally.total,
        quiet=tally.silent,
        by_group=[_group_facts(group) for group in tally.groups if group.name],
        names=silent[:NAMED],
    )
    return answer if choices else replace(answer, step="")


def _group_facts(group: GroupAnswers) -> dict[str, object]:
    return {"name": group.name, "answers": dict(group.answers), "quiet": group.silent}


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    """One group's households with what each answered, or the reminder."""
    if not said.choice:
        return None
    notice = await talk.desk.answers.counted(talk.number("notice"))
    if said.choice == "remind":
        return await _offer_reminder(talk, notice)
    lines = await talk.desk.answers.of_group(notice, int(said.choice))
    facts = [{"name": home.name, "answer": answer} for home, answer in lines]
    return tell_back("answers.group", number=notice.number, asks=notice.asked.kind, homes=facts)


async def _offer_reminder(talk: Talk, notice: Notice) -> Answer:
    preview = await talk.desk.answers.preview_reminder(notice)
    return ask(
        "answers.remind",
        "answers.remind",
        options("send", "drop", prefix="notice"),
        {"notice": notice.id},
        number=notice.number,
        people=preview.by_chat + preview.by_sms,
        by_chat=preview.by_chat,
        by_sms=preview.by_sms,
        price=preview.price_fen,
    )


async def reminder_confirmed(talk: Talk, said: Said) -> Answer | None:
    if not said.choice:
        return None
    notice = await talk.desk.answers.counted(talk.number("notice"))
    if said.choice == "drop":
        return tell_back("answers.not_reminded", number=notice.number)
    people, due = await talk.desk.answers.remind(notice)
    return tell_back("answers.reminded", number=notice.number, people=people, due=due)
