"""What a village often answers, kept by whoever serves the whole of it."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.places import chosen, village_of_form, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.canned_replies import LONGEST_NAME, LONGEST_REPLY, drop_reply, keep_reply
from store.queries.access import may_edit_replies
from store.queries.ticket_desk import replies_of

REPLIES = "/console/tickets/replies"


@dataclass(frozen=True, slots=True)
class ReplyPages:
    office: Office

    async def keep(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Write one down, or change the one that `reply` names."""
        async with self.office.database.write(self.office.clock()) as tx:
            village = await village_of_form(tx, visit.person, may_edit_replies, fields.get("village", ""))
            where = f"{REPLIES}?village={village.id}"
            await once(tx, request, visit, fields, where)
            reply_id = whole_number(fields.get("reply", ""))
            await keep_reply(tx, village, visit.person, fields.get("name", ""), fields.get("text", ""), reply_id)
        raise led_to(where, "reply")

    async def drop(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            village = await village_of_form(tx, visit.person, may_edit_replies, fields.get("village", ""))
            where = f"{REPLIES}?village={village.id}"
            await once(tx, request, visit, fields, where)
            await drop_reply(tx, village, visit.person, int(request.match_info["reply"]))
        raise led_to(where, "reply_dropped")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_edit_replies)
            village = chosen(villages, visit.asked(request).get("village", ""))
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
