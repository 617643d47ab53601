"""What a message is about: the report in it, or a request to this service.

A message that is more a report than a request is a report: requests are recognised only whole.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.dangers import Danger, find_danger
from bot.dialogue.grievances import blames_staff
from bot.dialogue.patterns import any_of
from bot.dialogue.places import find_place
from bot.dialogue.request_words import PHRASES, SHAPES
from bot.dialogue.topic_words import CLUES, HARMLESS, URGENT
from bot.dialogue.words import Word, read_word
from store.domain.normal import plain

# A chat's longest message (Telegram: 4,096). Beyond it stands a pasted document; what it is about stands in front.
_READ_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Topic:
    """What a report is about.

    `category` is a code of the fourteen ticket categories, "" where unsure. `place` is a phrase for the receipt,
    "" where none is named. `subject` is a noun for the receipt ("停水"); it is "" where unknown and where the matter
    is confidential, since phones are shared.
    """

    category: str
    urgent: bool
    danger: Danger | None
    about_staff: bool
    place: str
    subject: str


class Intent(StrEnum):
    MY_TICKETS = "my_tickets"
    DISCLOSURE = "disclosure"
    SERVICE_DAYS = "service_days"
    MATTERS = "matters"
    PROPOSE = "propose"
    LANGUAGE = "language"
    IDENTITY = "identity"
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class _Clue:
    category: str
    weight: int
    subject: str
    pattern: re.Pattern[str]


def _clues() -> tuple[_Clue, ...]:
    sections = re.findall(r"^\[(\w+)\]\n([^\[]+)", CLUES, re.MULTILINE)
    return tuple(
        _Clue(category, int(weight), subject.strip("-"), any_of(words))
        for category, lines in sections
        for weight, subject, words in re.findall(r"^(\d) (\S+):((?: .*|\n    .*)+)", lines, re.MULTILINE)
    )


_CLUES = _clues()
_HARMLESS = any_of(HARMLESS)
_URGENT = any_of(URGENT)
_CATEGORY_OF_DANGER = {
    Danger.VIOLENCE: "security",
    Danger.MISSING: "security",
    Danger.SELF_HARM: "welfare",
}


def classify(text: str) -> Topic:
    """Say what a report is about. Never raises; a text without a known word gives an empty topic."""
    said = _HARMLESS.sub("", plain(text)[:_READ_LENGTH])
    danger, about_staff = find_danger(said), blames_staff(said)
    category, subject = _weighed(said)
    if danger:
        category = _CATEGORY_OF_DANGER.get(danger, "safety")
    urgent = danger is not None or category == "safety" or _URGENT.search(said) is not None
    neutral = about_staff or danger in _CATEGORY_OF_DANGER
    return Topic(category, urgent, danger, about_staff, find_place(said), "" if neutral else subject)


def _weighed(said: str) -> tuple[str, str]:
    """Give the heaviest category, and of its heaviest clues the subject that is named first."""
    hits = [(clue, found.start()) for clue in _CLUES if (found := clue.pattern.search(said))]
    weights: dict[str, int] = {}
    for clue, _ in hits:
        weights[clue.category] = weights.get(clue.category, 0) + clue.weight
    if not weights:
        return "", ""
    category = max(weights, key=lambda code: weights[code])
    best = min((hit for hit in hits if hit[0].category == category), key=lambda hit: (-hit[0].weight, hit[1]))
    return category, best[0].subject


_NOISE = re.compile(r"[\W_]+")
_LONGEST_REQUEST = 24
_INTENT_OF_WORD = {Word.LANGUAGE: Intent.LANGUAGE, Word.MENU: Intent.MENU, Word.GREETING: Intent.MENU}
_POLITE = (
    "(?:请问|请|你好|您好|麻烦|帮我|帮忙|给我|替我|我们|我|想要|想|要|问问|问一下|问下|问|查一查|查一下|查下|查|看一看|看看|看一下|"
    "看下|看|知道|了解一下|了解|一下|能不能|可不可以|可以|怎么|在哪里|在哪|有没|那个|这个|咱|村里|村上|村)*?"
)
_CLOSING = "(?:了|吗|呢|啊|呀|吧|嘛|么|没|不|啦|哦|的|一下|看看|谢谢|多谢|谢谢你|谢谢您)*"
_REQUESTS = {
    Intent(name): re.compile(f"{_POLITE}(?:{'|'.join((*phrases.split(), *SHAPES.get(name, ())))}){_CLOSING}")
    for name, phrases in PHRASES.items()
}


def read_intent(text: str) -> Intent | None:
    """Recognise a request that is the whole message, but for politeness around it; None for a report."""
    if word := read_word(text):
        return _INTENT_OF_WORD.get(word)
    said = _NOISE.sub("", plain(text))
    if len(said) > _LONGEST_REQUEST:
        return None
    return next((intent for intent, shape in _REQUESTS.items() if shape.fullmatch(said)), None)
