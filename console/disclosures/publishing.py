"""Letting a month out to the whole village, after what should be looked at was looked at."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from console.disclosures.asking import address_of, month_asked, this_month, village_asked
from console.disclosures.books import doubts_about, glance
from console.visits import Fields, Office, Visit, led_to, once
from notifier.disclosing import digest_by_sms, publish_disclosure
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Staff
from store.queries.access import may_publish_books
from store.queries.areas import settings_for
from store.queries.disclosures import disclosure_for


@dataclass(frozen=True, slots=True)
class PublishPages:
    office: Office

    async def publish(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            village, _ = await village_asked(tx, visit.person, fields)
            month = await month_asked(tx, village, fields)
            await _check(tx, visit.person, village, month, looked="looked" in fields)
            await once(tx, request, visit, fields, address_of(village, month))
            told = await publish_disclosure(tx, self.office.renderer, village.id, month, visit.person)
        raise led_to(address_of(village, month), "published", told=told)

    async def page(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked = visit.asked(request)
        async with self.office.database.read(self.office.clock()) as tx:
            village, _ = await village_asked(tx, visit.person, asked)
            month = await month_asked(tx, village, asked)
            settings = await settings_for(tx, village.id)
            shown: dict[str, Any] = await glance(tx, settings, month)
            is_current = month >= await this_month(tx, village)
        sms = ""
        if disclosure := shown["disclosure"]:
            sms = digest_by_sms(self.office.renderer, disclosure, settings)
        return self.office.page(
            request,
            visit,
            "disclosure_publish.html",
            zone=settings.zone,
            **shown,
            village=village,
            month=month,
            is_current=is_current,
            may_publish=may_publish_books(visit.person, village.path),
            sms=sms,
        )


async def _check(tx: Transaction, person: Staff, village: Area, month: date, *, looked: bool) -> None:
    """Raises NotAllowed("disclosure.not_publisher"), Refusal: disclosure.too_early, disclosure.doubts."""
    if not may_publish_books(person, village.path):
        raise NotAllowed("disclosure.not_publisher")
    if month >= await this_month(tx, village):
        raise Refusal("disclosure.too_early")
    if not looked and await doubts_about(tx, village.id, await disclosure_for(tx, village.id, month)):
        raise Refusal("disclosure.doubts")
