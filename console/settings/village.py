"""What a village sets for itself: each value with what it means, and who set what before."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.setting_names import setting_named
from console.settings.room import back, begin_press, place_of, show
from console.settings.setting_lines import SHOWN, line_of, said_of, typed_setting
from console.visits import Fields, Office, Visit
from notifier.pages import language_asked
from store.actions.settings import rename_area, set_setting
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound
from store.queries.access import may_change_setting, may_change_settings
from store.queries.areas import children_of
from store.queries.settings_book import setting_history, setting_values


@dataclass(frozen=True, slots=True)
class VillagePages:
    office: Office

    async def change(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        name = request.match_info["name"]
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "")
            if not may_change_setting(visit.person, name, area.path):
                raise NotAllowed("setting.not_yours")
            changed = await set_setting(tx, area, name, typed_setting(name, fields), actor=f"staff:{visit.person.id}")
        raise back("", area, "set" if changed else "same", name=name)

    async def rename(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The village itself or one of its groups."""
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "")
            if not may_change_settings(visit.person, area.path):
                raise NotAllowed("setting.not_yours")
            one = await _inside(tx, area, fields.get("which", ""))
            await rename_area(tx, one, fields.get("name", ""), actor=f"staff:{visit.person.id}")
        raise back("", area, "renamed")

    async def changes(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        key = whole_number(request.query.get("after", ""))
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, request.query.get("area", ""))
            found, further = await setting_history(tx, place.area, key)
        words = self.office.pages.words(language_asked(request))
        lines = [
            (
                one,
                setting_named(one.name, words),
                said_of(one.name, one.before, words),
                said_of(one.name, one.after, words),
            )
            for one in found
        ]
        return show(self.office, request, visit, "changes", place, lines=lines, after=further, is_first=not key)

    async def index(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        refused = _refused(request, visit.told.written)
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, visit.asked(request).get("area", ""))
            values = await setting_values(tx, place.area)
            inside = await children_of(tx, place.area)
        words = self.office.pages.words(language_asked(request))
        lines = [
            line_of(
                values[name],
                words,
                may_change=may_change_setting(visit.person, name, place.area.path),
                refused=refused[1] if refused[0] == name else "",
            )
            for name in SHOWN
        ]
        return show(
            self.office,
            request,
            visit,
            "",
            place,
            refused=refused[0],
            typed=refused[1],
            lines=lines,
            inside=inside,
            may_rename=may_change_settings(visit.person, place.area.path),
            done_name=request.query.get("name", ""),
        )


def _refused(request: web.Request, written: Fields) -> tuple[str, str]:
    """Which line of the page was refused, and what was typed there."""
    name = request.match_info.get("name") or f"name{written.get('which', '')}"
    return (name, written.get("value", written.get("name", ""))) if written else ("", "")


async def _inside(tx: Transaction, area: Area, which: str) -> Area:
    """The area itself or one right below it. Raises NotFound."""
    for one in (area, *await children_of(tx, area)):
        if which in {"", str(one.id)}:
            return one
    raise NotFound("area.unknown")
