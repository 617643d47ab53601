"""Voting: three digits from any channel, or a button. What was chosen stays out of the books but for the ballot."""

from dataclasses import replace

from bot.dialogue.flows import front
from bot.dialogue.flows.identity import which_of_them
from bot.dialogue.numbers import read_digit
from bot.dialogue.talk import Answer, Said, Talk, ask, options
from store.domain.ballots import Choice
from store.domain.conversation import OpenQuestion, Speaker
from store.domain.deliberation import MatterRecord
from store.domain.errors import Refusal
from store.domain.inbound import InboundBody
from store.domain.matter_tells import CHOICES, VOTE
from store.domain.matters import MatterState
from store.domain.speech import Say
from store.domain.vote_code import CHOICE_WORDS, parse_vote


async def typed(talk: Talk, said: Said) -> Answer | None:
    """Three digits, or a code and a word. A code that nobody uses is a vote only where nothing else was asked."""
    vote = parse_vote(said.text)
    if vote is None:
        return None
    code, choice = vote
    matter = await talk.desk.matters.with_code(code)
    if matter:
        return await cast(talk, matter, choice)
    return None if talk.session.step else Answer((Say("vote.no_such_code", {"code": code}),), keeps=True)


def is_vote(body: InboundBody) -> bool:
    """Whether a message would be a vote, told by itself: for whoever must not read it."""
    return parse_vote(body.text) is not None or body.button.rpartition(":")[2] in CHOICES


async def pressed(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """A button of the message that put the matter to him; it works until the close, as often as he likes."""
    return await cast(talk, await talk.desk.matters.get(question.subject_id), CHOICES[said.choice])


async def cast(talk: Talk, matter: MatterRecord, choice: Choice) -> Answer:
    """Cast it, or say why it cannot be. On a shared phone it may have to be asked who is speaking."""
    if not matter.is_open(talk.now):
        return _beside(_not_open(matter), matter)
    if talk.speaker.is_guest:
        return _beside("vote.guest", matter)
    entitled = await talk.desk.matters.entitled(matter)
    if _must_name_himself(talk.speaker, entitled):
        held = await talk.desk.matters.hold(matter, choice)
        asked = which_of_them(talk, "vote.held", {"matter": matter.id, "held": held})
        return replace(asked, is_vote=True, matter_id=matter.id)
    voter = talk.speaker.resident.id if talk.speaker.resident else next(iter(entitled), None)
    if voter is None or voter not in entitled:
        return _beside("vote.not_on_roll", matter)
    return await _cast(talk, matter, voter, choice)


async def cast_held(talk: Talk, _said: Said) -> Answer | None:
    """Who is speaking has been said: the vote that waited is cast in his name."""
    matter = await talk.desk.matters.get(talk.number("matter"))
    try:
        choice = await talk.desk.matters.held(matter, str(talk.data["held"]))
    except Refusal as refusal:
        return _beside(f"refused.{refusal.key}", matter, **refusal.params)
    return await cast(talk, matter, choice)


def _must_name_himself(speaker: Speaker, entitled: dict[int, int]) -> bool:
    """Whether it matters who of those who share the phone is speaking; for a home's one vote it does not."""
    if speaker.resident or not entitled:
        return False
    return len(set(entitled.values())) > 1 or len(entitled) < len(speaker.holders)


async def _cast(talk: Talk, matter: MatterRecord, voter: int, choice: Choice) -> Answer:
    """A refusal is answered here, so that a vote that came too late is not kept in words either."""
    try:
        ballot = await talk.desk.matters.cast(matter, voter, choice)
    except Refusal as refusal:
        return _beside(f"refused.{refusal.key}", matter, **refusal.params)
    shown = choice.name.lower() if matter.named else ""
    return _beside("vote.receipt", matter, receipt=ballot.receipt, choice=shown, repeated=ballot.repeated)


def _not_open(matter: MatterRecord) -> str:
    if matter.state is MatterState.PUBLISHED:
        return "vote.not_yet"
    return "vote.closed" if matter.tally else "vote.counting"


def _beside(message: str, matter: MatterRecord, **facts: object) -> Answer:
    say = Say(message, {**facts, "matter": matter})
    return Answer((say,), keeps=True, is_vote=True, matter_id=matter.id)


def three_digits(matter: MatterRecord) -> Answer:
    """A bare digit, or a bare word, never casts a vote: several things may be asked of one phone."""
    return Answer((Say("vote.three_digits", {"matter": matter}),), keeps=True)


async def hint(talk: Talk, said: Said, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """A digit or a word that only a vote that was put to him explains."""
    meant = read_digit(said.text) in {"1", "2", "3"} or said.normal in CHOICE_WORDS
    matter = await _put_to_him(talk, questions) if meant else None
    return three_digits(matter) if matter else None


async def stop_or_no(talk: Talk, questions: tuple[OpenQuestion, ...]) -> Answer | None:
    """N inside a vote may mean no, or no more messages: it is asked about."""
    matter = await _put_to_him(talk, questions)
    if matter is None:
        return None
    choices = options("disagree", "stop", prefix="vote_or_stop")
    return ask("vote.stop_or_no", "vote.stop_or_no", choices, {"matter": matter.id}, matter=matter)


async def stop_or_no_answered(talk: Talk, said: Said) -> Answer | None:
    if said.choice == "stop":
        return await front.stop(talk)
    if said.choice != "disagree":
        return None
    return await cast(talk, await talk.desk.matters.get(talk.number("matter")), Choice.DISAGREE)


async def _put_to_him(talk: Talk, questions: tuple[OpenQuestion, ...]) -> MatterRecord | None:
    """The open matter that was put to him last."""
    for question in reversed(questions):
        if question.kind == VOTE:
            matter = await talk.desk.matters.get(question.subject_id)
            return matter if matter.is_open(talk.now) else None
    return None
