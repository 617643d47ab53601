"""What of the audit chain is looked for: when, by whom, what was done, to which ticket or notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

KINDS = ("ticket", "notice", "matter", "ballot", "disclosure", "emergency", "contact", "staff", "setting", "channel")
"""Nouns with which an action's name begins, and by which one may look."""
PARTIES = ("villager", "system", "server")
"""Who acts without an office: residents, the clock, and whoever types commands on the server."""
ACTORS_OF: Mapping[str, tuple[str, ...]] = {
    "villager": ("contact:%",),
    "system": ("system",),
    "server": ("console", "cli", "demo", "visitor"),
}
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """`who` is one of PARTIES or "staff:7"; `number` that of a ticket or a notice; "", None: any."""

    since: date | None = None
    until: date | None = None
    who: str = ""
    kind: str = ""
    number: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "AuditSearch":
        """From what a form says; what cannot be used is left out."""
        who, kind, number = given.get("who", ""), given.get("kind", ""), given.get("number", "")
        is_staff = who.startswith("staff:") and who[6:].isdecimal() and len(who) < len("staff:") + 2 * _MOST_DIGITS
        return cls(
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            who=who if who in PARTIES or is_staff else "",
            kind=kind if kind in KINDS else "",
            number=int(number) if number.isdecimal() and len(number) <= _MOST_DIGITS else None,
        )

    @property
    def given(self) -> dict[str, str | int]:
        """As the form said it, so that it can be kept and asked again."""
        return {
            "since": str(self.since or ""),
            "until": str(self.until or ""),
            "who": self.who,
            "kind": self.kind,
            "number": "" if self.number is None else str(self.number),
        }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
