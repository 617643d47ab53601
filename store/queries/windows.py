"""Whose channel takes nothing for him before he writes again, and by which phone he is told instead."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from store.database import Transaction
from store.domain.people import Contact, ContactKind
from store.domain.tickets import CONFIDENTIAL_CATEGORIES
from store.queries.accounts import account_reaching, accounts_serving
from store.queries.people import CHUNK, contacts_where
from store.tables import contact_holders, contacts, tickets


async def closed_among(tx: Transaction, people: Sequence[Contact]) -> list[Contact]:
    """Those whose window is closed. Nothing is asked where nobody's channel has one."""
    closing = [contact for contact in people if contact.kind.closes]
    closed = []
    for start in range(0, len(closing), CHUNK):
        part = closing[start : start + CHUNK]
        is_open = (contacts.c.id.in_([contact.id for contact in part]), contacts.c.open_until > tx.now)
        open_ids = {row.id for row in await tx.all(select(contacts.c.id).where(*is_open))}
        closed += [contact for contact in part if contact.id not in open_ids]
    return closed


async def phones_instead(tx: Transaction, closed: Sequence[Contact]) -> Mapping[int, Contact]:
    """The phone of the same person that an account reaches, by the closed contact's id: of staff that of their office.

    One that nobody else holds goes before one that a family shares.
    """
    by_contact: dict[int, Contact] = {}
    for start in range(0, len(closed), CHUNK):
        part = closed[start : start + CHUNK]
        phones = _by_person(await _phones_of(tx, part))
        for contact in part:
            own = [phone for key in _persons_at(contact) for phone in phones.get(key, ())]
            if own and account_reaching(await accounts_serving(tx, contact.area_id), own[0]):
                by_contact[contact.id] = min(own, key=lambda phone: (len(phone.holders), phone.id))
    return by_contact


async def _phones_of(tx: Transaction, people: Sequence[Contact]) -> list[Contact]:
    holders = {holder for contact in people for holder in contact.holders}
    offices = {contact.staff_id for contact in people if contact.staff_id is not None}
    held = select(contact_holders.c.contact_id).where(contact_holders.c.resident_id.in_(holders))
    return await contacts_where(
        tx,
        contacts.c.kind == ContactKind.PHONE,
        contacts.c.dead_at.is_(None),
        or_(contacts.c.id.in_(held), contacts.c.staff_id.in_(offices)),
    )


_Person = tuple[int, str, int]
"""In an area, a member of staff or a resident, by id."""


def _persons_at(contact: Contact) -> list[_Person]:
    if contact.staff_id is not None:
        return [(contact.area_id, "staff", contact.staff_id)]
    return [(contact.area_id, "resident", holder) for holder in contact.holders]


def _by_person(phones: Sequence[Contact]) -> Mapping[_Person, Sequence[Contact]]:
    """A phone of somebody in office is that of the resident he is, too."""
    found: dict[_Person, list[Contact]] = {}
    for phone in phones:
        keys = [(phone.area_id, "resident", holder) for holder in phone.holders]
        if phone.staff_id is not None:
            keys.append((phone.area_id, "staff", phone.staff_id))
        for key in keys:
            found.setdefault(key, []).append(phone)
    return found


async def confidential_among(tx: Transaction, ticket_ids: Sequence[int]) -> frozenset[int]:
    """Those of which is told where it was asked for, and nowhere else."""
    private = or_(tickets.c.about_staff, tickets.c.category.in_(CONFIDENTIAL_CATEGORIES))
    rows = await tx.all(select(tickets.c.id).where(tickets.c.id.in_(ticket_ids), private))
    return frozenset(row.id for row in rows)
