"""Reading one message: what it answers, what it asks for, and where nothing fits, how it reaches a person.

The order is the keypad grammar's: a pressed button; the words that always work; a vote; the step that waits; an open
question; what may be asked for at any time; and else a report.
"""

import re
from dataclasses import replace

from bot.dialogue import flows
from bot.dialogue.numbers import read_digit
from bot.dialogue.talk import Answer, Said, Talk, aside, tell_back
from bot.dialogue.topics import read_intent
from bot.dialogue.words import Word, read_word
from store.domain.conversation import OpenQuestion, Session
from store.domain.inbound import InboundBody
from store.domain.normal import clean, normal
from store.domain.speech import Option

# What comes back may be anything: a number longer than these does not fit into the store's 64 bits.
_BUTTON = re.compile(r"(?P<kind>[fqm]):(?P<of>[a-z_]{1,40}|[0-9]{1,18})(?::(?P<key>[\w.-]{1,40}))?")


async def answer(talk: Talk, body: InboundBody, questions: tuple[OpenQuestion, ...]) -> Answer:
    """The answer to one message, whatever it is: no message is left without one."""
    if body.missed_call:
        return await flows.front.call_back(talk)
    if body.button:
        return await _pressed(talk, body)
    said = _said(talk.session, body)
    typed = tuple(question for question in questions if question.kind not in flows.PRESSED_ONLY)
    return (
        await _always(talk, said, questions)
        or await flows.votes.typed(talk, said)
        or await flows.answers.typed(talk, said)
        or await _first_question(talk, said, typed)
        or await _newer_question(talk, said, typed)
        or await _which(talk, said)
        or await _step(talk, said)
        or await _question(talk, said, typed)
        or await flows.votes.hint(talk, said, questions)
        or await _asked_for(talk, said)
        or await flows.matters.remark(talk, said, questions)
        or await _afterthought(talk, said)
        or await flows.report.begin(talk, said)
    )


def _said(session: Session, body: InboundBody, choice: str = "") -> Said:
    text = clean(body.text).strip()
    return Said(text, normal(text), choice or _choice(session.options, text), body)


def _choice(options: tuple[Option, ...], text: str) -> str:
    digit = read_digit(text)
    if digit and digit != "00" and 0 < int(digit) <= len(options):
        return options[int(digit) - 1].key
    keys = {option.key for option in options}
    if keys >= {"yes", "no"}:
        return {Word.YES: "yes", Word.NO: "no", Word.STOP_OR_NO: "no"}.get(read_word(text) or Word.MENU, "")
    return next((option.key for option in options if option.text and normal(option.text) == normal(text)), "")


async def _pressed(talk: Talk, body: InboundBody) -> Answer:
    """A button says what it was about: an old one cannot answer a new question."""
    match = _BUTTON.fullmatch(body.button)
    if not match or match["of"].isdecimal() is (match["kind"] == "m"):
        return aside("press.unknown")
    if match["kind"] == "m":
        return await flows.OPENINGS[match["of"]](talk) if match["of"] in flows.OPENINGS else aside("press.unknown")
    if match["kind"] == "q":
        return await _answer_question(talk, int(match["of"]), match["key"] or "", body)
    session = talk.session
    if match["of"] != str(session.turn) or not session.step:
        return aside("press.old")
    if match["key"] not in {option.key for option in session.options}:
        return aside("press.unknown")
    said = _said(session, body, choice=match["key"] or "")
    return await _which(talk, said) or await _step(talk, said) or aside("press.old")


