"""What an actor may see. Whatever is fetched for a member of staff passes here."""

from collections.abc import Collection

from store.domain.notices import Notice
from store.domain.occurrences import ServiceKind
from store.domain.people import Role, Staff
from store.domain.service_days import SERVICE_ROLES
from store.domain.tickets import Ticket, roles_for


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


def may_approve(person: Staff, area_path: str) -> bool:
    """Who may approve a notice and open or close a vote: the Party branch, the front desk and the town's officials."""
    return any(person.holds(role, area_path) for role in (Role.PARTY_BRANCH, Role.FRONT_DESK, Role.TOWN_OFFICIAL))


def may_approve_large(person: Staff, area_path: str) -> bool:
    """Who may approve a notice to more people than a village settles by itself."""
    return person.holds(Role.TOWN_OFFICIAL, area_path)


def may_disclose(person: Staff, area_path: str) -> bool:
    """Who enters what the village discloses: the accountant, the front desk and the Party branch."""
    return any(person.holds(role, area_path) for role in (Role.ACCOUNTANT, Role.FRONT_DESK, Role.PARTY_BRANCH))


def may_run_matters(person: Staff, area_path: str) -> bool:
    """Who may publish a matter, open and close its vote and enter a meeting's decision: also the council's chair."""
    return may_approve(person, area_path) or person.holds(Role.COUNCIL_CHAIR, area_path)


def may_see_notice(person: Staff, notice: Notice) -> bool:
    """Its drafter, and whoever serves the area that it is for."""
    return notice.drafted_by == person.id or person.serves(notice.audience.area.path)


def receives(person: Staff, service: ServiceKind, area_path: str) -> bool:
    """Whether he serves on such a day, and so may know the names of those who come."""
    return any(person.holds(role, area_path) for role in SERVICE_ROLES[service])
