"""Letting a month out to the whole village, after what should be looked at was looked at."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any

from aiohttp import web

from console.disclosures.asking import address_of, month_asked, this_month, village_asked
from console.disclosures.books import doubts_about, glance
from console.visits import Fields, Office, Visit, led_to, once
from notifier.disclosing import digest_by_sms, publish_disclosure
from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosures import Disclosure
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Staff
from store.queries.access import may_publish_books
from store.queries.areas import settings_for
from store.queries.disclosures import lock_disclosure
from store.queries.public_disclosures import lists_of_items


@dataclass(frozen=True, slots=True)
class PublishPages:
    office: Office

    async def publish(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            village, _ = await village_asked(tx, visit.person, fields)
            month = await month_asked(tx, village, fields)
            await _check(tx, visit.person, village, month, fields)
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
        disclosure, sms = shown["disclosure"], ""
        if disclosure:
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
            seen=_seen(disclosure, shown["lists"]),
        )


async def _check(tx: Transaction, person: Staff, village: Area, month: date, fields: Fields) -> None:
    """Raises NotAllowed("disclosure.not_publisher"), Refusal: disclosure.too_early, .changed, .doubts."""
    if not may_publish_books(person, village.path):
        raise NotAllowed("disclosure.not_publisher")
    if month >= await this_month(tx, village):
        raise Refusal("disclosure.too_early")
    disclosure = await lock_disclosure(tx, village.id, month)
    items = disclosure.items if disclosure else ()
    if items and fields.get("seen") != _seen(disclosure, await lists_of_items(tx, [item.id for item in items])):
        raise Refusal("disclosure.changed")
    if "looked" not in fields and await doubts_about(tx, village.id, disclosure):
        raise Refusal("disclosure.doubts")


def _seen(disclosure: Disclosure | None, lists: Mapping[int, str]) -> str:
    """A hash of what goes out: the opening, every item, the files and the list beside it; the same once it is out."""
    going = astuple(replace(disclosure, published_at=None)) if disclosure else ()
    return hashlib.sha256(json.dumps([going, sorted(lists.items())], default=str).encode()).hexdigest()
