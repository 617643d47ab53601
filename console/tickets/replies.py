"""What a village often answers, kept by whoever serves the whole of it."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.canned_replies import LONGEST_NAME, LONGEST_REPLY, drop_reply, keep_reply
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.queries.access import may_edit_replies
from store.queries.areas import villages_served
from store.queries.ticket_desk import replies_of

REPLIES = "/console/tickets/replies"


@dataclass(frozen=True, slots=True)
class ReplyPages:
    office: Office

    async def keep(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Write one down, or change the one that `reply` names."""
        async with self.office.database.write(self.office.clock()) as tx:
            village = _chosen(await _villages(tx, visit.person), fields.get("village", ""))
            where = f"{REPLIES}?village={village.id}"
            await once(tx, request, visit, fields, where)
            reply_id = whole_number(fields.get("reply", ""))
            await keep_reply(tx, village, visit.person, fields.get("name", ""), fields.get("text", ""), reply_id)
        raise led_to(where, "reply")

    async def drop(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            village = _chosen(await _villages(tx, visit.person), fields.get("village", ""))
            where = f"{REPLIES}?village={village.id}"
            await once(tx, request, visit, fields, where)
            await drop_reply(tx, village, visit.person, int(request.match_info["reply"]))
        raise led_to(where, "reply_dropped")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await _villages(tx, visit.person)
            asked = str(villages[0].id) if len(villages) == 1 else visit.asked(request).get("village", "")
            village = _chosen(villages, asked) if asked else None
            replies = await replies_of(tx, village.id) if village else []
        return self.office.page(
            request,
            visit,
            "ticket_replies.html",
            villages=villages,
            village=village,
            replies=replies,
            longest_name=LONGEST_NAME,
            longest=LONGEST_REPLY,
        )


async def _villages(tx: Transaction, person: Staff) -> list[Area]:
    """Raises NotFound for who may change them in none."""
    found = [village for village in await villages_served(tx, person) if may_edit_replies(person, village.path)]
    if not found:
        raise NotFound("area.unknown")
    return found


def _chosen(villages: list[Area], village_id: str) -> Area:
    """Raises NotFound for a village that is not his."""
    for village in villages:
        if str(village.id) == village_id:
            return village
    raise NotFound("area.unknown")
