"""From a message's key and its facts to the words that a person reads, by language and medium.

A message is a folder templates/<language>/<message>/ with chat.txt and, where an SMS must be said otherwise, sms.txt.
A village may have words of its own in place of one of them (`notifier.own_texts`).
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

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifier.channels.sms.segments import fit
from notifier.own_texts import OwnTexts, as_typed
from store.domain.audiences import AudienceKind, Whom
from store.domain.own_texts import own_text_name
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


@dataclass(frozen=True, slots=True)
class _Standard:
    """The text that everybody begins with; `name` is that of the village's own in its place."""

    name: str
    template: Template
    names_choices: bool


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
        self.own_texts = OwnTexts(self._environment, templates)
        self._words = {language: self._load_words(language) for language in LANGUAGES}

    def render(
        self, say: Say, language: str, medium: Medium, settings: AreaSettings, sms_parts: int = SMS_PARTS
    ) -> Rendered:
        """The text of a message and the labels of its choices. An SMS begins with 【village】 and is cut to fit."""
        words, labels = self._words[language]["sms"], self._labels(say, language)
        standard = self._standard(language, say.message, medium)
        facts = self._facts(say, labels, language, settings)
        own = settings.own_texts.get(standard.name) if settings.own_texts else None
        told = self.own_texts.told(language, say.message, own, facts, len(labels)) if own else None
        text, names_choices = told or (standard.template.render(facts).strip(), standard.names_choices)
        if medium is Medium.CHAT:
            return Rendered(text, labels)
        if labels and not names_choices:
            text = f"{text}{words['reply_with']}{facts['choices']}"
        signed = f"{words['signature'].format(village=settings.village_name)}{text}"
        return Rendered(fit(signed, sms_parts, words["the_rest"].format(landline=facts["landline"])), labels)

    def filled(self, say: Say, language: str, settings: AreaSettings) -> Mapping[str, str]:
        """What stands in each place that a village's own words may have, by the place's name."""
        facts = self._facts(say, self._labels(say, language), language, settings)
        return self.own_texts.filled(language, say.message, facts)

    def as_typed(self, say: Say, language: str, medium: Medium, settings: AreaSettings) -> str:
        """The standard text as somebody would type it, with places where the facts of `say` stand."""
        facts = self._facts(say, self._labels(say, language), language, settings)
        text = self._standard(language, say.message, medium).template.render(facts).strip()
        return as_typed(text, self.own_texts.filled(language, say.message, facts))

    def media(self, language: str, message: str) -> tuple[Medium, ...]:
        """Those that a message has a text of its own for; a message without one for SMS says the same there."""
        return tuple(medium for medium in Medium if (self.templates / language / message / f"{medium}.txt").is_file())

    def labelled(self, options: Sequence[Option], language: str) -> tuple[Option, ...]:
        """The options with the words that they are shown with, so that whoever types one of them is understood."""
        words = self._words[language]["option"]
        return tuple(Option(option.key, option.label, _label(option, words)) for option in options)

    def whom(self, to: Whom, language: str) -> str:
        """An audience in words."""
        return _whom(to, self._words[language])

    def word(self, language: str, section: str, key: str) -> str:
        return self._words[language][section][key]

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - one renderer lives as long as the process
    def _standard(self, language: str, message: str, medium: Medium) -> _Standard:
        written = medium if medium in self.media(language, message) else Medium.CHAT
        name = own_text_name(language, message, written)
        template = self._environment.get_template(f"{name}.txt")
        return _Standard(name, template, "choices" in (self.templates / f"{name}.txt").read_text())

    def _labels(self, say: Say, language: str) -> tuple[str, ...]:
        return tuple(_label(option, self._words[language]["option"]) for option in say.options)

    def _facts(self, say: Say, labels: Sequence[str], language: str, settings: AreaSettings) -> dict[str, object]:
        """What a text may use: its facts, what every text may say, and how things are said."""
        return {
            **say.facts,
            "village": settings.village_name,
            "landline": settings.landline or self._words[language]["sms"]["no_landline"],
            "choices": " ".join(f"{digit}{label}" for digit, label in enumerate(labels, start=1)),
            "public_url": self.public_url,
            **self._filters(language, settings.zone),
        }

    def _load_words(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return tomllib.loads((self.templates / language / "words.toml").read_text())

    def _filters(self, language: str, zone: ZoneInfo) -> dict[str, object]:
        """What templates may call: dates and times as people say them, money in yuan, words of the catalogue."""
        words = self._words[language]
        return {
            "word": lambda section, key: words[section][str(key)],
            "day": lambda value: _day(value, zone, words["time"]),
            "clock": lambda value: _clock(value, zone, words["time"]),
            "moment": lambda value: _moment(value, zone, words["time"]),
            "yuan": _yuan,
            "whom": lambda to: _whom(to, words),
            "unit": lambda to: words["audience_unit"][to.units],
        }


def _whom(to: Whom, words: Mapping[str, Mapping[str, str]]) -> str:
    """An audience in words: 三组, 60岁以上的党员, 一组、三组的户主, 网格员, 种植户."""
    ages, everybody = words["audience_age"], to.kind in {AudienceKind.VILLAGE, AudienceKind.GROUP}
    named = words["role"][to.role] if to.role else words["audience"][to.kind].format(place=to.place, tags=to.tags)
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


def _moment(value: datetime, zone: ZoneInfo, words: Mapping[str, str]) -> str:
    return words["moment"].format(day=_day(value, zone, words), clock=_clock(value, zone, words))


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
