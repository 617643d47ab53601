"""The messages that a village may say in its own words, each as it might be said one day.

Left out is what carries a rule: votes, emergencies, codes, opting out, complaints of people in office, and what cadres
are told. A village words what it says of its own: greetings, receipts, answers, and what goes to everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from notifier.render import Medium
from store.domain.speech import Option, Say


@dataclass(frozen=True, slots=True)
class Wordable:
    """`sample` has the facts of a real one; `needs` are those that no wording may leave out.

    Where it `asks_in_chat_only`, an SMS offers no choice.
    """

    sample: Say
    needs: frozenset[str] = frozenset()
    asks_in_chat_only: bool = False

    def said_in(self, medium: Medium) -> Say:
        return replace(self.sample, options=()) if medium is Medium.SMS and self.asks_in_chat_only else self.sample


_AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_TICKET: Mapping[str, object] = {"number": 3127, "subject": "停水", "due": _AT, "text": "三组总阀换好,5点来水。"}
_DAY: Mapping[str, object] = {
    "service": "lawyer",
    "host": "王律师",
    "place": "村委会二楼",
    "begins": datetime(2026, 11, 24, 1, 0, tzinfo=UTC),
    "at": datetime(2026, 11, 24, 1, 40, tzinfo=UTC),
    "when": "tomorrow",
    "position": 3,
    "books": True,
    "reason": "要出庭",
}
_MONTH: Mapping[str, object] = {
    "month": 10,
    "income": 48_620_00,
    "expenditure": 31_205_00,
    "balance": 206_318_00,
    "count": 12,
    "largest": "修三组水渠",
    "largest_fen": 12_600_00,
}
_ITEM: Mapping[str, object] = {
    "disclosed_as": "relief",
    "title": "冬令救助款发放",
    "amount": 36_000_00,
    "text": "一共18户,名单贴在公开栏。",
}


def _choices(prefix: str, *keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, label=f"{prefix}_{key}") for key in keys)


_SETTLED = (Option("yes", label="yes"), Option("no", label="no"))
_OPEN = (Option("disclosure", label="disclosure_open"),)
_MENU = _choices("menu", "report", "my_tickets", "service_days", "disclosure", "matters", "propose", "human")
_RATING = _choices("rating", "satisfied", "fair", "dissatisfied")
_COMING = _choices("booking", "yes", "no")


def _needs(*facts: str) -> frozenset[str]:
    return frozenset(facts)


_ALL = (
    Wordable(Say("menu", {}, _MENU)),
    Wordable(Say("thanks")),
    Wordable(Say("human", _TICKET), _needs("number")),
    Wordable(Say("missed_call", _TICKET), _needs("number")),
    Wordable(Say("ticket.received", _TICKET), _needs("number", "due")),
    Wordable(Say("ticket.received_unclear", _TICKET), _needs("number")),
    Wordable(Say("ticket.answered", _TICKET), _needs("number", "text")),
    Wordable(Say("ticket.resolved", _TICKET, _SETTLED), _needs("number", "text")),
    Wordable(Say("ticket.closed", {}, _RATING)),
    Wordable(Say("ticket.rated")),
    Wordable(Say("disclosure.digest", _MONTH, _OPEN), _needs("income", "expenditure"), asks_in_chat_only=True),
    Wordable(Say("disclosure.urgent", _ITEM, _OPEN), _needs("title"), asks_in_chat_only=True),
    Wordable(Say("service_day.near", _DAY), _needs("when", "begins", "host", "place", "how")),
    Wordable(Say("service_day.remind", _DAY, _COMING), _needs("when", "place", "at")),
    Wordable(Say("service_day.called_off", _DAY), _needs("when", "host")),
)
WORDABLE: Mapping[str, Wordable] = {one.sample.message: one for one in _ALL}
"""By message, in the order in which people meet them."""
