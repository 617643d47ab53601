"""The marks for care of one person: what each is for, until when, and who looked."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from console.people.presses import PEOPLE, day_of, named
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.flags import KEPT_AT_MOST, end_flag, look_at_flags, set_flag
from store.database import Transaction
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.people import Staff
from store.domain.roster_remarks import SensitiveFlag
from store.queries.personal_data import flags_of, looks_at
from store.queries.residents import Home, home_seen_by, resident_sheet


@dataclass(frozen=True, slots=True)
class FlagPages:
    office: Office

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        resident_id, action = named(request, "resident"), request.match_info["action"]
        where = f"{PEOPLE}/{resident_id}/flags"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            home = await home_seen_by(tx, visit.person, resident_id)
            await self._act(tx, visit.person, home, action, fields)
        raise led_to(where, f"flag-{action}")

    async def _act(self, tx: Transaction, person: Staff, home: Home, action: str, fields: Fields) -> None:
        name = fields.get("flag", "")
        if name not in set(SensitiveFlag):
            raise Refusal("flag.which_missing")
        if action == "end":
            await end_flag(tx, home, SensitiveFlag(name), person)
        else:
            until = day_of(fields.get("until", ""), "flag.until_wrong")
            await set_flag(tx, home, SensitiveFlag(name), fields.get("purpose", ""), until, person)

    async def page(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """To look is a fact too, so that even a page that only shows writes."""
        async with self.office.database.write(self.office.clock()) as tx:
            home = await home_seen_by(tx, visit.person, named(request, "resident"))
            try:
                await look_at_flags(tx, home, visit.person)
            except NotAllowed as refused:
                raise NotFound("resident.unknown") from refused
            sheet = await resident_sheet(tx, visit.person, home.resident_id)
            flags = await flags_of(tx, home.resident_id)
            looks = await looks_at(tx, sheet)
            last_day = (tx.now + KEPT_AT_MOST - timedelta(days=1)).astimezone(visit.settings.zone).date()
        return self.office.page(
            request,
            visit,
            "people_flags.html",
            sheet=sheet,
            flags=flags,
            looks=looks,
            kinds=tuple(SensitiveFlag),
            last_day=last_day,
        )
