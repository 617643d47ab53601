"""What an actor may see. Whatever is fetched for a member of staff passes here."""

from collections.abc import Callable, Collection

from sqlalchemy import ColumnElement, FromClause, and_, false, or_

from store.domain.audiences import FLAG_ROLE, may_know
from store.domain.notices import Notice
from store.domain.occurrences import ServiceKind
from store.domain.people import Duty, Role, Staff
from store.domain.service_days import SERVICE_ROLES
from store.domain.setting_rules import TOWN_SETTINGS
from store.domain.tickets import (
    ABOUT_STAFF_ROLES,
    CONFIDENTIAL_CATEGORIES,
    HIDDEN_SENDER_CATEGORIES,
    Ticket,
    roles_for,
)
from store.tables import areas, notices, tickets

CODE_ROLES = frozenset(
    {
        Role.PARTY_BRANCH,
        Role.FRONT_DESK,
        Role.COUNCIL_CHAIR,
        Role.ACCOUNTANT,
        Role.TOWN_OFFICIAL,
        Role.ADMINISTRATOR,
        Role.SECURITY,
        Role.FIRE_LIAISON,
    }
)
"""Who sends to a village, be it in an emergency, or approves what is sent: a password alone does not let him in."""


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


def may_edit_replies(person: Staff, village_path: str) -> bool:
    """Who may change what a village often answers: whoever serves the whole of it."""
    return person.serves(village_path)


def may_see_channel(person: Staff, area_path: str) -> bool:
    """Who is to know that a channel stands still: those who send through it, and who looks after the machine."""
    return any(person.holds(role, area_path) for role in (Role.FRONT_DESK, Role.TOWN_OFFICIAL, Role.ADMINISTRATOR))


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


def may_enter_ballots(person: Staff, village_path: str) -> bool:
    """Who enters ballots from paper, always two of them: those who run matters, and the supervisory committee."""
    return may_run_matters(person, village_path) or person.holds(Role.SUPERVISORS, village_path)


def may_see_notice(person: Staff, notice: Notice) -> bool:
    """Its drafter, and whoever serves the area that it is for."""
    return notice.drafted_by == person.id or person.serves(notice.audience.area.path)


def sees_notices(person: Staff, written: FromClause = notices, places: FromClause = areas) -> ColumnElement[bool]:
    """`may_see_notice` as a condition on `notices` joined to the `areas` that they are for."""
    paths = sorted({duty.area_path for duty in person.duties})
    return or_(written.c.drafted_by == person.id, *(places.c.path.startswith(path) for path in paths))


def may_steer(person: Staff, notice: Notice) -> bool:
    """Who stops a notice, sends it again and takes its certificate: its drafter, and whoever may approve it."""
    return notice.drafted_by == person.id or may_approve(person, notice.audience.area.path)


def may_see_readers(person: Staff, notice: Notice) -> bool:
    """Who may read by name whom it went to: not whoever may not know of the mark by which they were chosen."""
    return may_see_notice(person, notice) and may_know(person, notice.audience)


PEOPLE_ROLES = frozenset(
    {
        Role.PARTY_BRANCH,
        Role.FRONT_DESK,
        Role.POPULATION,
        Role.WELFARE,
        Role.GRID_OFFICER,
        Role.TOWN_OFFICIAL,
    }
)
"""Who needs the roster for what he does; a mediator or an accountant does not."""
KEEPER_ROLES = frozenset({Role.PARTY_BRANCH, Role.FRONT_DESK, Role.POPULATION})
"""Who keeps the roster of a whole village: takes files in and out, joins what was written down twice."""
OFFICE_ROLES = frozenset({Role.PARTY_BRANCH, Role.TOWN_OFFICIAL, Role.ADMINISTRATOR})
"""Who gives and takes duties."""
TOWN_GIVES = frozenset({Role.SUPERVISORS, Role.POLICE, Role.TOWN_OFFICIAL, Role.ADMINISTRATOR, Role.PARTY_BRANCH})
"""Duties that a village does not give itself: those that watch over it, and those that give duties."""


def _holds_any(person: Staff, roles: Collection[Role], area_path: str) -> bool:
    return any(person.holds(role, area_path) for role in roles)


def has_people(person: Staff) -> bool:
    return any(duty.role in PEOPLE_ROLES for duty in person.duties)


