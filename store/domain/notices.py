"""Notices: to whom they go, who must agree, and what became of them.

What is approved is frozen by a hash over its words and its audience; a changed draft needs a new approval. Once a
notice is approved, its state is what its deliveries say.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.domain.areas import Area
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.errors import Refusal
from store.domain.people import Staff

LONGEST_TEXT = 2000
"""Characters. A chat takes 4,096 with what stands around it; longer than this belongs on paper."""


class NoticeState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    REFUSED = "refused"
    APPROVED = "approved"
    DROPPED = "dropped"


CHANGEABLE = frozenset({NoticeState.DRAFT, NoticeState.WAITING, NoticeState.REFUSED})


class AudienceKind(StrEnum):
    """Households of a village or of a group; or single persons of a village."""

    VILLAGE = "village"
    GROUP = "group"
    REPRESENTATIVES = "representatives"
    PARTY_MEMBERS = "party_members"

    @property
    def by_household(self) -> bool:
        return self in {AudienceKind.VILLAGE, AudienceKind.GROUP}


@dataclass(frozen=True, slots=True)
class Audience:
    """`area` is the group for a group, else the village."""

    kind: AudienceKind
    area: Area


@dataclass(frozen=True, slots=True)
class Notice:
    """`number` counts within the village and begins with the year's two digits: 26041."""

    id: int
    village_id: int
    village_name: str
    number: int
    text: str = field(repr=False)
    audience: Audience
    asks_confirmation: bool
    state: NoticeState
    frozen_hash: str
    drafted_by: int
    drafter_name: str
    drafter_resident_id: int | None
    refusal: str
    drafted_at: datetime

    @property
    def content_hash(self) -> str:
        """What an approval is given to: the words, whom they go to, and whether an answer is asked for."""
        content = [self.village_id, self.audience.kind, self.audience.area.id, self.text, self.asks_confirmation]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def is_of(self, person: Staff) -> bool:
        """Whether this person drafted it, be it in another office of his."""
        same_resident = person.resident_id is not None and person.resident_id == self.drafter_resident_id
        return person.id == self.drafted_by or same_resident


def needs_second_person(audience: AudienceKind, size: int, approval_size: int) -> bool:
    """Whether somebody else must approve: always for a whole village, never for one group, else by size.

    `size` counts households, or persons where single persons are addressed.
    """
    if audience is AudienceKind.GROUP:
        return False
    return audience is AudienceKind.VILLAGE or size > approval_size


def audiences_open_to(person: Staff, village: Area, groups: Sequence[Area]) -> list[Audience]:
    """Whom a member of staff may write to there: only areas that he serves."""
    found = [Audience(AudienceKind.GROUP, group) for group in groups if person.serves(group.path)]
    if person.serves(village.path):
        whole = (AudienceKind.VILLAGE, AudienceKind.REPRESENTATIVES, AudienceKind.PARTY_MEMBERS)
        found[:0] = [Audience(kind, village) for kind in whole]
    return found


def checked_text(text: str) -> str:
    """The text of a notice. Raises Refusal("notice.text_missing") or ("notice.too_long")."""
    if not text.strip():
        raise Refusal("notice.text_missing")
    if len(text.strip()) > LONGEST_TEXT:
        raise Refusal("notice.too_long", most=LONGEST_TEXT)
    return text.strip()


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a notice would reach and what it costs, known before anybody approves it.

    `text` is the SMS in the village's language, of `parts` parts. `households` are persons where single persons are
    addressed; each is one of `by_chat`, `by_sms`, `shared` (told with another household at the same address),
    `opted_out` and `unreachable`. `replies_fen` is what thanking everybody for his 1 would cost on top, in SMS.
    """

    text: str = field(repr=False)
    parts: int
    households: int
    people: int
    by_chat: int
    by_sms: int
    shared: int
    opted_out: int
    unreachable: int
    price_fen: int
    replies_fen: int
    needs_second_person: bool


class Progress(StrEnum):
    SCHEDULED = "scheduled"
    SENDING = "sending"
    FINISHED = "finished"


UNREACHED_REASONS = (SkipReason.NO_CONTACT, SkipReason.DEAD_CONTACT, SkipReason.NO_ACCOUNT)
"""Why somebody has no way to be reached: a visit is the way left. Who opted out chose so, and is not visited for it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of an approved notice; `states` and `skipped` count every household once.

    `unreached` are the names of the households (their heads) that got nothing.
    """

    states: Mapping[DeliveryState, int]
    skipped: Mapping[SkipReason, int]
    confirmed: int
    unreached: tuple[str, ...] = field(repr=False)

    @property
    def households(self) -> int:
        return sum(self.states.values()) + sum(self.skipped.values())

    @property
    def waiting(self) -> int:
        return self._count(DeliveryState.QUEUED, DeliveryState.SENDING)

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
        if not self.waiting:
            return Progress.FINISHED
        return Progress.SCHEDULED if self.waiting == sum(self.states.values()) else Progress.SENDING

    def _count(self, *states: DeliveryState) -> int:
        return sum(self.states.get(state, 0) for state in states)
