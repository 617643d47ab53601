"""What people are told of a matter without having asked: that they may vote, what came of it, what was done."""

from collections.abc import Iterable

from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.domain.speech import Option, Question, Say, Tell

CHOICES = {"agree": Choice.AGREE, "disagree": Choice.DISAGREE, "abstain": Choice.ABSTAIN}
"""By the key of a button."""
VOTE_BUTTONS = tuple(Option(key, label=f"vote_{key}") for key in CHOICES)
VOTE = "vote"
"""The kind of the question that puts a matter to somebody. Only its buttons answer it, as often as he likes."""


def asking_tells(matter: MatterRecord, contact_ids: Iterable[int]) -> tuple[Tell, ...]:
    """Voting is open: to everybody who may vote."""
    say = Say("matter.asked", {"matter": matter}, VOTE_BUTTONS)
    return _tells(matter, contact_ids, say, Question(VOTE, matter.id, str(matter.code)))


def result_tells(matter: MatterRecord, contact_ids: Iterable[int]) -> tuple[Tell, ...]:
    """The count, to everybody who could vote."""
    return _tells(matter, contact_ids, Say("matter.result", {"matter": matter}))


def decision_tells(matter: MatterRecord, contact_ids: Iterable[int]) -> tuple[Tell, ...]:
    """What a meeting decided after the count, to everybody who could vote."""
    return _tells(matter, contact_ids, Say("matter.decision", {"matter": matter}))


def progress_tells(message: str, matter: MatterRecord, contact_ids: Iterable[int]) -> tuple[Tell, ...]:
    return _tells(matter, contact_ids, Say(message, {"matter": matter}))


def _tells(
    matter: MatterRecord, contact_ids: Iterable[int], say: Say, question: Question | None = None
) -> tuple[Tell, ...]:
    return tuple(Tell(contact_id, say, question, matter_id=matter.id) for contact_id in contact_ids)
