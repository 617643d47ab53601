"""Staff, their duties, the duty roster, and a change of office."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from store.actions.identity import new_link_code
from store.actions.kept_forms import drop_kept_forms_of
from store.actions.sign_in import end_sessions_of
from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import NotAllowed, Refusal
from store.domain.lengths import whole
from store.domain.people import Role, Staff
from store.domain.tickets import OPEN_STATES
from store.queries.access import may_give, needs_code
from store.queries.areas import area_by_id
from store.queries.people import staff_by_id
from store.tables import contacts, duties, duty_roster, household_liaisons, sessions, staff, tickets

NAME_LENGTH = 80


async def add_staff(
    tx: Transaction,
    area: Area,
    name: str,
    roles: Sequence[tuple[Role, Area]],
    *,
    resident_id: int | None = None,
    actor: str = "system",
) -> Staff:
    """Add a person in office.

    Raises Refusal("staff.name_missing"), ("staff.role_missing") without a role, for he would see and do nothing, and
    ("staff.name_taken") where somebody of that name is in office there already: whoever reads who did what knows people
    by their names.
    """
    name = whole(name, NAME_LENGTH)
    if not name:
        raise Refusal("staff.name_missing")
    if not roles:
        raise Refusal("staff.role_missing", name=name)
    if await _serves_already(tx, name, area, [where.id for _, where in roles]):
        raise Refusal("staff.name_taken", name=name)
    staff_id = await tx.insert(staff, area_id=area.id, name=name, resident_id=resident_id)
    await tx.insert_many(duties, [{"staff_id": staff_id, "role": role, "area_id": where.id} for role, where in roles])
    tx.audit(area.id, actor, "staff.added", f"staff:{staff_id}", [role for role, _ in roles])
    return await staff_by_id(tx, staff_id)


async def _serves_already(tx: Transaction, name: str, area: Area, places: Sequence[int]) -> bool:
    """Also one whom another village of the town added, where the duty is the town's."""
    there = select(duties.c.staff_id).where(duties.c.area_id.in_(places), duties.c.ended_at.is_(None))
    same = (staff.c.name == name, staff.c.ended_at.is_(None), (staff.c.area_id == area.id) | staff.c.id.in_(there))
    return await tx.scalar(select(staff.c.id).where(*same).limit(1)) is not None


async def give_duty(tx: Transaction, person: Staff, role: Role, area: Area, by: Staff) -> None:
    """He signs in anew: some duties ask for a code too. Raises NotAllowed("office.not_yours")."""
    await _require_giver(tx, by, role, area)
    if (role, area.id) in {(duty.role, duty.area_id) for duty in person.duties}:
        return
    await tx.insert(duties, staff_id=person.id, role=role, area_id=area.id)
    if needs_code(await staff_by_id(tx, person.id)) and not needs_code(person):
        await end_sessions_of(tx, person.id)
    tx.audit(person.area_id, f"staff:{by.id}", "duty.given", f"staff:{person.id}", [role, area.id])


async def take_duty(tx: Transaction, person: Staff, role: Role, area: Area, by: Staff) -> None:
    """Raises NotAllowed, and Refusal("office.last_duty"): whoever leaves hands his office over."""
    await _require_giver(tx, by, role, area)
    if [(duty.role, duty.area_id) for duty in person.duties] == [(role, area.id)]:
        raise Refusal("office.last_duty", name=person.name)
    held = (duties.c.staff_id == person.id, duties.c.role == role, duties.c.area_id == area.id)
    await tx.run(duties.update().where(*held, duties.c.ended_at.is_(None)).values(ended_at=tx.now))
    tx.audit(person.area_id, f"staff:{by.id}", "duty.ended", f"staff:{person.id}", [role, area.id])


async def take_on(tx: Transaction, village: Area, name: str, role: Role, area: Area, by: Staff) -> Staff:
    """Somebody new in office. Raises NotAllowed, and Refusal as `add_staff` does."""
    await _require_giver(tx, by, role, area)
    return await add_staff(tx, village, name, [(role, area)], actor=f"staff:{by.id}")


async def _require_giver(tx: Transaction, by: Staff, role: Role, area: Area) -> None:
    """A village's own duties are given in the village, those that watch over it by whoever serves the town."""
    inside = area if area.kind is not AreaKind.GROUP else await area_by_id(tx, area.parent_id or area.id)
    town = await area_by_id(tx, inside.parent_id) if inside.kind is AreaKind.VILLAGE and inside.parent_id else inside
    if not may_give(by, role, area.path, town.path):
        raise NotAllowed("office.not_yours")


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


async def link_code_for(tx: Transaction, person: Staff, by: Staff) -> str:
    """A code opens the other's office: nobody gets more than he could give. Raises NotAllowed("office.not_yours")."""
    await _require_giver_of_all(tx, by, person)
    return await new_link_code(tx, person, actor=f"staff:{by.id}")


async def _require_giver_of_all(tx: Transaction, by: Staff, person: Staff) -> None:
    """Each duty counts where it is held: somebody's duty in a village may stand beside one for the county."""
    for duty in person.duties:
        await _require_giver(tx, by, duty.role, await area_by_id(tx, duty.area_id))


async def hand_over_for(tx: Transaction, leaver: Staff, successor: Staff, by: Staff) -> int:
    """Somebody else says who follows whom. Raises NotAllowed where a duty that moves is not his to give."""
    await _require_giver_of_all(tx, by, leaver)
    return await hand_over(tx, leaver, successor, actor=f"staff:{by.id}")


async def hand_over(tx: Transaction, leaver: Staff, successor: Staff, *, actor: str) -> int:
    """A change of office in one step: duties, paired households and open tickets move, sessions and links end.

    What he had not sent is dropped. Answers how many tickets moved.
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
    paired = household_liaisons.update().where(household_liaisons.c.staff_id == leaver.id)
    await tx.run(paired.values(staff_id=successor.id, since=tx.now))
    linked = select(contacts.c.id).where(contacts.c.staff_id == leaver.id)
    await tx.run(sessions.delete().where(sessions.c.contact_id.in_(linked)))
    await tx.run(contacts.update().where(contacts.c.staff_id == leaver.id).values(staff_id=None))
    await end_sessions_of(tx, leaver.id)
    await drop_kept_forms_of(tx, leaver.id)
    await tx.run(staff.update().where(staff.c.id == leaver.id).values(ended_at=tx.now))
    tx.audit(leaver.area_id, actor, "staff.handed_over", f"staff:{leaver.id}", successor.id)
    return moved
