"""Staff, their duties, the duty roster, and a change of office."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from store.actions.sign_in import end_sessions_of
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import Refusal
from store.domain.people import Role, Staff
from store.domain.tickets import OPEN_STATES
from store.queries.people import staff_by_id
from store.tables import contacts, duties, duty_roster, sessions, staff, tickets


async def add_staff(
    tx: Transaction, area: Area, name: str, roles: Sequence[tuple[Role, Area]], *, resident_id: int | None = None
) -> Staff:
    """Add a person in office. Raises Refusal("staff.role_missing") without a role: he would see and do nothing."""
    if not roles:
        raise Refusal("staff.role_missing", name=name)
    staff_id = await tx.insert(staff, area_id=area.id, name=name, resident_id=resident_id)
    await tx.insert_many(duties, [{"staff_id": staff_id, "role": role, "area_id": where.id} for role, where in roles])
    tx.audit(area.id, "system", "staff.added", f"staff:{staff_id}", [role for role, _ in roles])
    return await staff_by_id(tx, staff_id)


async def put_on_duty(
    tx: Transaction, village: Area, person: Staff, days: Sequence[date], *, by: Staff | None = None
) -> None:
    """Say who gets urgent matters on these days; whoever stood there before is replaced. `by`: who says it for him."""
    await _clear_duty(tx, village, days)
    await tx.insert_many(duty_roster, [{"area_id": village.id, "day": day, "staff_id": person.id} for day in days])
    actor = f"staff:{(by or person).id}"
    tx.audit(village.id, actor, "duty.taken", f"staff:{person.id}", [str(day) for day in days])


async def leave_duty_open(tx: Transaction, village: Area, days: Sequence[date], by: Staff) -> None:
    """Nobody stands on the roster on these days: urgent matters go to the roles alone."""
    if await _clear_duty(tx, village, days):
        tx.audit(village.id, f"staff:{by.id}", "duty.left_open", f"area:{village.id}", [str(day) for day in days])


async def _clear_duty(tx: Transaction, village: Area, days: Sequence[date]) -> int:
    mine = (duty_roster.c.area_id == village.id, duty_roster.c.day.in_(days))
    return await tx.run(duty_roster.delete().where(*mine))


async def hand_over(tx: Transaction, leaver: Staff, successor: Staff, *, actor: str) -> int:
    """A change of office in one step: duties and open tickets move, the leaver's sessions and links end.

    Answers how many tickets moved.
    """
    await tx.run(
        duties.update().where(duties.c.staff_id == leaver.id, duties.c.ended_at.is_(None)).values(ended_at=tx.now)
    )
    held = {(duty.role, duty.area_id) for duty in successor.duties}
    await tx.insert_many(
        duties,
        [
            {"staff_id": successor.id, "role": duty.role, "area_id": duty.area_id}
            for duty in leaver.duties
            if (duty.role, duty.area_id) not in held
        ],
    )
    moved = await tx.run(
        tickets.update()
        .where(tickets.c.assignee_id == leaver.id, tickets.c.state.in_(OPEN_STATES))
        .values(assignee_id=successor.id)
    )
    linked = select(contacts.c.id).where(contacts.c.staff_id == leaver.id)
    await tx.run(sessions.delete().where(sessions.c.contact_id.in_(linked)))
    await tx.run(contacts.update().where(contacts.c.staff_id == leaver.id).values(staff_id=None))
    await end_sessions_of(tx, leaver.id)
    await tx.run(staff.update().where(staff.c.id == leaver.id).values(ended_at=tx.now))
    tx.audit(leaver.area_id, actor, "staff.handed_over", f"staff:{leaver.id}", successor.id)
    return moved
