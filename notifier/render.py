"""From a message's key and its facts to the words that a person reads, by language and medium.

A message is a folder templates/<language>/<message>/ with chat.txt and, where an SMS must be said otherwise, sms.txt.
Texts are plain: nothing that a person is called or wrote can become markup. A sms.txt that does not place
`{{ choices }}` itself gets them at its end.
"""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

from notifier.channels.sms.segments import fit
from store.domain.audiences import AudienceKind, Whom
from store.domain.settings import LANGUAGES, AreaSettings
from store.domain.speech import SHARE_NUMBER, Option, Say

TEMPLATES = Path(__file__).parent.parent / "templates"
SMS_PARTS = 2
"""An answer by SMS is cut to so many parts, with a way to the rest."""


class Medium(StrEnum):
    CHAT = "chat"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text, and the labels of its choices in order."""

    text: str
    labels: tuple[str, ...]


class Renderer:
    def __init__(self, templates: Path = TEMPLATES, public_url: str = "") -> None:
        self.templates = templates
        self.public_url = public_url
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - plain text for chat and SMS; pages have an environment of their own
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._words = {language: self._load_words(language) for language in LANGUAGES}

    def render(
        self, say: Say, language: str, medium: Medium, settings: AreaSettings, sms_parts: int = SMS_PARTS
    ) -> Rendered:
        """The text of a message and the labels of its choices. An SMS begins with 【village】 and is cut to fit."""
        words = self._words[language]
        labels = tuple(_label(option, words["option"]) for option in say.options)
        template, places_choices = self._template(language, say.message, medium)
        choices = "".join(f"{digit}{label} " for digit, label in enumerate(labels, start=1)).strip()
        landline = settings.landline or words["sms"]["no_landline"]
        facts = {**say.facts, "village": settings.village_name, "landline": landline, "choices": choices}
        facts["public_url"] = self.public_url
        text = template.render(facts, **self._filters(language, settings.zone)).strip()
        if medium is Medium.CHAT:
            return Rendered(text, labels)
        if choices and not places_choices:
            text = f"{text}{words['sms']['reply_with']}{choices}"
        signed = f"{words['sms']['signature'].format(village=settings.village_name)}{text}"
        tail = words["sms"]["the_rest"].format(landline=landline)
        return Rendered(fit(signed, sms_parts, tail), labels)

    def labelled(self, options: Sequence[Option], language: str) -> tuple[Option, ...]:
        """The options with the words that they are shown with, so that whoever types one of them is understood."""
        words = self._words[language]["option"]
        return tuple(Option(option.key, option.label, _label(option, words)) for option in options)

    def word(self, language: str, section: str, key: str) -> str:
        return self._words[language][section][key]

    def _template(self, language: str, message: str, medium: Medium) -> tuple[Template, bool]:
        if medium is Medium.SMS:
            try:
                return self._get(f"{language}/{message}/sms.txt")
            except TemplateNotFound:
                pass
        return self._get(f"{language}/{message}/chat.txt")

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - one renderer lives as long as the process
    def _get(self, name: str) -> tuple[Template, bool]:
        return self._environment.get_template(name), "choices" in (self.templates / name).read_text()

    def _load_words(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return tomllib.loads((self.templates / language / "words.toml").read_text())

    def _filters(self, language: str, zone: ZoneInfo) -> dict[str, object]:
        """What templates may call: dates and times as people say them, money in yuan, words of the catalogue."""
        words = self._words[language]
        return {
            "word": lambda section, key: words[section][str(key)],
            "day": lambda value: _day(value, zone, words["time"]),
            "clock": lambda value: _clock(value, zone, words["time"]),
            "moment": lambda value: f"{_day(value, zone, words['time'])}{_clock(value, zone, words['time'])}",
            "yuan": _yuan,
            "whom": lambda to: _whom(to, words),
            "unit": lambda to: words["audience_unit"][to.units],
        }


def _whom(to: Whom, words: Mapping[str, Mapping[str, str]]) -> str:
    """An audience in words: 三组, 60岁以上的党员, 一组、三组的户主."""
    ages, everybody = words["audience_age"], to.kind in {AudienceKind.VILLAGE, AudienceKind.GROUP}
    named = words["audience"][to.kind].format(place=to.place)
    shape = {(True, True): "between", (True, False): "from", (False, True): "to"}.get((to.age_from > 0, to.age_to > 0))
    people = ages["anybody"] if everybody else named
    if shape:
        people = ages[shape].format(low=to.age_from, high=to.age_to, people=people)
    if everybody:
        return ages["of_area"].format(place=named, people=people) if shape else named
    return ages["in"].format(place=to.within, people=people) if to.within else people


def _label(option: Option, words: Mapping[str, str]) -> str:
    return words[option.label].format(option.text) if option.label else option.text or words[option.key]


def _day(value: date | datetime, zone: ZoneInfo, words: Mapping[str, str]) -> str:
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return words["day"].format(month=day.month, day=day.day, name=words[f"month_{day.month}"])


def _clock(value: datetime, zone: ZoneInfo, words: Mapping[str, str]) -> str:
    local = value.astimezone(zone)
    return words["hour" if local.minute == 0 else "clock"].format(hour=local.hour, minute=f"{local.minute:02}")


def _yuan(fen: int) -> str:
    """4862000 → 48620, 4862050 → 48620.50."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}{f'.{rest:02}' if rest else ''}"


def button_rows(options: Sequence[Option], labels: Sequence[str], prefix: str) -> list[list[str]]:
    """The buttons of a message as its delivery keeps them: label and data."""
    return [
        [label, option.key if option.key == SHARE_NUMBER else f"{prefix}:{option.key}"]
        for option, label in zip(options, labels, strict=True)
    ]
