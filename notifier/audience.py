"""Planning: who gets it, through which account, in which words, at what price, before anybody approves it.

The database finds the recipients (`store.queries.recipients`). Here is decided what is the same for thousands of them:
the account and the words for each kind of address in each language; and here is counted what came of it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from notifier.wording import Wording, cheapest
from store.database import Transaction
from store.domain.accounts import REACHES, Account
from store.domain.deliveries import SkipReason
from store.domain.people import ContactKind
from store.domain.plans import Objected
from store.domain.settings import LANGUAGES
from store.queries.planned import FIRST, OPEN, STANDING, Tally, tally_recipients
from store.queries.recipients import Route

Ranks = Mapping[ContactKind, int]
KNOCKING_FIRST: Ranks = {
    ContactKind.TELEGRAM: 0,
    ContactKind.WECHAT: 1,
    ContactKind.WEB_CHAT: 2,
    ContactKind.PHONE: 3,
}
"""Telegram and WeChat knock; a web chat waits to be opened; an SMS costs."""
WAKING_FIRST: Ranks = {
    ContactKind.TELEGRAM: 0,
    ContactKind.WECHAT: 1,
    ContactKind.PHONE: 2,
    ContactKind.WEB_CHAT: 3,
}
"""At whatever price: a web chat is for whom nothing else wakes."""

Word = Callable[[Account, str], Wording | Sequence[Objected]]
"""The words as an account carries them in a language, or why it takes none."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """The routes; the words that recipients of each get, None where nobody takes them; and what gateways object to."""

    routes: tuple[Route, ...]
    carriers: tuple[Wording | None, ...]
    objected: tuple[Objected, ...]


def choose_carriers(accounts: Sequence[Account], word: Word, ranks: Ranks = KNOCKING_FIRST) -> Carriage:
    """The account and the words for each kind of address in each language. `accounts` serve the area, nearest first."""
    routes: list[Route] = []
    carriers: list[Wording | None] = []
    objected: list[Objected] = []
    phones = [account for account in accounts if REACHES[account.kind] is ContactKind.PHONE]

    def lead(kind: ContactKind, own: int | None, language: str, wording: Wording | None) -> None:
        account_id = wording.account.id if wording else None
        routes.append(Route(kind, own, language, account_id, kind is ContactKind.PHONE, ranks[kind]))
        carriers.append(wording)

    for language in LANGUAGES:
        for account in accounts:
            if account not in phones:
                found = word(account, language)
                lead(REACHES[account.kind], account.id, language, found if isinstance(found, Wording) else None)
        tried = [word(account, language) for account in phones]
        objected += [one for found in tried if not isinstance(found, Wording) for one in found]
        if phones:
            lead(ContactKind.PHONE, None, language, cheapest([one for one in tried if isinstance(one, Wording)]))
    return Carriage(tuple(routes), tuple(carriers), tuple(dict.fromkeys(objected)))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many recipients stand alike, and what the words cost that they get."""

    carriers: Sequence[Wording | None]
    tallies: Sequence[Tally]

    @property
    def units(self) -> int:
        """Households, or persons where single persons are addressed: each stands in the first step once."""
        return sum(one.count for one in self.tallies if one.step == FIRST)

    @property
    def price_fen(self) -> int:
        """Of the first steps."""
        return sum(self.messages(FIRST, number) * one.price_fen for number, one in enumerate(self.carriers) if one)

    def by_medium(self, *, is_sms: bool) -> int:
        """The messages of the first steps."""
        alike = (number for number, one in enumerate(self.carriers) if one and one.is_sms is is_sms)
        return sum(self.messages(FIRST, number) for number in alike)

    def messages(self, step: int, route: int) -> int:
        alike = (one for one in self.tallies if (one.step, one.standing, one.route) == (step, OPEN, route))
        return sum(one.count for one in alike)

    def skipped(self, reasons: Collection[SkipReason]) -> int:
        return sum(one.count for one in self.tallies if STANDING.get(one.standing) in reasons)


async def count_recipients(tx: Transaction, carriers: Sequence[Wording | None]) -> Counted:
    """Count those that were found last."""
    return Counted(carriers, await tally_recipients(tx))
