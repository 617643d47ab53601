"""How a message in a village's own words would be read, and what there is to say against it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from console.notices.looking import Handset
from notifier.channels.sms.linter import Objection, objections
from notifier.channels.sms.segments import count_parts
from notifier.own_text_linter import Reason, Remark, Worded, remarks
from notifier.render import SMS_PARTS, Medium, Renderer
from notifier.wordable import WORDABLE
from store.database import Transaction
from store.domain.accounts import SMS_KINDS, Account
from store.domain.areas import Area
from store.domain.settings import AreaSettings
from store.queries.areas import settings_for
from store.queries.settings_book import SettingValue, setting_values


@dataclass(frozen=True, slots=True)
class Line:
    """A text as it is said now. `is_own` where this place has set it, `source` the area above that did."""

    worded: Worded
    way: str
    said: str
    is_own: bool
    source: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class Look:
    """`against` is what gateways refuse, by the names of their accounts."""

    handsets: tuple[Handset, ...]
    remarks: tuple[Remark, ...]
    against: tuple[tuple[str, Objection], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """`own` are the words that an area has set ("" for none), `above` those that hold without them.

    `source` is the area whose words hold here, "" where they are its own or everybody's.
    """

    settings: AreaSettings
    own: str = field(repr=False)
    above: str = field(repr=False)
    source: str


def way_of(renderer: Renderer, worded: Worded) -> str:
    """The medium, or "both" where one text serves chat and SMS."""
    return worded.medium if len(worded.goes_out_in(renderer)) == 1 else "both"


def lines_of(
    renderer: Renderer, language: str, settings: AreaSettings, values: Mapping[str, SettingValue]
) -> Iterator[Line]:
    for wordable in WORDABLE.values():
        for medium in renderer.media(language, wordable.sample.message):
            worded = Worded(wordable, language, medium, "", settings)
            yield _line(renderer, worded.saying(settings.own_texts.get(worded.name, "")), values.get(worded.name))


def _line(renderer: Renderer, worded: Worded, value: SettingValue | None) -> Line:
    said = worded.rendered(renderer, worded.medium, worded.text, SMS_PARTS).text
    is_told = not any(one.reason is Reason.UNKNOWN_PLACE for one in remarks(renderer, worded)) if value else True
    return Line(
        worded, way_of(renderer, worded), said, bool(value and value.is_own), value.from_area if value else "", is_told
    )


async def given_for(tx: Transaction, renderer: Renderer, worded: Worded, area: Area) -> Given:
    value = (await setting_values(tx, area)).get(worded.name)
    above = (await settings_for(tx, area.parent_id)).own_texts.get(worded.name) if area.parent_id else None
    standard = renderer.as_typed(
        worded.wordable.said_in(worded.medium), worded.language, worded.medium, worded.settings
    )
    own = str(value.value) if value and value.is_own else ""
    return Given(worded.settings, own, above or standard, value.from_area if value else "")


def look_at(renderer: Renderer, worded: Worded, serving: Iterable[Account]) -> Look:
    media = worded.goes_out_in(renderer)
    handsets = tuple(_handset(renderer, worded, medium) for medium in media)
    sms = worded.rendered(renderer, Medium.SMS, worded.text).text if Medium.SMS in media else ""
    carriers = [account for account in serving if sms and account.kind in SMS_KINDS]
    against = [
        (account.name, one)
        for account in carriers
        for one in dict.fromkeys(objections(account.kind, account.credentials, sms))
    ]
    return Look(handsets, remarks(renderer, worded), tuple(against))


def _handset(renderer: Renderer, worded: Worded, medium: Medium) -> Handset:
    """An SMS as it goes out, cut where it is too long; `whole` is False then."""
    whole = worded.rendered(renderer, medium, worded.text)
    shown = worded.rendered(renderer, medium, worded.text, SMS_PARTS)
    is_sms = medium is Medium.SMS
    parts = count_parts(shown.text).parts if is_sms else 0
    return Handset(is_sms, shown.text, parts, () if is_sms else shown.labels, shown.text == whole.text)
