"""Planning a notice: one message a household, one an address, through the cheapest channel that reaches somebody.

Pure: it is given every address that there is, and decides. Chat costs nothing and goes before SMS; the head of a
household goes before others, and minors are not written to. A household whose best address is another's too has got
the message there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifier.render import Medium
from notifier.telling import medium_of
from store.domain.accounts import REACHES, Account
from store.domain.deliveries import SkipReason
from store.domain.notices import UNREACHED_REASONS
from store.domain.people import ContactKind
from store.queries.audience import Way

_PREFERRED = (ContactKind.TELEGRAM, ContactKind.WEB_CHAT, ContactKind.PHONE)
"""Telegram knocks; a web chat waits to be opened; an SMS costs."""
RANKS = {kind: rank for rank, kind in enumerate(_PREFERRED)}


@dataclass(frozen=True, slots=True)
class Recipient:
    """What one household gets. `resident_id` is its head, by whose name it is known, or the person addressed.

    Where it is skipped, `contact_id` says at which address it could have been, or is, told; None where it has none.
    """

    unit_id: int
    resident_id: int
    contact_id: int | None = None
    account_id: int | None = None
    medium: Medium = Medium.CHAT
    language: str = ""
    skipped: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every household of the audience exactly once. `people` live in them."""

    recipients: tuple[Recipient, ...]
    people: int

    @property
    def written_to(self) -> list[Recipient]:
        return [recipient for recipient in self.recipients if recipient.skipped is None]

    @property
    def by_chat(self) -> int:
        return sum(recipient.medium is Medium.CHAT for recipient in self.written_to)

    @property
    def by_sms(self) -> int:
        return sum(self.sms_languages.values())

    @property
    def sms_languages(self) -> Counter[str]:
        """How many SMS go out in each language."""
        return Counter(recipient.language for recipient in self.written_to if recipient.medium is Medium.SMS)

    def skipped(self, *reasons: SkipReason) -> int:
        return sum(recipient.skipped in reasons for recipient in self.recipients)

    @property
    def unreachable(self) -> int:
        return self.skipped(*UNREACHED_REASONS)

    def price_fen(self, parts: Mapping[str, int], sms_price_fen: int) -> int:
        """What the SMS cost; `parts` is how many parts the text has in each language."""
        return sum(count * parts[language] * sms_price_fen for language, count in self.sms_languages.items())


def plan(ways: Iterable[Way], accounts: Sequence[Account]) -> Plan:
    """Decide for each household where it is told; `accounts` serve the village, the nearest first."""
    units: dict[int, list[Way]] = {}
    people = set()
    for way in ways:
        units.setdefault(way.unit_id, []).append(way)
        people.add(way.resident_id)
    told: set[tuple[ContactKind | None, bytes]] = set()
    recipients = []
    for unit_id, its_ways in units.items():
        head = min(its_ways, key=lambda way: (not way.is_head, not way.is_adult, way.resident_id)).resident_id
        recipients.append(_recipient(unit_id, head, its_ways, accounts, told))
    return Plan(tuple(recipients), len(people))


def _recipient(
    unit_id: int,
    head: int,
    ways: Sequence[Way],
    accounts: Sequence[Account],
    told: set[tuple[ContactKind | None, bytes]],
) -> Recipient:
    open_ways = [
        (way, account)
        for way in ways
        if way.is_adult and not way.opted_out and not way.dead and (account := _account_for(way, accounts))
    ]
    if not open_ways:
        reason, contact_id = _why_not(ways)
        return Recipient(unit_id, head, contact_id, skipped=reason)
    way, account = min(open_ways, key=lambda pair: _rank(pair[0]))
    address = (way.kind, way.address_index)
    if address in told:
        return Recipient(unit_id, head, way.contact_id, skipped=SkipReason.SHARED_ADDRESS)
    told.add(address)
    return Recipient(unit_id, head, way.contact_id, account.id, medium_of(account.kind), way.language)


def _rank(way: Way) -> tuple[int, bool, int, int]:
    preferred = _PREFERRED.index(way.kind) if way.kind else len(_PREFERRED)
    return preferred, not way.is_head, way.resident_id, way.contact_id or 0


def _account_for(way: Way, accounts: Sequence[Account]) -> Account | None:
    for account in accounts:
        if account.id == way.account_id or (way.account_id is None and REACHES[account.kind] is way.kind):
            return account
    return None


def _why_not(ways: Sequence[Way]) -> tuple[SkipReason, int | None]:
    """Why nobody there is told: a refusal that was asked for counts before a fault of ours."""
    known = [way for way in ways if way.is_adult and way.contact_id is not None]
    for way in known:
        if way.opted_out:
            return SkipReason.OPTED_OUT, way.contact_id
    alive = [way for way in known if not way.dead]
    if alive:
        return SkipReason.NO_ACCOUNT, alive[0].contact_id
    return (SkipReason.DEAD_CONTACT, known[0].contact_id) if known else (SkipReason.NO_CONTACT, None)
