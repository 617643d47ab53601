"""Residents, their households and contacts, and the staff who serve them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """The eight roles (八员) and the others; a person holds a role in an area and so in its subtree."""

    MEDIATOR = "mediator"
    SECURITY = "security"
    POPULATION = "population"
    REHABILITATION = "rehabilitation"
    WELFARE = "welfare"
    ORGANIZATIONS = "organizations"
    ERRANDS = "errands"
    LEGAL_TUTOR = "legal_tutor"
    PARTY_BRANCH = "party_branch"
    FRONT_DESK = "front_desk"
    SUPERVISORS = "supervisors"
    LEGAL_ADVISER = "legal_adviser"
    POLICE = "police"
    GRID_OFFICER = "grid_officer"
    FIRE_LIAISON = "fire_liaison"
    COUNCIL_CHAIR = "council_chair"
    ACCOUNTANT = "accountant"
    TOWN_OFFICIAL = "town_official"
    ADMINISTRATOR = "administrator"


class ContactKind(StrEnum):
    """What an address is. A phone is reached through whichever SMS account serves its village."""

    PHONE = "phone"
    TELEGRAM = "telegram"
    WECHAT = "wechat"
    WEB_CHAT = "web_chat"

    @property
    def has_own_account(self) -> bool:
        """Whether an address means something only to the account that it came through."""
        return self is not ContactKind.PHONE

    @property
    def closes(self) -> bool:
        """Whether its channel takes messages only for a while after the person wrote (`contacts.open_until`)."""
        return self is ContactKind.WECHAT


class Proof(StrEnum):
    """How it is known that a contact is a resident's."""

    ROSTER = "roster"
    SHARED_CONTACT = "shared_contact"
    CODE = "code"
    STAFF = "staff"


class Gone(StrEnum):
    """Why somebody of the books is no resident any more. His row stays: tickets and votes refer to it."""

    MOVED = "moved"
    DIED = "died"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Resident:
    id: int
    area_id: int
    group_id: int | None
    household_id: int
    name: str
    birth: date | None
    is_head: bool
    registered: bool
    away: bool

    def age_on(self, day: date) -> int | None:
        if self.birth is None:
            return None
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of one or several residents (a phone shared in a family), or of a guest whom nobody knows yet."""

    id: int
    area_id: int
    kind: ContactKind
    account_id: int | None
    language: str
    holders: tuple[int, ...]
    staff_id: int | None = None
    opted_out_at: datetime | None = None
    dead_at: datetime | None = None

    @property
    def is_guest(self) -> bool:
        return not self.holders


@dataclass(frozen=True, slots=True)
class Duty:
    """One role in one area."""

    role: Role
    area_id: int
    area_path: str


@dataclass(frozen=True, slots=True)
class Staff:
    id: int
    name: str
    area_id: int
    resident_id: int | None
    duties: tuple[Duty, ...]

    def holds(self, role: Role, area_path: str) -> bool:
        return any(duty.role is role and area_path.startswith(duty.area_path) for duty in self.duties)

    def serves(self, area_path: str) -> bool:
        return any(area_path.startswith(duty.area_path) for duty in self.duties)


def masked_name(name: str) -> str:
    """陈志强 → 陈*强, 陈伟 → 陈*: enough to be recognised by who knows, too little for who does not."""
    if len(name) <= 2:  # noqa: PLR2004 - a surname and one character
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
