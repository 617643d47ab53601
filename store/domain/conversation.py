"""Where a conversation stands: a row, so that a restart loses none of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store.domain.accounts import SMS_KINDS, AccountKind
from store.domain.errors import NotAllowed
from store.domain.people import Contact, Resident, Staff
from store.domain.settings import AreaSettings
from store.domain.speech import Option

SESSION_VALID = timedelta(hours=48)
"""A bare digit answers the latest question for so long; after that a conversation begins anew."""
SPEAKER_VALID = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """What the dialogue remembers of one contact: the step that waits for an answer, and what was gathered so far.

    `turn` grows with every message: a button carries the turn that offered it, so that an old one is known as old.
    `speaker_id` is which of those who share a phone said that he is speaking; it is forgotten after half an hour.
    """

    step: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    turn: int = 0
    speaker_id: int | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that was put from outside the conversation and waits for a digit."""

    id: int
    kind: str
    subject_id: int
    label: str
    options: tuple[str, ...]
    asked_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is talking, and from where.

    `resident` is None for a guest, and where several share the contact and none has said which he is.
    """

    contact: Contact
    settings: AreaSettings
    channel: AccountKind
    resident: Resident | None
    holders: tuple[Resident, ...]
    staff: Staff | None

    @property
    def office_holder(self) -> Staff:
        """Raises NotAllowed for whoever holds no office (any more)."""
        if self.staff is None:
            raise NotAllowed("staff.only")
        return self.staff

    @property
    def by_sms(self) -> bool:
        return self.channel in SMS_KINDS

    @property
    def is_guest(self) -> bool:
        return not self.holders
