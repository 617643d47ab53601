"""What is wrong with a village's own words for a message, and what it should know of them, before they are kept. Pure.

What the gateways of approved templates refuse is `notifier.channels.sms.linter`'s business.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from notifier.channels.sms.linter import LINK
from notifier.channels.sms.segments import count_parts
from notifier.own_texts import CHOICES, parted, shown
from notifier.render import SMS_PARTS, Medium, Rendered, Renderer
from notifier.wordable import Wordable
from store.domain.own_texts import own_text_name
from store.domain.privacy import holds_personal_number
from store.domain.selling import sold_by
from store.domain.settings import AreaSettings

UNCUT = 99
"""SMS parts: so that one sees what would be cut."""


class Reason(StrEnum):
    UNKNOWN_PLACE = "unknown_place"
    MISSING_PLACE = "missing_place"
    TOO_LONG = "too_long"
    SELLS = "sells"
    LINK = "link"
    SWINDLE = "swindle"
    BRACKETS = "brackets"
    SOME_KEYS = "some_keys"
    STOP_DIGITS = "stop_digits"
    PARTS = "parts"
    KEYS_MEAN = "keys_mean"
    KEYS_ADDED = "keys_added"
    PERSONAL_NUMBER = "personal_number"
    OFFICE_WORDS = "office_words"


_ADVICE = frozenset({Reason.PARTS, Reason.KEYS_MEAN, Reason.KEYS_ADDED, Reason.PERSONAL_NUMBER, Reason.OFFICE_WORDS})


@dataclass(frozen=True, slots=True)
class Remark:
    """`words` are those that it is about ("" for the whole). What `forbids` is not kept; the rest is good to know."""

    reason: Reason
    words: str = ""

    @property
    def forbids(self) -> bool:
        return self.reason not in _ADVICE


@dataclass(frozen=True, slots=True)
class Worded:
    """A text that stands, or would stand, for `message` in one language and medium of a place with `settings`."""

    wordable: Wordable
    language: str
    medium: Medium
    text: str
    settings: AreaSettings

    @property
    def message(self) -> str:
        return self.wordable.sample.message

    @property
    def name(self) -> str:
        return own_text_name(self.language, self.message, self.medium)

    def saying(self, text: str) -> "Worded":
        return replace(self, text=text)

    def goes_out_in(self, renderer: Renderer) -> tuple[Medium, ...]:
        """An SMS says what a chat does where the message has no text for SMS."""
        return (self.medium,) if Medium.SMS in renderer.media(self.language, self.message) else tuple(Medium)

    def rendered(self, renderer: Renderer, medium: Medium, text: str, sms_parts: int = UNCUT) -> Rendered:
        """How `text` would be read in its place, uncut; in the standard words where it cannot be told, or is ""."""
        settings = replace(self.settings, own_texts={self.name: text} if text else {})
        return renderer.render(self.wordable.said_in(medium), self.language, medium, settings, sms_parts)


def remarks(renderer: Renderer, worded: Worded) -> tuple[Remark, ...]:
    """What forbids comes first."""
    found = (*_about_places(renderer, worded), *_about_words(worded.text), *_about_sms(renderer, worded))
    return tuple(sorted(found, key=lambda one: not one.forbids))


def _about_places(renderer: Renderer, worded: Worded) -> Iterator[Remark]:
    used = set(parted(worded.text).names)
    unknown = sorted(used - renderer.own_texts.places(worded.language, worded.message).keys())
    if unknown:
        yield Remark(Reason.UNKNOWN_PLACE, shown(unknown))
    needed = {renderer.own_texts.name(worded.language, fact) for fact in worded.wordable.needs}
    if missing := sorted(needed - used):
        yield Remark(Reason.MISSING_PLACE, shown(missing))


_SWINDLE = re.compile("验证码|密码|银行卡|转账|汇款|付款|扫码")
_WARNING = re.compile("不会|不要|别|谨防|当心|小心|诈骗")
_BRACKETS = re.compile("[【】]")
_STOP = re.compile("(?i:退订|拒收|不想(?:再)?收|取消订阅|unsubscribe|opt out)")
_OFFICE_WORDS = re.compile("工单|退单|受理|系统")


def _about_words(text: str) -> Iterator[Remark]:
    """Nobody asks for money or a code in the village's name, and whoever is told how to stop is told right."""
    if sold := sold_by(text):
        yield Remark(Reason.SELLS, sold)
    swindle = _SWINDLE.search(text)
    if swindle and not _WARNING.search(text):
        yield Remark(Reason.SWINDLE, swindle[0])
    stop = _STOP.search(text)
    if stop and "00" not in text:
        yield Remark(Reason.STOP_DIGITS, stop[0])
    if holds_personal_number(text):
        yield Remark(Reason.PERSONAL_NUMBER)
    if office := _OFFICE_WORDS.search(text):
        yield Remark(Reason.OFFICE_WORDS, office[0])


def _about_sms(renderer: Renderer, worded: Worded) -> Iterator[Remark]:
    if Medium.SMS not in worded.goes_out_in(renderer):
        return
    for reason, pattern in ((Reason.LINK, LINK), (Reason.BRACKETS, _BRACKETS)):
        if found := pattern.search(worded.text):
            yield Remark(reason, found[0])
    sms, standard = (worded.rendered(renderer, Medium.SMS, text) for text in (worded.text, ""))
    parts, most = count_parts(sms.text).parts, max(SMS_PARTS, count_parts(standard.text).parts)
    if parts > 1:
        yield Remark(Reason.TOO_LONG if parts > most else Reason.PARTS, str(parts))
    yield from _about_keys(renderer, worded, sms.labels)


def _about_keys(renderer: Renderer, worded: Worded, labels: tuple[str, ...]) -> Iterator[Remark]:
    """Whoever reads an SMS must know what to press."""
    text = parted(worded.text)
    if not labels or renderer.own_texts.name(worded.language, CHOICES) in text.names:
        return
    keys = {str(digit): label for digit, label in enumerate(labels, start=1)}
    # Words that do not tell what 1 is tell no key: a 3 is a group's number then.
    unnamed = keys.keys() - text.keys if "1" in text.keys else keys.keys()
    reason = Reason.SOME_KEYS if unnamed else Reason.KEYS_MEAN
    if len(unnamed) == len(keys):
        reason = Reason.KEYS_ADDED
    yield Remark(reason, " ".join(f"{key}{label}" for key, label in keys.items() if key in unnamed or not unnamed))
