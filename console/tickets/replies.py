"""What a village often answers, kept by whoever serves the whole of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.visits import Fields, Office, Visit, form_key
from store.actions.canned_replies import LONGEST_NAME, LONGEST_REPLY, drop_reply, keep_reply
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.queries.access import may_edit_replies
from store.queries.areas import villages_served
from store.queries.ticket_desk import replies_of

REPLIES = "/console/tickets/replies"


@dataclass(frozen=True, slots=True)
class ReplyPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, request.query)

    async def keep(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Write one down, or change the one that `reply` names."""
        return await self._change(request, visit, fields)

    async def drop(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        return await self._change(request, visit, fields, dropping=int(request.match_info["reply"]))

    async def _change(
        self, request: web.Request, visit: Visit, fields: Fields, *, dropping: int = 0
    ) -> web.StreamResponse:
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                village = _chosen(await _villages(tx, visit.person), fields.get("village", ""))
                if await take_form(tx, visit.session, form_key({**fields, "action": f"reply/{dropping}"})):
                    await _take(tx, village, visit.person, fields, dropping)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, fields, status=409, refusal=said)
        done = "reply_dropped" if dropping else "reply"
        raise web.HTTPSeeOther(f"{REPLIES}?village={village.id}&done={done}")

    async def _page(
        self, request: web.Request, visit: Visit, written: Mapping[str, str], *, status: int = 200, refusal: str = ""
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await _villages(tx, visit.person)
            asked = str(villages[0].id) if len(villages) == 1 else written.get("village", "")
            village = _chosen(villages, asked) if asked else None
            replies = await replies_of(tx, village.id) if village else []
        return self.office.pages.page(
            request,
            "ticket_replies.html",
            status=status,
            **visit.known,
            here="tickets",
            villages=villages,
            village=village,
            replies=replies,
            written=written if refusal else {},
            longest_name=LONGEST_NAME,
            longest=LONGEST_REPLY,
            refusal=refusal,
            done=written.get("done", ""),
        )


async def _take(tx: Transaction, village: Area, person: Staff, fields: Fields, dropping: int) -> None:
    if dropping:
        await drop_reply(tx, village, person, dropping)
    else:
        reply_id = whole_number(fields.get("reply", ""))
        await keep_reply(tx, village, person, fields.get("name", ""), fields.get("text", ""), reply_id)


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
