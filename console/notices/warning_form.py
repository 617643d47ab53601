"""What the form of an emergency notice or an all-clear says: who warns, when, of what, whom, and what is to be done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from console.notices.drafting import Place, place_of, read_audience
from console.notices.several import SEVERAL, everybody, ticked, towns_open_to
from console.visits import Fields, Office
from store.database import Transaction
from store.domain.addressing import Named
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.emergencies import (
    LONGEST_EVIDENCE,
    OWN_ISSUER,
    Aim,
    Level,
    Source,
    Warned,
    checked_emergency_text,
    checked_warning,
    may_warn,
)
from store.domain.errors import NotFound, Refusal
from store.domain.lengths import whole
from store.domain.people import Staff
from store.files import MAX_BYTES, StoredFile, UnusableFileError
from store.queries.emergencies import photo_of
from store.queries.notices import villages_served

MOST_SENT = MAX_BYTES + 100_000
"""Bytes of a form with its photo."""
_KINDS = (AudienceKind.VILLAGE, AudienceKind.TAGGED, AudienceKind.LISTED)
"""Whom somebody in a hurry chooses from: everybody, or those who live where it is dangerous."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """An emergency notice as its form says it, checked; `aims` are one village or several."""

    aims: Sequence[Aim]
    zone: ZoneInfo
    named: Named
    warned: Warned
    text: str
    with_roll: bool


async def villages_to_warn(tx: Transaction, person: Staff) -> list[Area]:
    """Where this person may send an emergency notice, be it to one group only."""
    mine = [duty.area_path for duty in person.duties if may_warn(person, duty.area_path)]
    served = await villages_served(tx, person)
    return [one for one in served if any(one.path.startswith(path) or path.startswith(one.path) for path in mine)]


async def place_to_warn(tx: Transaction, person: Staff, village_id: str) -> Place:
    """A village, and those of its groups that this person may warn. Raises NotFound where that is nobody."""
    place = await place_of(tx, person, village_id)
    groups = [group for group in place.groups if may_warn(person, group.path)]
    serves_all = may_warn(person, place.village.path)
    if not (groups or serves_all):
        raise NotFound("area.unknown")
    kinds = [kind for kind in _KINDS if kind in place.kinds]
    return replace(place, groups=groups, kinds=kinds, serves_all=serves_all)


async def read_draft(tx: Transaction, person: Staff, fields: Fields) -> Drafted:
    """Raises NotFound for a village that is not his, and as the rules of emergency notices do."""
    place = await place_chosen(tx, person, fields.get("village", ""))
    source = fields.get("source", "")
    if source not in set(Source):
        raise Refusal("emergency.source")
    zone = place.settings.zone
    warned = checked_warning(await read_warned(tx, person, fields, Source(source), zone), tx.now)
    text = checked_emergency_text(fields.get("text", ""), warned.source)
    aims, named = await _aims(tx, person, place, fields)
    return Drafted(aims, zone, named, warned, text, fields.get("roll") == "yes")


async def place_chosen(tx: Transaction, person: Staff, village_id: str) -> Place:
    """The village of a form; where it is for several, the first of those that he may tick. Raises NotFound."""
    if village_id != SEVERAL:
        return await place_to_warn(tx, person, village_id)
    towns = await towns_open_to(tx, person, may_warn)
    if not towns:
        raise NotFound("area.unknown")
    return await place_to_warn(tx, person, str(towns[0].villages[0].id))


async def _aims(tx: Transaction, person: Staff, place: Place, fields: Fields) -> tuple[Sequence[Aim], Named]:
    if fields.get("village") != SEVERAL:
        audience, named = await _audience(tx, person, place, fields)
        return [Aim(place.village, audience)], named
    villages = ticked(await towns_open_to(tx, person, may_warn), fields)
    return [Aim(village, everybody(village)) for village in villages], Named((), (), ())


async def read_warned(tx: Transaction, person: Staff, fields: Fields, source: Source, zone: ZoneInfo) -> Warned:
    """Unchecked but for what could not be read. Of the village's own word nothing more is asked."""
    if not source.issues_warnings:
        return Warned(source, OWN_ISSUER, tx.now)
    level, photo = fields.get("level", ""), await photo_of(tx, fields.get("photo", ""), person)
    return Warned(
        source,
        fields.get("issuer", ""),
        _issued(fields, zone),
        fields.get("hazard", ""),
        Level(level) if level in set(Level) else Level.NONE,
        whole(fields.get("evidence", ""), LONGEST_EVIDENCE),
        (photo,) if photo else (),
    )


def _issued(fields: Fields, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(fields.get("day", "")), _clock(fields.get("clock", "")), zone)
    except ValueError as error:
        raise Refusal("emergency.time") from error


def _clock(written: str) -> time:
    return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)


def days_offered(now: datetime, zone: ZoneInfo) -> Sequence[date]:
    """Today and yesterday: an older warning is none."""
    today = now.astimezone(zone).date()
    return today, today - timedelta(days=1)


async def _audience(tx: Transaction, person: Staff, place: Place, fields: Fields) -> tuple[Audience, Named]:
    """The homes of whoever is ticked or listed. Raises Refusal where he may not warn all of them."""
    audience, named = await read_audience(tx, person, place, {**fields, "units": "household"})
    if not all(may_warn(person, area.path) for area in audience.addressed):
        raise Refusal("notice.whom_missing")
    return audience, named


async def photo_sent(office: Office, request: web.Request) -> StoredFile | None:
    """The photo that came with a form, kept. Raises Refusal("emergency.photo") for what is none."""
    sent = (await request.post()).get("file")
    if not isinstance(sent, web.FileField) or not sent.filename:
        return None
    try:
        return await asyncio.to_thread(office.files.put_photo, sent.file.read())
    except UnusableFileError as error:
        raise Refusal("emergency.photo") from error
