"""What staff are told of a circular: it is read and decided at the console, where all its villages stand."""

from collections.abc import Sequence

from store.domain.circulars import Circular, CircularFigures, Totals
from store.domain.people import Contact
from store.domain.speech import Say, Tell


def approval_tells(circular: Circular, totals: Totals, approvers: Sequence[Contact]) -> tuple[Tell, ...]:
    facts = {
        "sender": circular.drafter_name,
        "villages": len(circular.notices),
        "households": totals.households,
        "price": totals.price_fen + totals.later_fen,
        "text": circular.text,
    }
    return _tells(approvers, Say("circular.approval", facts))


def approved_tells(circular: Circular, drafter: Sequence[Contact]) -> tuple[Tell, ...]:
    return _tells(drafter, Say("circular.was_approved", {"villages": len(circular.notices)}))


def refused_tells(circular: Circular, reason: str, drafter: Sequence[Contact]) -> tuple[Tell, ...]:
    return _tells(drafter, Say("circular.was_refused", {"villages": len(circular.notices), "reason": reason}))


def closed_tells(figures: CircularFigures, drafter: Sequence[Contact]) -> tuple[Tell, ...]:
    """When the last village's last household is in."""
    facts = {
        "villages": figures.villages,
        "households": figures.households,
        "reached": figures.proven,
        "percent": figures.percent,
    }
    return tuple(Tell(contact.id, Say("circular.closed", facts)) for contact in drafter)


def _tells(contacts: Sequence[Contact], say: Say) -> tuple[Tell, ...]:
    return tuple(Tell(contact.id, say, waits_for_day=False) for contact in contacts)
