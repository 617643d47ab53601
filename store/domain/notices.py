"""Notices: to whom they go, who must agree, and what became of them.

What is approved is frozen by a hash over its words and its audience; a changed draft needs a new approval. Once a
notice is approved, its state is what its deliveries say.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from enum import StrEnum

from store.domain.answers import Asked, AskKind
from store.domain.audiences import Audience, AudienceKind, narrowing_of
from store.domain.deliveries import UNDER_WAY, DeliveryState, SkipReason
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.plans import Fallback
from store.domain.selling import sold_by

LONGEST_TEXT = 2000
"""Characters. A chat takes 4,096 with what stands around it; longer than this belongs on paper."""


READ_QUESTION, ANSWER_QUESTION = "notice", "notice.answer"
READER_QUESTIONS = (READ_QUESTION, ANSWER_QUESTION)
"""What readers are asked: whether they have read it, or for an answer."""


class NoticeState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    REFUSED = "refused"
    APPROVED = "approved"
    DROPPED = "dropped"


CHANGEABLE = frozenset({NoticeState.DRAFT, NoticeState.WAITING, NoticeState.REFUSED})


@dataclass(frozen=True, slots=True)
class Notice:
    """`number` counts within the village and begins with the year's two digits: 26041.

    `circular_id` is the circular that it is one village's of.
    """

    id: int
    village_id: int
    village_name: str
    number: int
    text: str = field(repr=False)
    audience: Audience
    asked: Asked
    fallback: Fallback
    state: NoticeState
    frozen_hash: str
    plan_hash: str
    drafted_by: int
    drafter_name: str
    drafter_resident_id: int | None
    refusal: str
    drafted_at: datetime
    circular_id: int | None = None

    @property
    def asks_confirmation(self) -> bool:
        """Whether readers are asked for a 1, which only says that they have read it."""
        return self.asked.kind is AskKind.SEEN

    @property
    def content_hash(self) -> str:
        """What an approval is given to: the words, whom they go to, what is asked for, and whether an SMS follows."""
        whom = [self.village_id, self.audience.area.id, narrowing_of(self.audience)]
        content = [*whom, self.text, self.asked.kind, *self.asked.choices, *astuple(self.fallback)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def is_of(self, person: Staff) -> bool:
        """Whether this person drafted it, be it in another office of his."""
        same_resident = person.resident_id is not None and person.resident_id == self.drafter_resident_id
        return person.id == self.drafted_by or same_resident


def needs_second_person(audience: Audience, size: int, approval_size: int) -> bool:
    """Whether somebody else must approve: always for a whole village, never for one group, else by size.

    `size` counts households, or persons where single persons are addressed.
    """
    if audience.kind is AudienceKind.GROUP:
        return False
    return audience.is_whole or size > approval_size


def checked_text(text: str) -> str:
    """The text of a notice. Raises Refusal("notice.text_missing"), ("notice.too_long") or ("notice.sells")."""
    if not text.strip():
        raise Refusal("notice.text_missing")
    if len(text.strip()) > LONGEST_TEXT:
        raise Refusal("notice.too_long", most=LONGEST_TEXT)
    sold = sold_by(text)
    if sold:
        raise Refusal("notice.sells", words=sold)
    return text.strip()


class Progress(StrEnum):
    SCHEDULED = "scheduled"
    SENDING = "sending"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Arranging:
    """Of a large notice that is let go: how many of its households (or persons) stand in the ledger so far.

    `is_late` where it takes longer than it ever should: it is tried again, and somebody ought to look.
    """

    done: int
    total: int
    is_late: bool


UNREACHED_REASONS = (
    SkipReason.NO_CONTACT,
    SkipReason.DEAD_CONTACT,
    SkipReason.NO_ACCOUNT,
    SkipReason.TEXT_REFUSED,
    SkipReason.DAILY_LIMIT,
    SkipReason.WINDOW_CLOSED,
)
"""Why no message reaches somebody: a visit is the way left. Who opted out chose so, and is not visited for it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of an approved notice; `states` and `skipped` count every household once.

    Of `held` a second step still waits to see whether the first one arrives; `unreached` are
    the names of the households (their heads) that got nothing.
    """

    states: Mapping[DeliveryState, int]
    skipped: Mapping[SkipReason, int]
    confirmed: int
    held: int
    unreached: tuple[str, ...] = field(repr=False)

    @property
    def households(self) -> int:
        return sum(self.states.values()) + sum(self.skipped.values())

    @property
    def waiting(self) -> int:
        return self._count(*UNDER_WAY)

    @property
    def sent(self) -> int:
        """Taken by the provider, with no word yet whether it arrived."""
        return self._count(DeliveryState.SENT)

    @property
    def delivered(self) -> int:
        return self._count(DeliveryState.DELIVERED, DeliveryState.READ)

    @property
    def failed(self) -> int:
        return self._count(DeliveryState.FAILED)

    @property
    def unknown(self) -> int:
        return self._count(DeliveryState.UNKNOWN)

    @property
    def progress(self) -> Progress:
        if not self.waiting and not self.held:
            return Progress.FINISHED
        return Progress.SCHEDULED if self.waiting == sum(self.states.values()) else Progress.SENDING

    def _count(self, *states: DeliveryState) -> int:
        return sum(self.states.get(state, 0) for state in states)
