"""What a person may ask of what is kept about him (Personal Information Protection Law, Art. 44 to 50).

He may see and copy it (45), have it put right (46) and have deleted what need not be kept (47). What stays, stays for a
reason that is told to him (13 and 47: while a law's period runs, or a duty is not yet done).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ANSWER_WITHIN = timedelta(days=30)
"""GB/T 35273-2020, 8.7: whoever asks is answered within thirty days."""


ERASED = "—"
"""Stands where a name stood."""


class RequestKind(StrEnum):
    SHOW = "show"
    CORRECT = "correct"
    DELETE = "delete"


class Part(StrEnum):
    """One part of what is kept."""

    NAME = "name"
    NUMBERS = "numbers"
    PLACE = "place"
    TAGS = "tags"
    FLAGS = "flags"
    TICKETS = "tickets"
    VOTES = "votes"
    LEDGER = "ledger"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of a person. `is_here`: he lives in the village; `in_office`: he serves it.

    `open_tickets` are all of his, whoever may see them: a reason is the same for those that the one who asks may read
    out and for those that he may not know of.
    """

    is_here: bool
    in_office: bool
    open_tickets: int
    votes: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a part goes when he asks for it; `reason` and `law` say why it stays, "" where it goes."""

    part: Part
    goes: bool
    reason: str = ""
    law: str = ""


def verdicts_on(kept: Kept) -> tuple[Verdict, ...]:
    return (
        _name(kept),
        _numbers(kept),
        Verdict(Part.PLACE, goes=True),
        Verdict(Part.TAGS, goes=True),
        Verdict(Part.FLAGS, goes=True),
        Verdict(Part.TICKETS, goes=False, reason="archive", law="cun_34"),
        *([Verdict(Part.VOTES, goes=False, reason="archive", law="cun_34")] if kept.votes else []),
        Verdict(Part.LEDGER, goes=False, reason="proof", law="pipl_47"),
        Verdict(Part.AUDIT, goes=False, reason="ids_only", law="pipl_51"),
    )


def _name(kept: Kept) -> Verdict:
    if kept.is_here:
        return Verdict(Part.NAME, goes=False, reason="register", law="cun_13")
    if kept.in_office:
        return Verdict(Part.NAME, goes=False, reason="office", law="pipl_13")
    if kept.votes:
        return Verdict(Part.NAME, goes=False, reason="archive", law="cun_34")
    return _while_needed(Part.NAME, kept)


def _numbers(kept: Kept) -> Verdict:
    if kept.in_office:
        return Verdict(Part.NUMBERS, goes=False, reason="office", law="pipl_13")
    return _while_needed(Part.NUMBERS, kept)


def _while_needed(part: Part, kept: Kept) -> Verdict:
    if kept.open_tickets:
        return Verdict(part, goes=False, reason="needed", law="pipl_13")
    return Verdict(part, goes=True)
