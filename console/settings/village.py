"""What a village sets for itself: each value with what it means, and who set what before."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.setting_names import setting_named
from console.settings.room import back, begin_press, place_of, show
from console.visits import Fields, Office, Visit
from notifier.pages import language_asked
from store.actions.settings import rename_area, set_setting
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.recurrence import HolidayRule
from store.domain.setting_rules import BOUNDS
from store.domain.settings import DEFAULTS, LANGUAGES
from store.queries.access import may_change_setting, may_change_settings
from store.queries.areas import children_of
from store.queries.settings_book import SettingValue, setting_history, setting_values

SHOWN = (
    "landline",
    "disclosure_day",
    "disclosure_holiday_rule",
    "quiet_from",
    "quiet_to",
    "approval_size",
    "town_approval_size",
    "fallback_minutes",
    "fallback_unknown",
    "daily_messages",
    "notice_parts",
    "sms_price_fen",
    "silence_minutes",
    "language",
)
"""In the order in which a village thinks of them; own days have a page of their own."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "disclosure_holiday_rule": tuple(rule.value for rule in HolidayRule),
    "fallback_unknown": ("yes", "no"),
    "language": LANGUAGES,
}
_MOST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One setting as the page shows it; `typed` is what stands in its field."""

    name: str
    said: str
    means: str
    typed: str
    source: str
    may_change: bool
    choices: tuple[tuple[str, str], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class VillagePages:
    office: Office

    async def change(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        name = request.match_info["name"]
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "")
            if not may_change_setting(visit.person, name, area.path):
                raise NotAllowed("setting.not_yours")
            changed = await set_setting(tx, area, name, _typed(name, fields), actor=f"staff:{visit.person.id}")
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
            (one, setting_named(one.name, words), _said(one.name, one.before, words), _said(one.name, one.after, words))
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
        lines = [_line(values[name], visit, place.area, words, refused) for name in SHOWN]
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


Words = Mapping[str, Mapping[str, str]]


def _refused(request: web.Request, written: Fields) -> tuple[str, str]:
    """Which line of the page was refused, and what was typed there."""
    name = request.match_info.get("name") or f"name{written.get('which', '')}"
    return (name, written.get("value", written.get("name", ""))) if written else ("", "")


def _line(value: SettingValue, visit: Visit, area: Area, words: Words, refused: tuple[str, str]) -> Line:
    name = value.name
    choices = tuple((choice, words["setting_choice"][f"{name}_{choice}"]) for choice in CHOICES.get(name, ()))
    source = "" if value.is_own else value.from_area or words["settings"]["by_default"]
    return Line(
        name=name,
        said=_said(name, value.value, words),
        means=_means(name, value.value, words),
        typed=refused[1] if refused[0] == name else _field_of(value.value),
        source=source,
        may_change=may_change_setting(visit.person, name, area.path),
        choices=choices,
        kind="choice" if choices else "number" if name in BOUNDS else "time" if name.startswith("quiet") else "text",
    )


def _field_of(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _said(name: str, value: object, words: Words) -> str:
    """A value in words; those of other shapes (own days) are told by what they count."""
    if value is None:
        return words["settings"]["nothing_set"]
    if isinstance(value, Mapping):
        return words["settings"]["own_days_count"].format(count=len(value))
    if name in CHOICES:
        return words["setting_choice"].get(f"{name}_{_field_of(value)}", str(value))
    return words["setting_value"].get(name, "{value}").format(value=value) if value != "" else words["settings"]["none"]


def _means(name: str, value: object, words: Words) -> str:
    """What a value does, for whoever has to live with it."""
    means = words["setting_means"]
    special = f"{name}_{_field_of(value)}"
    return (means[special] if special in means else means[name]).format(value=value)


def _typed(name: str, fields: Fields) -> object:
    """As `checked_setting` takes it. Raises Refusal("setting.range") where no whole number was typed."""
    text = fields.get("value", "")
    if name in BOUNDS:
        if not text.isdecimal() or len(text) > _MOST_DIGITS:
            raise Refusal("setting.range", least=BOUNDS[name].least, most=BOUNDS[name].most)
        return int(text)
    if isinstance(DEFAULTS[name], bool):
        return text == "yes"
    return text


async def _inside(tx: Transaction, area: Area, which: str) -> Area:
    """The area itself or one right below it. Raises NotFound."""
    for one in (area, *await children_of(tx, area)):
        if which in {"", str(one.id)}:
            return one
    raise NotFound("area.unknown")
