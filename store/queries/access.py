"""What an actor may see. Whatever is fetched for a member of staff passes here."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_

from store.domain.notices import Notice
from store.domain.occurrences import ServiceKind
from store.domain.people import Duty, Role, Staff
from store.domain.service_days import SERVICE_ROLES
from store.domain.tickets import (
    ABOUT_STAFF_ROLES,
    CONFIDENTIAL_CATEGORIES,
    HIDDEN_SENDER_CATEGORIES,
    Ticket,
    roles_for,
)
from store.tables import areas, tickets

CODE_ROLES = frozenset(
    {
        Role.PARTY_BRANCH,
        Role.FRONT_DESK,
        Role.COUNCIL_CHAIR,
        Role.ACCOUNTANT,
        Role.TOWN_OFFICIAL,
        Role.ADMINISTRATOR,
    }
)
"""Who sends to a village or approves what is sent: a password alone does not let him in at the console."""


def needs_code(person: Staff) -> bool:
    return any(duty.role in CODE_ROLES for duty in person.duties)


def may_see_ticket(person: Staff, ticket: Ticket, *, barred: Collection[int] = ()) -> bool:
    """Whether a member of staff may know of a ticket.

    `barred` are those whom an `about_staff` ticket complains of, with their kin and subordinates: to them it does not
    exist. A confidential ticket is seen by the roles that work on it and by whoever it was given to; any other by
    everyone who serves its area.
    """
    if person.id in barred:
        return False
    if person.id == ticket.assignee_id:
        return True
    if ticket.confidential:
        roles = roles_for(ticket.category, about_staff=ticket.about_staff)
        return any(person.holds(role, ticket.area_path) for role in roles)
    return person.serves(ticket.area_path)


def sees_tickets(person: Staff) -> ColumnElement[bool]:
    """`may_see_ticket` as a condition on `tickets` joined to `areas`, but for who is barred: that is asked of each."""
    return or_(tickets.c.assignee_id == person.id, *map(_sees_by, person.duties))


def _sees_by(duty: Duty) -> ColumnElement[bool]:
    worked_on = [one for one in CONFIDENTIAL_CATEGORIES if duty.role in roles_for(one, about_staff=False)]
    of_category = or_(tickets.c.category.not_in(CONFIDENTIAL_CATEGORIES), tickets.c.category.in_(worked_on))
    seen = and_(tickets.c.about_staff.is_(False), of_category)
    if duty.role in ABOUT_STAFF_ROLES:
        seen = or_(seen, tickets.c.about_staff.is_(True))
    return and_(areas.c.path.startswith(duty.area_path), seen)


def may_know_sender(person: Staff, ticket: Ticket) -> bool:
    """Who asked: some tickets hide it from everyone but their handler."""
    return not ticket.hides_sender or ticket.assignee_id == person.id


def knows_senders(person: Staff) -> ColumnElement[bool]:
    """`may_know_sender` as a condition on `tickets`."""
    hides = or_(tickets.c.about_staff.is_(True), tickets.c.category.in_(HIDDEN_SENDER_CATEGORIES))
    return or_(tickets.c.assignee_id == person.id, ~hides)


def may_enter_ticket(person: Staff, village_path: str) -> bool:
    """Who may write down what somebody says at the counter or on the telephone: whoever serves any part of it."""
    return any(
        village_path.startswith(duty.area_path) or duty.area_path.startswith(village_path) for duty in person.duties
    )


def may_approve(person: Staff, area_path: str) -> bool:
    """Who may approve a notice and open or close a vote: the Party branch, the front desk and the town's officials."""
    return any(person.holds(role, area_path) for role in (Role.PARTY_BRANCH, Role.FRONT_DESK, Role.TOWN_OFFICIAL))


def may_approve_large(person: Staff, area_path: str) -> bool:
    """Who may approve a notice to more people than a village settles by itself."""
    return person.holds(Role.TOWN_OFFICIAL, area_path)


def may_disclose(person: Staff, area_path: str) -> bool:
    """Who enters what the village discloses: the accountant, the front desk and the Party branch."""
    return any(person.holds(role, area_path) for role in (Role.ACCOUNTANT, Role.FRONT_DESK, Role.PARTY_BRANCH))


def may_see_books(person: Staff, area_path: str) -> bool:
    """Who sees a month before it is out: those who enter it, the supervisory committee and the town."""
    supervises = any(person.holds(role, area_path) for role in (Role.SUPERVISORS, Role.TOWN_OFFICIAL))
    return supervises or may_disclose(person, area_path)


def may_publish_books(person: Staff, area_path: str) -> bool:
    """Who lets a month out to the whole village: the front desk and the Party branch, never the accountant alone."""
    return any(person.holds(role, area_path) for role in (Role.FRONT_DESK, Role.PARTY_BRANCH))


def may_answer_publicly(person: Staff, area_path: str) -> bool:
    """Who enters an item that residents asked for: also the supervisory committee, which has their questions."""
    return may_disclose(person, area_path) or person.holds(Role.SUPERVISORS, area_path)


_BOOK_ROLES = frozenset(
    {Role.ACCOUNTANT, Role.FRONT_DESK, Role.PARTY_BRANCH, Role.SUPERVISORS, Role.TOWN_OFFICIAL},
)
_SERVICE_CATALOGUE_ROLES = frozenset({Role.FRONT_DESK, Role.PARTY_BRANCH, Role.ERRANDS})


def sees_some_books(person: Staff) -> bool:
    """Whether there is a village at all whose books he may see."""
    return any(duty.role in _BOOK_ROLES for duty in person.duties)


def edits_some_services(person: Staff) -> bool:
    return any(duty.role in _SERVICE_CATALOGUE_ROLES for duty in person.duties)


def may_edit_services(person: Staff, area_path: str) -> bool:
    """Who writes the service catalogue: the front desk, the errands agent and the Party branch."""
    return any(person.holds(role, area_path) for role in _SERVICE_CATALOGUE_ROLES)


def may_run_matters(person: Staff, area_path: str) -> bool:
    """Who may publish a matter, open and close its vote and enter a meeting's decision: also the council's chair."""
    return may_approve(person, area_path) or person.holds(Role.COUNCIL_CHAIR, area_path)


def may_see_notice(person: Staff, notice: Notice) -> bool:
    """Its drafter, and whoever serves the area that it is for."""
    return notice.drafted_by == person.id or person.serves(notice.audience.area.path)


def receives(person: Staff, service: ServiceKind, area_path: str) -> bool:
    """Whether he serves on such a day, and so may know the names of those who come."""
    return any(person.holds(role, area_path) for role in SERVICE_ROLES[service])
