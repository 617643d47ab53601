"""What is told of a household on a transfer list, whoever acted and from where: in conversation or at the console."""

from collections.abc import Sequence

from store.domain.people import Contact
from store.domain.speech import Say, Tell
from store.domain.transfers import Outcome, RollCounts, RollEntry


def home_facts(entry: RollEntry) -> dict[str, object]:
    """What a text says of a household."""
    return {"name": entry.name, "place": entry.group_name, "reply": entry.reply or "silent", "outcome": entry.outcome}


def outcome_tells(entry: RollEntry, counts: RollCounts, told: Sequence[Contact]) -> tuple[Tell, ...]:
    """Of who would not go or cannot be found, and when all are safe, the sender and the town hear at once."""
    if counts.all_moved:
        message = "transfer.all_moved"
    elif entry.outcome in {Outcome.REFUSED, Outcome.LOST}:
        message = "transfer.reported"
    else:
        return ()
    facts = {
        **home_facts(entry),
        "number": counts.number,
        "of": counts.village_name,
        "households": counts.households,
    }
    return tuple(Tell(contact.id, Say(message, facts), waits_for_day=False) for contact in told)
