"""What a person asked of his data: taken down, answered within its time, shown, and deleted where nothing holds it."""

import secrets

from sqlalchemy import func, or_, select

from store.actions.contacts import bury_contact
from store.actions.flags import end_flags_of
from store.actions.inbound import INBOUND_ADDRESS
from store.actions.tags import drop_tags_of
from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Staff
from store.domain.personal_data import ANSWER_WITHIN, ERASED, Part, RequestKind
from store.queries.access import may_keep_roster
from store.queries.people import ADDRESS
from store.queries.personal_data import KeptAbout, PersonRequest, kept_about
from store.queries.residents import Home, home_seen_by
from store.tables import (
    contact_holders,
    contacts,
    inbound_messages,
    person_requests,
    residents,
    sessions,
    subscriptions,
    tickets,
)


async def person_to_keep(tx: Transaction, person: Staff, resident_id: int) -> Home:
    """Raises NotFound, NotAllowed("roster.not_yours")."""
    home = await home_seen_by(tx, person, resident_id)
    if not may_keep_roster(person, home.path):
        raise NotAllowed("roster.not_yours")
    return home


async def show_all(tx: Transaction, home: Home, person: Staff) -> KeptAbout:
    """Everything, with whole numbers; that somebody looked is kept too."""
    tx.audit(home.village_id, f"staff:{person.id}", "person.shown", f"resident:{home.resident_id}")
    return await kept_about(tx, person, home.resident_id)


async def take_request(tx: Transaction, home: Home, kind: RequestKind, said: str, person: Staff) -> int:
    request_id = await tx.insert(
        person_requests,
        area_id=home.village_id,
        resident_id=home.resident_id,
        taken_by=person.id,
        kind=kind,
        said=said,
        answer="",
        asked_at=tx.now,
        due_at=tx.now + ANSWER_WITHIN,
    )
    tx.audit(home.village_id, f"staff:{person.id}", "request.taken", f"request:{request_id}", kind)
    return request_id


async def answer_request(tx: Transaction, request: PersonRequest, home: Home, answer: str, person: Staff) -> None:
    """Raises Refusal("request.answer_missing") and ("request.answered")."""
    if not answer.strip():
        raise Refusal("request.answer_missing")
    waiting = (person_requests.c.id == request.id, person_requests.c.answered_at.is_(None))
    if not await tx.run(person_requests.update().where(*waiting).values(answer=answer.strip(), answered_at=tx.now)):
        raise Refusal("request.answered")
    tx.audit(home.village_id, f"staff:{person.id}", "request.answered", f"request:{request.id}")


async def erase_person(tx: Transaction, home: Home, person: Staff) -> KeptAbout:
    """Delete what nothing holds; what stays, and why, is in the verdicts of what it answers."""
    kept = await kept_about(tx, person, home.resident_id)
    going = {verdict.part for verdict in kept.verdicts if verdict.goes}
    if Part.NUMBERS in going:
        await _erase_numbers(tx, home.resident_id)
    await drop_tags_of(tx, home.resident_id)
    await end_flags_of(tx, home.resident_id)
    values: dict[str, object] = {"away_place": ""}
    if Part.NAME in going:
        values |= {"name": ERASED, "initials": "", "sex": "", "birth": None, "birth_year": None}
        values |= {"relation": "", "identity_hash": None, "party_member": False, "representative": False}
    await tx.run(residents.update().where(residents.c.id == home.resident_id).values(**values))
    tx.audit(home.village_id, f"staff:{person.id}", "person.erased", f"resident:{home.resident_id}", sorted(going))
    return await kept_about(tx, person, home.resident_id)


async def _erase_numbers(tx: Transaction, resident_id: int) -> None:
    """He is reached nowhere any more; an address that is nobody else's is overwritten, for its row is referred to."""
    held = await tx.all(select(contact_holders.c.contact_id).where(contact_holders.c.resident_id == resident_id))
    ids = [row.contact_id for row in held]
    await tx.run(contact_holders.delete().where(contact_holders.c.resident_id == resident_id))
    for contact_id in ids:
        if await _is_his_alone(tx, contact_id):
            await _overwrite(tx, contact_id)


async def _is_his_alone(tx: Transaction, contact_id: int) -> bool:
    """Nobody else holds it, no member of staff signs in with it, and no ticket of another waits for an answer there."""
    others = select(func.count()).select_from(contact_holders).where(contact_holders.c.contact_id == contact_id)
    linked = select(contacts.c.staff_id).where(contacts.c.id == contact_id)
    answered_at = or_(tickets.c.contact_id == contact_id, tickets.c.safe_contact_id == contact_id)
    waiting = select(func.count()).select_from(tickets).where(answered_at, tickets.c.closed_at.is_(None))
    return not (await tx.scalar(others) or await tx.scalar(linked) or await tx.scalar(waiting))


async def _overwrite(tx: Transaction, contact_id: int) -> None:
    """What waited for it is not sent any more, and what came from it no longer says from where."""
    await bury_contact(tx, contact_id)
    await tx.run(subscriptions.delete().where(subscriptions.c.contact_id == contact_id))
    await tx.run(sessions.delete().where(sessions.c.contact_id == contact_id))
    nothing = f"erased:{secrets.token_hex(16)}"
    index = tx.keyring.index(nothing, context=ADDRESS)
    address = tx.keyring.seal(nothing, context=ADDRESS)
    values = {"address": address, "address_index": index, "last4_index": index, "display_name": ""}
    await tx.run(contacts.update().where(contacts.c.id == contact_id).values(**values))
    came = tx.keyring.seal(nothing, context=INBOUND_ADDRESS)
    from_there = inbound_messages.c.contact_id == contact_id
    await tx.run(inbound_messages.update().where(from_there).values(address=came, address_index=index))
