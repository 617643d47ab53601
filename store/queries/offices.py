"""Who holds which office in a village, as those see it who give duties."""

from dataclasses import dataclass

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.domain.people import ContactKind, Role, Staff
from store.domain.tickets import OPEN_STATES
from store.queries.access import may_run_office
from store.queries.people import staff_by_id, staff_of_village
from store.tables import areas, contacts, staff_passwords, tickets


@dataclass(frozen=True, slots=True)
class HeldDuty:
    role: Role
    area_id: int
    area: str


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One person in office; `phones` are linked to him, `open_tickets` are with him."""

    person: Staff
    duties: tuple[HeldDuty, ...]
    phones: int
    has_password: bool
    open_tickets: int


async def offices_of(tx: Transaction, village: Area) -> list[OfficeLine]:
    """However many people, six statements."""
    return await _lines(tx, await staff_of_village(tx, village.path))


async def office_of(tx: Transaction, by: Staff, staff_id: int, villages: list[Area]) -> tuple[OfficeLine, Area]:
    """One in office in a village that he runs, and that village. Raises NotFound."""
    person = await staff_by_id(tx, staff_id)
    for village in villages:
        if person.id in {one.id for one in await staff_of_village(tx, village.path)} and may_run_office(
            by, village.path
        ):
            [line] = await _lines(tx, [person])
            return line, village
    raise NotFound("staff.unknown")


async def _lines(tx: Transaction, people: list[Staff]) -> list[OfficeLine]:
    ids = [person.id for person in people]
    named = {duty.area_id for person in people for duty in person.duties}
    places = {row.id: row.name for row in await tx.all(select(areas.c.id, areas.c.name).where(areas.c.id.in_(named)))}
    linked = await _counts(tx, contacts.c.staff_id, contacts.c.staff_id.in_(ids), contacts.c.kind == ContactKind.PHONE)
    waiting = await _counts(tx, tickets.c.assignee_id, tickets.c.assignee_id.in_(ids), tickets.c.state.in_(OPEN_STATES))
    secret = await tx.all(select(staff_passwords.c.staff_id).where(staff_passwords.c.staff_id.in_(ids)))
    known = {row.staff_id for row in secret}
    return [
        OfficeLine(
            person=person,
            duties=tuple(HeldDuty(duty.role, duty.area_id, places[duty.area_id]) for duty in person.duties),
            phones=linked.get(person.id, 0),
            has_password=person.id in known,
            open_tickets=waiting.get(person.id, 0),
        )
        for person in people
    ]


async def _counts(tx: Transaction, column: object, *conditions: object) -> dict[int, int]:
    rows = await tx.all(select(column, func.count()).where(*conditions).group_by(column))  # type: ignore[call-overload]
    return {row[0]: row[1] for row in rows}
