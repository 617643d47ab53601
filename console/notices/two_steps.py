"""What an emergency notice and its all-clear share: written, looked at as they go out, sent on the word of one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from aiohttp import web

from console.notices.looking import handsets_of
from console.notices.warning_facts import differ
from console.notices.warning_form import photo_sent
from console.visits import Fields, Office, Told, Visit
from store.actions.emergencies import keep_photo
from store.database import Transaction
from store.domain.emergencies import (
    LONGEST_EMERGENCY,
    LONGEST_EVIDENCE,
    LONGEST_HAZARD,
    LONGEST_ISSUER,
    EmergencyPlan,
)
from store.queries.emergencies import photo_of

LONGEST = {
    "text": LONGEST_EMERGENCY,
    "issuer": LONGEST_ISSUER,
    "hazard": LONGEST_HAZARD,
    "evidence": LONGEST_EVIDENCE,
}
"""Characters of each field."""
_READ, _CHANGE, _SEND = "read", "change", "send"
_PHOTO = web.RequestKey("photo", str)
_NOT_KEPT = frozenset({"csrf", "form", "press"})


class Steps(Protocol):
    """The pages of one of the two; `facts` are the fields that are read out of the pasted text."""

    @property
    def office(self) -> Office: ...

    @property
    def facts(self) -> Sequence[str]: ...

    async def read(self, request: web.Request, visit: Visit, fields: Fields) -> Fields:
        """The fields with the facts as the text says them."""
        ...

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse: ...

    async def sure(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse: ...

    async def send(self, request: web.Request, visit: Visit, fields: Fields) -> web.HTTPSeeOther: ...


async def take(steps: Steps, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
    """Show what would go out, lead back to the form, or send it; what was typed and photographed stays.

    What has just been read out of the text is looked at in the form first.
    """
    fields = await _with_photo(steps.office, request, visit, fields)
    if fields.get("press") == _SEND:
        raise await steps.send(request, visit, fields)
    read = await steps.read(request, visit, fields)
    if fields.get("press") in {_READ, _CHANGE} or differ(fields, read, steps.facts):
        return await steps.form(request, replace(visit, told=Told(written=read)))
    return await steps.sure(request, visit, fields)


async def _with_photo(office: Office, request: web.Request, visit: Visit, fields: Fields) -> Fields:
    """The fields with the photo that came with them: nobody takes it again because something else was refused."""
    stored = await photo_sent(office, request)
    if stored is None:
        return fields
    async with office.database.write(office.clock()) as tx:
        request[_PHOTO] = await keep_photo(tx, stored, visit.person)
    return {**fields, "photo": request[_PHOTO]}


async def written_before(tx: Transaction, request: web.Request, visit: Visit) -> Fields:
    """What a form begins with that was sent before: with the photo, if it is his and still kept."""
    photo = request.get(_PHOTO) or visit.told.written.get("photo", "")
    kept = {"photo": photo} if photo and await photo_of(tx, photo, visit.person) else {}
    return {name: value for name, value in visit.told.written.items() if name != "photo"} | kept


def sure_page(
    office: Office, request: web.Request, visit: Visit, fields: Fields, plan: EmergencyPlan, **shown: Any
) -> web.Response:
    """What goes out, as it goes out, and the question whether it should. The form's fields travel along."""
    return office.page(
        request,
        visit,
        "notices_sure.html",
        **{"left": 0, "lifts": None, "named": None, **shown},
        action=request.path,
        fields={name: value for name, value in fields.items() if name not in _NOT_KEPT},
        plan=plan,
        handsets=handsets_of(plan),
    )
