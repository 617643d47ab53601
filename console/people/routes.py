"""Where the people are found."""

from aiohttp import web

from console.people import home, lists, person
from console.people.flags import FlagPages
from console.people.home import HomePages, NewHomePages
from console.people.liaisons import LiaisonPages
from console.people.lists import ListPages
from console.people.merging import MergePages
from console.people.papers import PaperPages
from console.people.person import PersonPages
from console.people.personal import PersonalPages
from console.people.roster import RosterPages
from console.people.sheets import MOST_UPLOADED, SheetPages
from console.visits import Doorkeeper, Office

_RESIDENT = r"/people/{resident:\d{1,18}}"
_HOME = r"/people/homes/{household:\d{1,18}}"
_LISTS = r"/people/lists/{village:\d{1,18}}"
_LIAISON = r"/people/liaisons/{village:\d{1,18}}/{staff:\d{1,18}}"
_UPLOAD = r"/people/import/{upload:\d{1,18}}"


def people_routes(office: Office) -> list[web.RouteDef]:
    return [*_roster_routes(office), *_sheet_routes(office), *_care_routes(office)]


def _roster_routes(office: Office) -> list[web.RouteDef]:
    keeper, people, homes = Doorkeeper(office), PersonPages(office), HomePages(office)
    new, named, paired = NewHomePages(office), ListPages(office), LiaisonPages(office)
    return [
        web.get("/people", keeper.page(RosterPages(office).list)),
        web.get("/people/homes/new", keeper.page(new.form)),
        web.post("/people/homes/new", keeper.press(new.enter, new.form)),
        web.get(_HOME, keeper.page(homes.one)),
        web.post(_HOME + f"/{{action:{'|'.join(home.ACTIONS)}}}", keeper.press(homes.act, homes.one)),
        web.get("/people/lists", keeper.page(named.show)),
        web.post(_LISTS + f"/{{action:{'|'.join(lists.ACTIONS)}}}", keeper.press(named.act, named.show)),
        web.get("/people/liaisons", keeper.page(paired.show)),
        web.post(_LIAISON, keeper.press(paired.save, paired.show)),
        web.get(_RESIDENT, keeper.page(people.one)),
        web.post(_RESIDENT + "/show-number", keeper.press(people.show_number, people.one)),
        web.post(_RESIDENT + f"/{{action:{'|'.join(person.ACTIONS)}}}", keeper.press(people.act, people.one)),
    ]


def _sheet_routes(office: Office) -> list[web.RouteDef]:
    keeper, sheets = Doorkeeper(office), SheetPages(office)
    return [
        web.get("/people/import", keeper.page(sheets.form)),
        web.post("/people/import", keeper.press(sheets.upload, sheets.form, most_bytes=MOST_UPLOADED)),
        web.get(_UPLOAD, keeper.page(sheets.one)),
        web.post(_UPLOAD + "/{action:take|drop}", keeper.press(sheets.act, sheets.one)),
        web.post("/people/export", keeper.press(sheets.export)),
    ]


def _care_routes(office: Office) -> list[web.RouteDef]:
    """What the law on personal information is about, and joining two rows that are one person."""
    keeper, merging, flags = Doorkeeper(office), MergePages(office), FlagPages(office)
    personal, papers = PersonalPages(office), PaperPages(office)
    return [
        web.get(_RESIDENT + "/merge", keeper.page(merging.page)),
        web.post(_RESIDENT + "/merge", keeper.press(merging.merge, merging.page)),
        web.get(_RESIDENT + "/flags", keeper.page(flags.page)),
        web.post(_RESIDENT + "/flags/{action:set|end}", keeper.press(flags.act, flags.page)),
        web.get(_RESIDENT + "/kept", keeper.page(personal.kept)),
        web.post(_RESIDENT + "/kept/export", keeper.press(personal.export)),
        web.post(_RESIDENT + "/kept/{action:request|erase}", keeper.press(personal.act, personal.kept)),
        web.get("/people/requests", keeper.page(personal.requests)),
        web.post(r"/people/requests/{request:\d{1,18}}", keeper.press(personal.answer, personal.requests)),
        web.get("/people/retention", keeper.page(papers.retention)),
        web.get("/people/assessment", keeper.page(papers.assessment)),
    ]
