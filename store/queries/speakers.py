"""Who speaks: whose the contact is, which of those who share it, and whether he is in office."""

from store.database import Transaction
from store.domain.accounts import Account
from store.domain.conversation import Speaker
from store.domain.errors import NotFound
from store.domain.people import Contact, Staff
from store.queries.areas import settings_for
from store.queries.people import residents_by_ids, staff_by_id


async def speaker_of(tx: Transaction, contact: Contact, account: Account, speaker_id: int | None) -> Speaker:
    holders = await residents_by_ids(tx, contact.holders)
    resident = holders[0] if len(holders) == 1 else next((one for one in holders if one.id == speaker_id), None)
    return Speaker(
        contact=contact,
        settings=await settings_for(tx, contact.area_id),
        channel=account.kind,
        resident=resident,
        holders=tuple(holders),
        staff=await _in_office(tx, contact.staff_id) if contact.staff_id else None,
    )


async def _in_office(tx: Transaction, staff_id: int) -> Staff | None:
    """None for whoever has left office: his phone is a resident's again."""
    try:
        return await staff_by_id(tx, staff_id)
    except NotFound:
        return None
