"""The words of a notice as each account can carry them, what they cost there, and what a gateway will not take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notifier.channels.sms.linter import objections
from notifier.channels.sms.segments import count_parts
from notifier.channels.wechat_text import is_one_message
from notifier.render import Medium, Rendered, Renderer
from notifier.telling import medium_of
from store.domain.accounts import Account, AccountKind
from store.domain.answers import looks_like_vote
from store.domain.notices import Notice
from store.domain.plans import Objected
from store.domain.settings import AreaSettings
from store.domain.speech import Say

PRICE = "price_fen"
"""The credential that says what one SMS part costs there, in fen; else the village's setting holds."""
_UNCUT = 99
"""SMS parts: a notice is never cut where it ends, it is said more shortly."""
_KNOCK_CHARACTERS = 24
"""So much of a long text stands in the short SMS that says where to hear it whole."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as one account carries it in one language: SMS `parts` (0 in chat), and fen a message."""

    account: Account
    language: str
    rendered: Rendered
    parts: int
    price_fen: int
    whole: bool

    @property
    def is_sms(self) -> bool:
        return medium_of(self.account.kind) is Medium.SMS


def as_carried(
    account: Account, language: str, rendered: Rendered, settings: AreaSettings, *, whole: bool = True
) -> Wording | list[Objected]:
    """These words through that account and what they cost there, or why it does not take them."""
    is_sms = medium_of(account.kind) is Medium.SMS
    against = objections(account.kind, account.credentials, rendered.text) if is_sms else ()
    if against:
        return [Objected(account.name, account.kind, one.reason, one.words) for one in against]
    parts = count_parts(rendered.text).parts if is_sms else 0
    price = int(account.credentials.get(PRICE) or settings.sms_price_fen)
    return Wording(account, language, rendered, parts, parts * price, whole)


def render_notice(
    renderer: Renderer, notice: Notice, language: str, medium: Medium, settings: AreaSettings
) -> Rendered:
    """The words as they go out. An SMS of more parts than the village allows says where to hear the whole."""
    whole = _render(renderer, notice, language, medium, settings, whole=True)
    if medium is Medium.CHAT or count_parts(whole.text).parts <= settings.notice_parts:
        return whole
    return _render(renderer, notice, language, medium, settings, whole=False)


def wordings(
    renderer: Renderer, notice: Notice, settings: AreaSettings, account: Account, language: str
) -> Wording | list[Objected]:
    """The fullest text that an account takes, or why it takes none.

    A gateway of approved templates takes the whole text where it is an instance of one, else the short one where that
    is.
    """
    refused: list[Objected] = []
    for rendered, whole in _candidates(renderer, notice, account, language, settings):
        found = as_carried(account, language, rendered, settings, whole=whole)
        if isinstance(found, Wording):
            return found
        refused += found
    return list(dict.fromkeys(refused))


def _candidates(
    renderer: Renderer, notice: Notice, account: Account, language: str, settings: AreaSettings
) -> Iterator[tuple[Rendered, bool]]:
    medium = medium_of(account.kind)
    whole = _render(renderer, notice, language, medium, settings, whole=True)
    fits = _fits(account, whole.text, settings)
    if fits:
        yield whole, True
    if medium is Medium.SMS or not fits:
        yield _render(renderer, notice, language, Medium.SMS, settings, whole=False), False


def _fits(account: Account, text: str, settings: AreaSettings) -> bool:
    if medium_of(account.kind) is Medium.SMS:
        return count_parts(text).parts <= settings.notice_parts
    return account.kind is not AccountKind.WECHAT or is_one_message(text)


def _render(
    renderer: Renderer, notice: Notice, language: str, medium: Medium, settings: AreaSettings, *, whole: bool
) -> Rendered:
    text = notice.text if whole else notice.text[:_KNOCK_CHARACTERS].rstrip("0123456789.:-")
    facts = {
        "number": notice.number,
        "text": text,
        "sender": notice.drafter_name,
        "asks": notice.asked.kind,
        "no_vote": looks_like_vote(notice.asked, notice.text),
        "whole": whole,
    }
    say = Say("notice", facts, notice.asked.options)
    if whole:
        return renderer.render(say, language, medium, settings, _UNCUT)
    return renderer.render(say, language, medium, settings)


def cheapest(found: Sequence[Wording]) -> Wording | None:
    """The account that costs least; one that was stopped only where there is no other, the nearest of equals."""
    return min(found, key=lambda one: (bool(one.account.stopped_reason), one.price_fen), default=None)
