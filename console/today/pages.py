"""Today: what waits for whoever reads it, one line a thing, each with the one step that settles it."""

from dataclasses import dataclass

from aiohttp import web

from console.visits import HOME, Fields, Office, Visit, led_to, once
from store.actions.accounts import start_account
from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.today import Urgency, Waiting
from store.queries.access import may_see_channel
from store.queries.accounts import account_by_id
from store.queries.areas import area_by_id
from store.queries.kept_forms import how_many_kept
from store.queries.today import waiting_for


@dataclass(frozen=True, slots=True)
class TodayPages:
    office: Office

    async def today(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            waiting = await waiting_for(tx, visit.person, visit.settings)
            unsent = await how_many_kept(tx, visit.person.id)
        lines = [(one, _where(one)) for one in waiting]
        return self.office.page(request, visit, "today.html", lines=lines, unsent=unsent)

    async def start_channel(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Somebody has looked: what waited for the channel goes out again."""
        account_id = int(request.match_info["account"])
        async with self.office.database.write(self.office.clock()) as tx:
            await _check(tx, visit, account_id)
            await once(tx, request, visit, fields, HOME)
            await start_account(tx, await account_by_id(tx, account_id), actor=f"staff:{visit.person.id}")
        raise led_to(HOME, "channel")


async def _check(tx: Transaction, visit: Visit, account_id: int) -> None:
    """Raises NotFound for a channel that is not for him to look after."""
    account = await account_by_id(tx, account_id)
    if not may_see_channel(visit.person, (await area_by_id(tx, account.area_id)).path):
        raise NotFound("account.unknown")


def _where(one: Waiting) -> str:
    """The page on which it is settled; "" for a channel, which is started again from the line itself."""
    match one.urgency:
        case Urgency.URGENT | Urgency.OVERDUE | Urgency.DUE:
            return f"/console/tickets/{one.subject_id}"
        case Urgency.APPROVAL | Urgency.TRANSFER:
            return f"/console/notices/{one.subject_id}{'/roll' if one.urgency is Urgency.TRANSFER else ''}"
        case Urgency.VOTE:
            return f"/console/matters/{one.village_id}/{one.subject_id}"
        case Urgency.DISCLOSURE:
            return f"/console/disclosures?village={one.subject_id}&month={one.month:%Y-%m}"
        case Urgency.VISIT:
            return "/console/notices/visits"
        case Urgency.CHANNEL:
            return ""
