"""What a person asks of his data: shown and printed, put right, deleted where nothing holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console.people.presses import PEOPLE, named
from console.people.sheets import download
from console.places import first_or_asked, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from notifier.pages import language_asked, moment
from store.actions.personal_data import (
    answer_request,
    erase_person,
    person_to_keep,
    show_all,
    take_request,
)
from store.database import Transaction
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.people import Staff
from store.domain.personal_data import RequestKind
from store.queries.access import may_keep_roster
from store.queries.personal_data import KeptAbout, request_by_id, requests_of
from store.queries.residents import Home
from store.workbooks import workbook

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PersonalPages:
    office: Office

    async def export(self, request: web.Request, visit: Visit, _fields: Fields) -> web.StreamResponse:
        """The same as a file for him to take along (Art. 45)."""
        async with self.office.database.write(self.office.clock()) as tx:
            home = await self._home(tx, visit.person, named(request, "resident"))
            kept = await show_all(tx, home, visit.person)
        words = self.office.pages.words(language_asked(request))
        rows = rows_of(kept, words, visit)
        return download(workbook(words["people"]["kept"], rows), f"{kept.sheet.name}.xlsx")

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        resident_id, action = named(request, "resident"), request.match_info["action"]
        where = f"{PEOPLE}/{resident_id}/kept"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            await self._act(tx, visit.person, await self._home(tx, visit.person, resident_id), action, fields)
        raise led_to(where, f"kept-{action}")

    async def _act(self, tx: Transaction, person: Staff, home: Home, action: str, fields: Fields) -> None:
        if action == "erase":
            if "sure" not in fields:
                raise Refusal("person.not_sure")
            await erase_person(tx, home, person)
        else:
            kind = fields.get("kind", "")
            if kind not in set(RequestKind):
                raise Refusal("request.kind_missing")
            await take_request(tx, home, RequestKind(kind), fields.get("said", ""), person)

    async def _home(self, tx: Transaction, person: Staff, resident_id: int) -> Home:
        """To whom the roster is not given to keep, nobody's page is there."""
        try:
            return await person_to_keep(tx, person, resident_id)
        except NotAllowed as refused:
            raise NotFound("resident.unknown") from refused

    async def kept(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            home = await self._home(tx, visit.person, named(request, "resident"))
            kept = await show_all(tx, home, visit.person)
        words = self.office.pages.words(language_asked(request))
        rows = rows_of(kept, words, visit)
        return self.office.page(request, visit, "people_kept.html", kept=kept, rows=rows, kinds=tuple(RequestKind))

    async def answer(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        where = f"{PEOPLE}/requests"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            asked = await request_by_id(tx, named(request, "request"))
            home = await self._home(tx, visit.person, asked.resident_id)
            await answer_request(tx, asked, home, fields.get("text", ""), visit.person)
        raise led_to(where, "answered")

    async def requests(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
            village = first_or_asked(villages, visit.asked(request).get("village", ""))
            found = await requests_of(tx, village.id)
            now = tx.now
        return self.office.page(
            request,
            visit,
            "people_requests.html",
            village=village,
            found=found,
            now=now,
            refused_id=request.match_info.get("request", ""),
            written=visit.told.written.get("text", ""),
        )


def rows_of(kept: KeptAbout, words: Words, visit: Visit) -> Sequence[tuple[str, str]]:
    """Everything as pairs of what it is and what it says: for the page, for paper and for the file."""
    own, sheet, zone = words["people"], kept.sheet, visit.settings.zone

    def at(value: datetime) -> str:
        return moment(value, zone, words["time"])

    marks = ("is_head", "registered", "party_member", "representative", "collective_member")
    rows = [
        (own["name"], sheet.name),
        (own["home"], f"{sheet.group} {own['house'].format(number=sheet.household)}".strip()),
        (own["sex"], own[f"sex_{sheet.sex}"] if sheet.sex else ""),
        (own["birth"], str(sheet.birth or sheet.birth_year or "")),
        (own["relation_short"], sheet.relation),
        (own["is_what"], "、".join(own[mark] for mark in marks if getattr(sheet, mark))),
        (own["away_place"], sheet.away_place),
        (own["identity"], own["identity_kept"] if kept.has_identity else ""),
        *((own["ways"], number.removeprefix("+86")) for number in kept.numbers),
        (own["tags"], "、".join(name for _, name in sheet.tags)),
        *((own[f"flag_{one.flag}"], f"{one.purpose} · {one.until}") for one in kept.flags if one.purpose),
        (own["flags"], "" if kept.sees_flags else own["ask_welfare"]),
        *((own["his_tickets"], f"{one.number} {at(one.opened_at)} {' / '.join(one.said)}") for one in kept.tickets),
        *((own["his_votes"], f"{title}{own['has_cast'] if is_cast else ''}") for title, is_cast in kept.votes),
        *((own["his_answers"], f"{number}: {answer}") for number, answer in kept.answers),
        (own["his_bookings"], str(kept.bookings)),
        (own["his_messages"], str(kept.messages)),
        *(
            (own["looked"], f"{at(one.at)} {one.by} {own['look_' + one.action.partition('.')[0]]}")
            for one in kept.looks
        ),
    ]
    return [(name, text) for name, text in rows if text]
