"""Matters as residents talk of them: what is talked over, an opinion, a proposal, a receipt."""

import re

from bot.dialogue.flows import report, votes
from bot.dialogue.flows.identity import which_of_them
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from bot.dialogue.topics import classify
from store.domain.conversation import OpenQuestion
from store.domain.deliberation import MatterRecord
from store.domain.inbound import InboundBody
from store.domain.matter_tells import CHOICES, VOTE, VOTE_BUTTONS
from store.domain.matters import MatterState
from store.domain.normal import normal
from store.domain.receipts import parse_receipt
from store.domain.speech import Option, Question, Say, Tell

LISTED = 8
SHOWN_COMMENTS = 3
SHORTEST_OPINION = 5
OPEN_FOR_COMMENT = frozenset({MatterState.PUBLISHED, MatterState.VOTING})
_CODE = r"第?(?P<code>[3-9][0-9]) ?号(?:事|议题|事项)?"
_NAMED = re.compile(
    rf"(?:看看?|查)?(?:{_CODE}|(?P<bare>[3-9][0-9]))(?:怎么样了?|是?什么(?:事|意思)?|内容|结果|情况|进展|怎么投)?\??"
)
_OPINION = re.compile(rf"{_CODE}[ ,:。]*(?P<text>.{{2,}})", re.DOTALL)


async def open_matters(talk: Talk) -> Answer:
    listed = (await talk.desk.matters.to_see())[:LISTED]
    if not listed:
        return tell_back("matters.none")
    choices = tuple(Option(str(matter.id), text=f"{matter.code} {matter.title}"[:24]) for matter in listed)
    return ask("matters.chosen", "matters.list", choices, matters=listed)


async def matter_chosen(talk: Talk, said: Said) -> Answer | None:
    return await show(talk, await talk.desk.matters.get(int(said.choice))) if said.choice else None


async def named(talk: Talk, said: Said) -> Answer | None:
    """61号事 shows it; 61号 and more words is an opinion on it."""
    found = _NAMED.fullmatch(said.normal)
    if found:
        matter = await talk.desk.matters.with_code(int(found["code"] or found["bare"]))
        return await show(talk, matter) if matter else None
    opinion = _OPINION.fullmatch(said.normal)
    matter = await talk.desk.matters.with_code(int(opinion["code"])) if opinion else None
    if opinion is None or matter is None or matter.state not in OPEN_FOR_COMMENT:
        return None
    return _ask_to_sign(talk, matter, said.text)


async def show(talk: Talk, matter: MatterRecord) -> Answer:
    """The plan, the time, what others said; in chat with buttons to vote. By SMS a vote is three digits, not one."""
    comments = await talk.desk.matters.comments(matter)
    facts = {
        "matter": matter,
        "turnout": await talk.desk.matters.turnout(matter),
        "comments": comments[-SHOWN_COMMENTS:],
        "comment_count": len(comments),
    }
    buttons = VOTE_BUTTONS if matter.is_open(talk.now) and not talk.speaker.by_sms else ()
    commenting = options("comment", prefix="matter") if matter.state in OPEN_FOR_COMMENT else ()
    return ask("matter.action", "matter.shown", (*buttons, *commenting), {"matter": matter.id}, **facts)


async def action_chosen(talk: Talk, said: Said) -> Answer | None:
    matter = await talk.desk.matters.get(talk.number("matter"))
    if said.choice in CHOICES:
        pressed = bool(said.body.button)
        return await votes.cast(talk, matter, CHOICES[said.choice]) if pressed else votes.three_digits(matter)
    if said.choice == "comment":
        return ask("matter.comment", "matter.write_comment", data={"matter": matter.id}, matter=matter)
    if matter.state in OPEN_FOR_COMMENT and _is_opinion(said):
        return _ask_to_sign(talk, matter, said.text)
    return None


async def comment_given(talk: Talk, said: Said) -> Answer | None:
    matter = await talk.desk.matters.get(talk.number("matter"))
    return _ask_to_sign(talk, matter, said.text) if said.text and not classify(said.text).danger else None


async def remark(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """Words that answer no question, after a matter was put to him: they may be an opinion on it, so he is asked."""
    asked = next((question for question in reversed(questions) if question.kind == VOTE), None)
    if asked is None or talk.session.step or not _is_opinion(said):
        return None
    matter = await talk.desk.matters.get(asked.subject_id)
    return _ask_to_sign(talk, matter, said.text) if matter.state in OPEN_FOR_COMMENT else None


def _is_opinion(said: Said) -> bool:
    """Words long enough to mean something, in which nothing is broken and nobody accused."""
    topic = classify(said.text)
    reports = topic.subject or topic.urgent or topic.danger or topic.about_staff
    return len(said.normal) >= SHORTEST_OPINION and not reports


def _ask_to_sign(talk: Talk, matter: MatterRecord, text: str) -> Answer:
    keys = ("unsigned", "drop") if talk.speaker.is_guest else ("signed", "unsigned", "drop")
    data = {"matter": matter.id, "text": text}
    return ask("matter.sign", "matter.sign", options(*keys, prefix="sign"), data, matter=matter)


async def sign_chosen(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "signed":
        return await keep_signed(talk, said)
    if said.choice == "unsigned":
        return await _keep(talk, "")
    return await _drop(talk) if said.choice == "drop" else None


async def _drop(talk: Talk) -> Answer:
    """No opinion: where it sounds like something to report, it is taken as that."""
    text = str(talk.data["text"])
    if not classify(text).category:
        return tell_back("matter.not_kept")
    return await report.begin(talk, Said(text, normal(text), "", InboundBody(text=text)))


async def keep_signed(talk: Talk, _said: Said) -> Answer:
    """With a name; on a shared phone it is asked whose."""
    if talk.speaker.resident is None:
        return which_of_them(talk, "matter.signed", talk.data)
    return await _keep(talk, talk.speaker.resident.name)


async def _keep(talk: Talk, signature: str) -> Answer:
    matter = await talk.desk.matters.get(talk.number("matter"))
    number = await talk.desk.matters.comment(matter, str(talk.data["text"]), signature)
    return tell_back("matter.comment_kept", matter=matter, number=number)


async def open_proposal(_talk: Talk) -> Answer:
    return ask("matter.propose", "matter.what")


async def proposal_given(talk: Talk, said: Said) -> Answer | None:
    """It waits for the council's chair, who is told. What the law wants on paper is refused with the reason."""
    if not said.text or classify(said.text).danger:
        return None
    matter, chairs = await talk.desk.matters.propose(said.text)
    say = Say("matter.new_proposal", {"matter": matter}, options("open", prefix="proposal"))
    question = Question("proposal", matter.id, matter.title)
    return tell_back("matter.proposed", *(Tell(chair.id, say, question) for chair in chairs), matter=matter)


async def receipt_named(talk: Talk, said: Said) -> Answer | None:
    """回执4821-7730-5: what became of it. Nine digits alone are a receipt only where there is one like it."""
    called_so = said.normal.startswith("回执") and any(character.isdigit() for character in said.normal)
    receipt = parse_receipt(said.text)
    found = await talk.desk.matters.find(receipt) if receipt else None
    if found:
        return tell_back("receipt.found", found=found, choice=found.choice.name.lower() if found.choice else "")
    if called_so:
        return tell_back("receipt.unknown" if receipt else "receipt.misread")
    return None
