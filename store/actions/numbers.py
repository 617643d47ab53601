"""The phone numbers of residents, as the console writes them."""

from sqlalchemy import select

from store.actions.contacts import add_holder, address_of, find_or_add_contact, revived
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.people import Contact, ContactKind, Proof, Staff
from store.domain.phones import e164
from store.queries.areas import settings_for
from store.queries.people import contact_by_id
from store.queries.residents import Home
from store.tables import contact_holders, household_proxies


async def phone_written(tx: Transaction, village_id: int, written: str) -> Contact:
    """The contact of a number as somebody wrote it. Raises Refusal("number.wrong") where it is none."""
    number = e164(written)
    if number is None:
        raise Refusal("number.wrong")
    language = (await settings_for(tx, village_id)).language
    return await find_or_add_contact(tx, village_id, ContactKind.PHONE, number, language=language)


async def add_number(tx: Transaction, home: Home, written: str, person: Staff) -> None:
    """Raises Refusal("number.wrong"), ("number.his_already"), and ("resident.gone_already") for whoever has gone."""
    if home.gone:
        raise Refusal("resident.gone_already")
    contact = await phone_written(tx, home.village_id, written)
    if home.resident_id in contact.holders:
        raise Refusal("number.his_already")
    await add_holder(tx, contact, home.resident_id, Proof.STAFF, actor=f"staff:{person.id}")


async def remove_number(tx: Transaction, home: Home, contact_id: int, person: Staff) -> None:
    """He is not reached there any more; tickets that came from there are still answered there."""
    await _held(tx, home, contact_id)
    link = (contact_holders.c.contact_id == contact_id, contact_holders.c.resident_id == home.resident_id)
    await tx.run(contact_holders.delete().where(*link))
    tx.audit(home.village_id, f"staff:{person.id}", "contact.removed", f"contact:{contact_id}", home.resident_id)


async def revive_number(tx: Transaction, home: Home, contact_id: int, person: Staff) -> None:
    """A number that was written off is tried again."""
    await revived(tx, await _held(tx, home, contact_id))
    tx.audit(home.village_id, f"staff:{person.id}", "contact.revived", f"contact:{contact_id}")


async def show_held_number(tx: Transaction, home: Home, contact_id: int, person: Staff) -> str:
    """The whole number; who looked is kept."""
    contact = await _held(tx, home, contact_id)
    if contact.kind is not ContactKind.PHONE:
        raise NotFound("contact.unknown")
    tx.audit(home.village_id, f"staff:{person.id}", "contact.shown", f"contact:{contact.id}")
    return await address_of(tx, contact.id)


async def _held(tx: Transaction, home: Home, contact_id: int) -> Contact:
    """Raises NotFound where it is no contact of his, nor one that takes messages for his household."""
    contact = await contact_by_id(tx, contact_id)
    if home.resident_id in contact.holders:
        return contact
    proxy = (household_proxies.c.household_id == home.household_id, household_proxies.c.contact_id == contact_id)
    if await tx.scalar(select(household_proxies.c.contact_id).where(*proxy)) is None:
        raise NotFound("contact.unknown")
    return contact
