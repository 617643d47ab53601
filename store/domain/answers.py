"""What a notice asks its readers to answer with a digit, and what they answered.

It is a count of who comes or has paid, no vote: nothing is decided by it, and who shares a phone may answer for two.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from store.domain.errors import Refusal
from store.domain.speech import Option

MOST_CHOICES = 6
LONGEST_CHOICE = 8
"""Characters. Six such choices still fit beside a text in two parts of an SMS."""
LARGEST_COUNT = 99

_CHOICE = re.compile(rf"[^\W\d_]\w{{0,{LONGEST_CHOICE - 1}}}")
_PARTS = re.compile(r"[\s,、;/|\uff0c\uff1b]+")
_LISTED = re.compile(r"^\d[.、)]?")
_VOTING = re.compile("同意|赞成|反对|弃权|表决|投票")


class AskKind(StrEnum):
    NOTHING = ""
    SEEN = "seen"
    CHOICE = "choice"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Asked:
    """What readers are asked for: nothing, a 1 for seen, one of `choices`, or how many (0 to 99)."""

    kind: AskKind = AskKind.NOTHING
    choices: tuple[str, ...] = ()

    @property
    def wants_answer(self) -> bool:
        """Whether there is something to count by household, besides that it was seen."""
        return self.kind in {AskKind.CHOICE, AskKind.COUNT}

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be pressed: none for a number, which is typed."""
        if self.kind is AskKind.SEEN:
            return (Option("yes", label="notice_seen"),)
        return tuple(Option(choice, text=choice) for choice in self.choices)

    def takes(self, answer: str) -> bool:
        if self.kind is AskKind.COUNT:
            return answer.isascii() and answer.isdecimal() and int(answer) <= LARGEST_COUNT
        return answer in self.choices


def read_choices(text: str) -> tuple[str, ...]:
    """The choices a drafter typed: 去 不去 还没定, or 1去、2不去."""
    return tuple(_LISTED.sub("", part) for part in _PARTS.split(text.strip()) if part)


def choosing(choices: Sequence[str]) -> Asked:
    """Ask for one of these. Raises Refusal("answer.choices") unless they are two to six short words, each another."""
    fine = 1 < len(choices) <= MOST_CHOICES and len(set(choices)) == len(choices)
    if not fine or not all(_CHOICE.fullmatch(choice) for choice in choices):
        raise Refusal("answer.choices", most=MOST_CHOICES, longest=LONGEST_CHOICE)
    return Asked(AskKind.CHOICE, tuple(choices))


ATTENDING = Asked(AskKind.CHOICE, ("参加", "不参加"))
PAID = Asked(AskKind.CHOICE, ("已缴", "没缴"))


def looks_like_vote(asked: Asked, text: str) -> bool:
    """Whether a reader might take it for a vote, and must be told that it is none."""
    return asked.wants_answer and bool(_VOTING.search(" ".join((text, *asked.choices))))


@dataclass(frozen=True, slots=True)
class Addressed:
    """A household that a notice was sent to, by the name of its head; or the single person."""

    resident_id: int
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupAnswers:
    """What one villagers' group answered: how many gave which answer, and how many were told and said nothing."""

    group_id: int | None
    name: str
    answers: Mapping[str, int]
    silent: int


@dataclass(frozen=True, slots=True)
class AnswerTally:
    """All groups, in their order."""

    asked: Asked
    groups: tuple[GroupAnswers, ...]

    @property
    def silent(self) -> int:
        return sum(group.silent for group in self.groups)

    @property
    def answers(self) -> dict[str, int]:
        """How many gave each answer: of choices all of them, in the drafter's order."""
        return {answer: sum(group.answers.get(answer, 0) for group in self.groups) for answer in self._known}

    @property
    def total(self) -> int:
        """Where a number was asked for, the sum of the numbers."""
        return sum(int(answer) * count for answer, count in self.answers.items() if answer.isdecimal())

    @property
    def _known(self) -> Sequence[str]:
        if self.asked.kind is AskKind.CHOICE:
            return self.asked.choices
        return sorted({answer for group in self.groups for answer in group.answers}, key=int)


@dataclass(frozen=True, slots=True)
class ReminderPreview:
    """Whom one reminder would reach and what it costs, in SMS."""

    by_chat: int
    by_sms: int
    price_fen: int