async def _always(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """The words that work wherever a person is: stop, come back, a person, the menu, one step back."""
    word = read_word(said.text)
    if word is None:
        return None
    if word is Word.STOP_OR_NO and not said.choice:
        return await flows.votes.stop_or_no(talk, questions) or await flows.front.stop_or_no(talk)
    if word in flows.ALWAYS and not said.choice:
        return await flows.ALWAYS[word](talk)
    return None


async def _step(talk: Talk, said: Said) -> Answer | None:
    step = talk.session.step
    return await flows.STEPS[step](talk, said) if step in flows.STEPS else None


async def _afterthought(talk: Talk, said: Said) -> Answer | None:
    step = talk.session.step
    return await flows.AFTERTHOUGHTS[step](talk, said) if step in flows.AFTERTHOUGHTS else None


async def _question(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """A digit, or a yes or no, answers the open question that it fits; where it fits several, it asks which."""
    answers = {question.id: key for question in questions if (key := _key_of(question, said))}
    fitting = [question for question in questions if question.id in answers]
    if not fitting:
        return None
    if len(fitting) > 1 and read_digit(said.text):
        return flows.front.which_question(fitting, said.text)
    return await _answer_question(talk, fitting[-1].id, answers[fitting[-1].id], said.body)


async def _first_question(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """What goes before the conversation and all other questions; words that can mean nothing else change it later."""
    first = tuple(question for question in questions if question.kind in flows.FIRST)
    return await _question(talk, said, first[-1:]) or await flows.transfers.typed(talk, said)


async def _newer_question(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """What was put to this person after the conversation's own last question is what he answers first."""
    asked_at = talk.session.asked_at
    newer = tuple(question for question in questions if asked_at is None or question.asked_at > asked_at)
    return await _question(talk, said, newer) if talk.session.step else None


def _key_of(question: OpenQuestion, said: Said) -> str:
    if question.kind in flows.READERS:
        return flows.READERS[question.kind](question, said)
    digit = read_digit(said.text)
    if digit and digit != "00":
        return question.options[int(digit) - 1] if 0 < int(digit) <= len(question.options) else ""
    word = read_word(said.text)
    key = {Word.YES: "yes", Word.NO: "no"}.get(word, "") if word else ""
    return key if key in question.options else ""


async def _which(talk: Talk, said: Said) -> Answer | None:
    """Which of two questions a digit was meant for has been said: now it answers that one."""
    if talk.session.step != flows.front.WHICH or not said.choice:
        return None
    question = await talk.desk.contact.question(int(said.choice))
    meant = _said(Session(), replace(said.body, text=str(talk.data["digit"])))
    return await _answer_question(talk, question.id, _key_of(question, meant), said.body) if question else None


async def _answer_question(talk: Talk, question_id: int, key: str, body: InboundBody) -> Answer:
    question = await talk.desk.contact.question(question_id)
    if question is None or not key or (question.options and key not in question.options):
        return aside("press.unknown")
    lasts = question.kind in flows.PRESSED_ONLY
    if not lasts and not await talk.desk.contact.close_question(question_id) and question.kind not in flows.CHANGEABLE:
        return aside("press.old")
    taken = await flows.QUESTIONS[question.kind](talk, question, _said(talk.session, body, choice=key))
    return replace(taken, keeps=not taken.step)


async def _asked_for(talk: Talk, said: Said) -> Answer | None:
    if said.body.shared_number:
        return await flows.identity.shared(talk, said.body.shared_number)
    if said.body.unusable and not said.text:
        return tell_back("file.unusable", why=said.body.unusable)
    linked = await flows.identity.link(talk, said)
    if linked:
        return linked
    if talk.speaker.staff:
        opening = flows.OFFICE_WORDS.get(said.normal)
        taken = await opening(talk) if opening else await _number_named(talk, said)
        if taken:
            return taken
    about_matter = await flows.matters.receipt_named(talk, said) or await flows.matters.named(talk, said)
    if about_matter:
        return about_matter
    intent = read_intent(said.text)
    return await flows.INTENTS[intent](talk) if intent and intent in flows.INTENTS else None


async def _number_named(talk: Talk, said: Said) -> Answer | None:
    return (
        await flows.council.code_named(talk, said)
        or await flows.office.number_named(talk, said)
        or await flows.notices.number_named(talk, said)
        or await flows.ledger.named(talk, said)
        or await flows.answers.tally_named(talk, said)
    )