def sees_people(person: Staff, path: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether he may see who lives in the area of that path."""
    mine = [path.startswith(duty.area_path) for duty in person.duties if duty.role in PEOPLE_ROLES]
    return or_(false(), *mine)


def may_change_people(person: Staff, area_path: str) -> bool:
    """Who writes persons, homes and numbers: the roster's keepers, and a grid officer in his own grid."""
    return _holds_any(person, {*KEEPER_ROLES, Role.GRID_OFFICER}, area_path)


def may_keep_roster(person: Staff, area_path: str) -> bool:
    return _holds_any(person, KEEPER_ROLES, area_path)


def may_see_flags(person: Staff, area_path: str) -> bool:
    return person.holds(FLAG_ROLE, area_path)


def has_office(person: Staff) -> bool:
    return any(duty.role in OFFICE_ROLES for duty in person.duties)


def may_run_office(person: Staff, area_path: str) -> bool:
    """Who adds people in office, gives and takes duties and hands an office over."""
    return _holds_any(person, OFFICE_ROLES, area_path)


def may_give(person: Staff, role: Role, area_path: str, town_path: str) -> bool:
    """Whether he may give that duty for that area, or take it; `town_path` is the area above the village."""
    return may_run_office(person, town_path if role in TOWN_GIVES else area_path)


def may_keep_days(person: Staff, village_path: str) -> bool:
    """Who begins, changes and ends a village's series of service days."""
    return may_approve(person, village_path)


def may_arrange_day(person: Staff, service: ServiceKind, village_path: str) -> bool:
    """Who calls one day off or moves it, and books for others: who serves on it, and who runs the village's affairs."""
    return receives(person, service, village_path) or may_approve(person, village_path)


def receives(person: Staff, service: ServiceKind, area_path: str) -> bool:
    """Whether he serves on such a day, and so may know the names of those who come."""
    return any(person.holds(role, area_path) for role in SERVICE_ROLES[service])


_FIGURES_ROLES = (Role.PARTY_BRANCH, Role.FRONT_DESK, Role.SUPERVISORS, Role.COUNCIL_CHAIR)
_AUDIT_ROLES = (Role.PARTY_BRANCH, Role.SUPERVISORS)
_SETTING_ROLES = (Role.PARTY_BRANCH,)
_OVERSEERS = (Role.TOWN_OFFICIAL, Role.ADMINISTRATOR)


def may_see_figures(person: Staff, area_path: str) -> bool:
    """Who runs a place or watches over it. Figures name nobody and break nothing down to a few people."""
    return _holds_any(person, (*_FIGURES_ROLES, *_OVERSEERS), area_path)


def may_search_audit(person: Staff, area_path: str) -> bool:
    """Who may read the book of who did what: the Party branch, the supervisors, the town and the administrator."""
    return _holds_any(person, (*_AUDIT_ROLES, *_OVERSEERS), area_path)


def may_see_settings(person: Staff, area_path: str) -> bool:
    """Whoever sets them, and the front desk, which has to know them and keeps the duty roster."""
    return _holds_any(person, (*_SETTING_ROLES, Role.FRONT_DESK, *_OVERSEERS), area_path)


def may_change_settings(person: Staff, area_path: str) -> bool:
    return _holds_any(person, (*_SETTING_ROLES, *_OVERSEERS), area_path)


def may_change_setting(person: Staff, name: str, area_path: str) -> bool:
    """Some are for whoever stands above the village: see TOWN_SETTINGS."""
    return _holds_any(person, _OVERSEERS if name in TOWN_SETTINGS else (*_SETTING_ROLES, *_OVERSEERS), area_path)


def may_keep_duty_roster(person: Staff, area_path: str) -> bool:
    """Who may say who is on duty; anybody in office may take a day himself, in conversation."""
    return _holds_any(person, (*_SETTING_ROLES, Role.FRONT_DESK, *_OVERSEERS), area_path)


def may_manage_channels(person: Staff, area_path: str) -> bool:
    """Who may add, test and change accounts with providers: only the administrator. See also `may_see_channel`."""
    return person.holds(Role.ADMINISTRATOR, area_path)


def opens_somewhere(person: Staff, may: Callable[[Staff, str], bool]) -> bool:
    """Whether a predicate holds in any area that he serves."""
    return any(may(person, duty.area_path) for duty in person.duties)
