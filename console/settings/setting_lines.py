"""One setting as the page shows it: what it is, what it does, and the field in which another is typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.visits import Fields
from store.domain.disclosures import DisclosureCategory
from store.domain.errors import Refusal
from store.domain.recurrence import HolidayRule
from store.domain.setting_rules import BOUNDS
from store.domain.settings import DEFAULTS, LANGUAGES
from store.queries.settings_book import SettingValue

SHOWN = tuple(name for name in DEFAULTS if name != "own_days")
"""Own days have a page of their own."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "disclosure_holiday_rule": tuple(rule.value for rule in HolidayRule),
    "fallback_unknown": ("yes", "no"),
    "language": LANGUAGES,
    "zone": ("Asia/Shanghai", "Asia/Urumqi"),
}
TICKS: Mapping[str, tuple[str, ...]] = {
    "disclosure_monthly": tuple(one.value for one in DisclosureCategory if one is not DisclosureCategory.FINANCE),
}
"""Several of them may hold. Of finance something is said every month in any village."""
_MOST_DIGITS = 7

Words = Mapping[str, Mapping[str, str]]


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    CHOICE = "choice"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Line:
    """`typed` is what stands in its field; `choices` are (value, label, whether it holds)."""

    name: str
    kind: Kind
    said: str
    means: str
    typed: str
    source: str
    may_change: bool
    choices: tuple[tuple[str, str, bool], ...]


def line_of(setting: SettingValue, words: Words, *, may_change: bool, refused: str = "") -> Line:
    """`refused` was typed here and is not kept."""
    name, value = setting.name, setting.value
    return Line(
        name=name,
        kind=_kind_of(name),
        said=said_of(name, value, words),
        means=_means(name, value, words),
        typed=refused or _written(value),
        source="" if setting.is_own else setting.from_area or words["settings"]["by_default"],
        may_change=may_change,
        choices=_choices(name, value, words),
    )


def said_of(name: str, value: object, words: Words) -> str:
    """A value in words; own days are told by how many they are."""
    if value is None:
        return words["settings"]["nothing_set"]
    if isinstance(value, Mapping):
        return words["settings"]["own_days_count"].format(count=len(value))
    if isinstance(value, list):
        return "、".join(_label(name, one, words) for one in value)
    if name in CHOICES:
        return _label(name, _written(value), words)
    return words["setting_value"].get(name, "{value}").format(value=value) if value != "" else words["settings"]["none"]


def typed_setting(name: str, fields: Fields) -> object:
    """As `checked_setting` takes it. Raises Refusal("setting.range") where no whole number was typed."""
    text = fields.get("value", "")
    if name in TICKS:
        return [DisclosureCategory.FINANCE, *(one for one in TICKS[name] if f"tick_{one}" in fields)]
    if name in BOUNDS:
        if not text.isdecimal() or len(text) > _MOST_DIGITS:
            raise Refusal("setting.range", least=BOUNDS[name].least, most=BOUNDS[name].most)
        return int(text)
    if isinstance(DEFAULTS[name], bool):
        return text == "yes"
    return text


def _kind_of(name: str) -> Kind:
    if name in TICKS:
        return Kind.TICKS
    if name in CHOICES:
        return Kind.CHOICE
    if name in BOUNDS:
        return Kind.NUMBER
    return Kind.TIME if name.startswith("quiet") else Kind.TEXT


def _choices(name: str, value: object, words: Words) -> tuple[tuple[str, str, bool], ...]:
    """What is set stands among them even where only the command line could set it."""
    holds = value if isinstance(value, list) else [_written(value)]
    offered = TICKS[name] if name in TICKS else dict.fromkeys((*CHOICES[name], *holds)) if name in CHOICES else ()
    return tuple((one, _label(name, one, words), one in holds) for one in offered)


def _label(name: str, choice: str, words: Words) -> str:
    if name in TICKS:
        return words["option"].get(f"disclosure_{choice}", choice)
    return words["setting_choice"].get(f"{name}_{choice}", choice)


def _written(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _means(name: str, value: object, words: Words) -> str:
    """What a value does, for whoever has to live with it."""
    means = words["setting_means"]
    special = f"{name}_{_written(value)}"
    return (means[special] if special in means else means[name]).format(value=value)
