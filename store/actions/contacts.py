"""Contacts: the addresses at which people are reached, and whose they are."""

from sqlalchemy import or_, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.errors import Refusal
from store.domain.people import Contact, ContactKind, Proof, Resident, Staff
from store.domain.phones import e164
from store.queries.people import ADDRESS, contact_at, contact_by_id, residents_by_ids
from store.tables import contact_holders, contacts, deliveries, subscriptions

LAST4 = "contacts.last4"


async def find_or_add_contact(
    tx: Transaction,
    area_id: int,
    kind: ContactKind,
    address: str,
    *,
    account_id: int | None = None,
    display_name: str = "",
    language: str = "zh_CN",
) -> Contact:
    """The contact at that address in that area, added where there is none."""
    index = tx.keyring.index(address, context=ADDRESS)
    found = await contact_at(tx, area_id, kind, index)
    if found:
        return found
    await tx.insert_new(
        contacts,
        area_id=area_id,
        kind=kind,
        account_id=account_id,
        address=tx.keyring.seal(address, context=ADDRESS),
        address_index=index,
        last4_index=tx.keyring.index(address[-4:], context=LAST4),
        display_name=display_name[:80],
        language=language,
        created_at=tx.now,
    )
    added = await contact_at(tx, area_id, kind, index)
    if added is None:
        raise RuntimeError("a contact that was just added is not there")
    return added


async def address_of(tx: Transaction, contact_id: int) -> str:
    sealed = await tx.scalar(select(contacts.c.address).where(contacts.c.id == contact_id))
    return tx.keyring.open(sealed, context=ADDRESS)


async def add_holder(
    tx: Transaction, contact: Contact, resident_id: int, proof: Proof, *, actor: str = "system"
) -> None:
    """Record that a resident is reached at this contact, and how that is known."""
    added = await tx.insert_new(
        contact_holders, contact_id=contact.id, resident_id=resident_id, proof=proof, verified_at=tx.now
    )
    if added:
        tx.audit(contact.area_id, actor, "contact.verified", f"contact:{contact.id}", [resident_id, proof])


async def give_office(tx: Transaction, contact: Contact, person: Staff) -> None:
    """This contact speaks for a member of staff from now on."""
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(staff_id=person.id))
    tx.audit(contact.area_id, f"staff:{person.id}", "staff.linked", f"contact:{contact.id}")


async def opt_out(tx: Transaction, contact: Contact) -> None:
    """No more general notices to this contact; answers to what he reported and emergencies still go out."""
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(opted_out_at=tx.now))
    await tx.run(
        deliveries.update()
        .where(
            deliveries.c.contact_id == contact.id,
            or_(deliveries.c.notice_id.is_not(None), deliveries.c.reminds_id.is_not(None)),
            deliveries.c.state == DeliveryState.QUEUED,
            deliveries.c.due_at > tx.now,
        )
        .values(state=DeliveryState.SKIPPED, reason=SkipReason.OPTED_OUT)
    )
    tx.audit(contact.area_id, f"contact:{contact.id}", "contact.opted_out", f"contact:{contact.id}")


async def opt_in(tx: Transaction, contact: Contact) -> None:
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(opted_out_at=None))
    tx.audit(contact.area_id, f"contact:{contact.id}", "contact.opted_in", f"contact:{contact.id}")


async def bury_contact(tx: Transaction, contact_id: int) -> None:
    """The provider says that this address takes nothing from us any more. What still waited for it is skipped."""
    await tx.run(contacts.update().where(contacts.c.id == contact_id).values(dead_at=tx.now))
    await tx.run(
        deliveries.update()
        .where(
            deliveries.c.contact_id == contact_id,
            deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.DORMANT)),
        )
        .values(state=DeliveryState.SKIPPED, reason=SkipReason.DEAD_CONTACT)
    )


async def revived(tx: Transaction, contact: Contact) -> Contact:
    """Whoever writes to us can be written to again, whatever the provider said before."""
    if contact.dead_at is None:
        return contact
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(dead_at=None))
    return await contact_by_id(tx, contact.id)


async def choose_language(tx: Transaction, contact: Contact, language: str) -> None:
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(language=language))


async def move_to_village(tx: Transaction, contact: Contact, village_id: int) -> Contact:
    """A guest of a town's account has said which village is his."""
    await tx.run(contacts.update().where(contacts.c.id == contact.id).values(area_id=village_id))
    return await contact_by_id(tx, contact.id)


async def subscribe(tx: Transaction, contact: Contact, topic: str) -> None:
    await tx.insert_new(subscriptions, contact_id=contact.id, topic=topic)


async def caller_at(tx: Transaction, village_id: int, number: str, name: str) -> tuple[Contact, Resident | None]:
    """Whom somebody at the counter or on the telephone is: his phone, and which of those who share it.

    The resident is the one who was named, or the only one. Raises Refusal("ticket.phone_missing") for no number.
    """
    address = e164(number)
    if address is None:
        raise Refusal("ticket.phone_missing")
    contact = await find_or_add_contact(tx, village_id, ContactKind.PHONE, address)
    holders = await residents_by_ids(tx, contact.holders)
    named = [holder for holder in holders if holder.name == name]
    if named:
        return contact, named[0]
    return contact, holders[0] if len(holders) == 1 and not name else None
