"""Telling somebody by his phone what his chat does not take before he writes again."""

from collections.abc import Sequence
from dataclasses import replace

from store.database import Transaction
from store.domain.people import Contact
from store.domain.speech import Tell
from store.queries.windows import confidential_among, phones_instead


async def tells_by_phone(tx: Transaction, tells: Sequence[Tell], closed: Sequence[Contact]) -> list[Tell]:
    """The tells, those to closed chats turned to the same person's phone where it may hear of this.

    It may not where the matter is confidential, or general news and the phone has opted out. Who hears the same there
    already does not hear it twice. What is said in chat only is left out, as it is by SMS: the answer follows it.
    """
    phones = await phones_instead(tx, closed)
    asked = [tell.ticket_id for tell in tells if tell.ticket_id and tell.contact_id in phones]
    private = await confidential_among(tx, asked) if asked else frozenset()
    closed_ids = {contact.id for contact in closed}
    tells = [tell for tell in tells if not (tell.only_in_chat and tell.contact_id in closed_ids)]
    told = {(tell.contact_id, id(tell.say)) for tell in tells}
    turned = []
    for tell in tells:
        phone = phones.get(tell.contact_id)
        if phone is None or tell.ticket_id in private or not _may_hear(phone, tell):
            turned.append(tell)
        elif (phone.id, id(tell.say)) not in told:
            told.add((phone.id, id(tell.say)))
            turned.append(replace(tell, contact_id=phone.id))
    return turned


def _may_hear(phone: Contact, tell: Tell) -> bool:
    return tell.ticket_id is not None or phone.opted_out_at is None
