"""A ticket's life: received → accepted → in progress → resolved → closed, with returned, passed on and reopened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from store.domain.errors import Refusal
from store.domain.people import Role


class Category(StrEnum):
    DISPUTE = "dispute"
    SECURITY = "security"
    POPULATION = "population"
    REHABILITATION = "rehabilitation"
    WELFARE = "welfare"
    ORGANIZATIONS = "organizations"
    ERRAND = "errand"
    LEGAL = "legal"
    INFRASTRUCTURE = "infrastructure"
    ENVIRONMENT = "environment"
    SAFETY = "safety"
    DISCLOSURE = "disclosure"
    PROPOSAL = "proposal"
    VISIT = "visit"
    OTHER = "other"


ROLES_OF_CATEGORY: dict[Category, tuple[Role, ...]] = {
    Category.DISPUTE: (Role.MEDIATOR,),
    Category.SECURITY: (Role.SECURITY,),
    Category.POPULATION: (Role.POPULATION,),
    Category.REHABILITATION: (Role.REHABILITATION,),
    Category.WELFARE: (Role.WELFARE,),
    Category.ORGANIZATIONS: (Role.ORGANIZATIONS,),
    Category.ERRAND: (Role.ERRANDS,),
    Category.LEGAL: (Role.LEGAL_TUTOR, Role.LEGAL_ADVISER),
    Category.INFRASTRUCTURE: (Role.GRID_OFFICER,),
    Category.ENVIRONMENT: (Role.GRID_OFFICER,),
    Category.SAFETY: (Role.FIRE_LIAISON, Role.GRID_OFFICER),
    Category.DISCLOSURE: (Role.SUPERVISORS,),
    Category.PROPOSAL: (Role.COUNCIL_CHAIR,),
    Category.VISIT: (Role.GRID_OFFICER, Role.FRONT_DESK),
    Category.OTHER: (Role.FRONT_DESK,),
}

ABOUT_STAFF_ROLES = (Role.SUPERVISORS, Role.TOWN_OFFICIAL)

CONFIDENTIAL_CATEGORIES = frozenset(
    {
        Category.DISPUTE,
        Category.REHABILITATION,
        Category.WELFARE,
        Category.SECURITY,
        Category.POPULATION,
        Category.LEGAL,
        Category.DISCLOSURE,
    }
)
"""Seen by the roles that work on them, not by neighbours in office."""

HIDDEN_SENDER_CATEGORIES = frozenset({Category.SECURITY, Category.DISCLOSURE})


def roles_for(category: Category, *, about_staff: bool) -> tuple[Role, ...]:
    return ABOUT_STAFF_ROLES if about_staff else ROLES_OF_CATEGORY[category]


class TicketState(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    RETURNED = "returned"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATES = frozenset(set(TicketState) - {TicketState.RESOLVED, TicketState.CLOSED})


class TicketEvent(StrEnum):
    SUBMITTED = "ticket.submitted"
    ACCEPTED = "ticket.accepted"
    ANSWERED = "ticket.answered"
    NOTED = "ticket.noted"
    ADDED = "ticket.added"
    TRANSFERRED = "ticket.transferred"
    RETURNED = "ticket.returned"
    RESOLVED = "ticket.resolved"
    CONFIRMED = "ticket.confirmed"
    REOPENED = "ticket.reopened"
    LAPSED = "ticket.lapsed"
    VISITED = "ticket.visited"
    MERGED = "ticket.merged"
    LINKED = "ticket.linked"


_S, _E = TicketState, TicketEvent
_WORKING = frozenset({_S.RECEIVED, _S.ACCEPTED, _S.IN_PROGRESS, _S.RETURNED})

TRANSITIONS: dict[TicketEvent, tuple[frozenset[TicketState], TicketState | None]] = {
    _E.ACCEPTED: (frozenset({_S.RECEIVED, _S.RETURNED}), _S.ACCEPTED),
    _E.ANSWERED: (_WORKING, _S.IN_PROGRESS),
    _E.NOTED: (frozenset(_S), None),
    _E.ADDED: (frozenset(_S), None),
    _E.TRANSFERRED: (_WORKING, _S.RECEIVED),
    _E.RETURNED: (_WORKING, _S.RETURNED),
    _E.RESOLVED: (_WORKING, _S.RESOLVED),
    _E.CONFIRMED: (frozenset({_S.RESOLVED, _S.CLOSED}), _S.CLOSED),
    _E.REOPENED: (frozenset({_S.RESOLVED, _S.CLOSED}), _S.RECEIVED),
    _E.LAPSED: (frozenset({_S.RESOLVED}), _S.CLOSED),
    _E.VISITED: (_WORKING, _S.CLOSED),
    _E.MERGED: (_WORKING, None),
    _E.LINKED: (frozenset(_S), None),
}
"""Event → the states in which it may happen, and the state after it (None: the state stays)."""


def advance(state: TicketState, event: TicketEvent) -> TicketState:
    """The state after `event`. Raises Refusal("ticket.not_now") where the event has no place."""
    allowed, after = TRANSITIONS[event]
    if state not in allowed:
        raise Refusal("ticket.not_now", state=state.value, event=event.value)
    return state if after is None else after


ANSWER_WITHIN = timedelta(hours=8)
"""Working time in which a ticket gets its first answer: one working day."""
ANSWER_URGENT_WITHIN = timedelta(minutes=30)
"""Clock time, day and night, for what is urgent."""
LAPSES_AFTER = timedelta(days=7)
"""A resolved ticket closes when the resident says nothing for so long."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`area_id` is the group where it is known, else the village; `number` counts within the village.

    `contact_id` is where to answer: the safe contact where one was named; None for a visit, which nobody asked for.
    `accused` are the staff that an `about_staff` ticket complains of. `joined_to_id` is an earlier ticket of somebody
    else about the same thing, of which this one is a part: found alike when it was submitted, or merged by staff.
    """

    id: int
    village_id: int
    area_id: int
    area_path: str
    number: int
    category: Category
    state: TicketState
    subject: str
    place: str
    urgent: bool
    about_staff: bool
    contact_id: int | None
    resident_id: int | None
    assignee_id: int | None
    opened_at: datetime
    due_at: datetime
    rating: str
    accused: tuple[int, ...]
    joined_to_id: int | None

    @property
    def is_visit(self) -> bool:
        """Whether somebody is to be told at his door, and nobody asked for anything."""
        return self.contact_id is None

    @property
    def confidential(self) -> bool:
        return self.about_staff or self.category in CONFIDENTIAL_CATEGORIES

    @property
    def hides_sender(self) -> bool:
        return self.about_staff or self.category in HIDDEN_SENDER_CATEGORIES


def asker_of(ticket: Ticket) -> int:
    """The contact that is answered. Raises Refusal("ticket.nobody_asked") for a visit."""
    if ticket.contact_id is None:
        raise Refusal("ticket.nobody_asked", number=ticket.number)
    return ticket.contact_id


@dataclass(frozen=True, slots=True)
class Report:
    """What a person asked for, as it was understood, before it is a ticket."""

    category: Category
    subject: str
    text: str
    place: str = ""
    urgent: bool = False
    about_staff: bool = False
    files: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One line of the conversation. `internal` notes are for staff only."""

    by_staff_id: int | None
    text: str
    at: datetime
    internal: bool
    files: tuple[str, ...]
