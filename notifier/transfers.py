"""The transfer list at work: after a silence the officers get their call lists; what they found is told."""

from collections.abc import Mapping, Sequence

from notifier.render import Renderer
from notifier.telling import write_tells
from store.actions.emergencies import set_outcome, take_silent_rolls
from store.database import Transaction
from store.domain.emergencies import Emergency
from store.domain.people import Role, Staff
from store.domain.speech import Say, Tell
from store.domain.transfer_tells import outcome_tells
from store.domain.transfers import Outcome, RollCounts, RollEntry, totals_of_rolls
from store.queries.emergencies import emergency_of
from store.queries.people import contacts_of_staff, staff_with_role
from store.queries.transfers import counts_of_roll, counts_of_rolls, numbers_of, silent_entries

CALLED_BY_SMS = 3
"""So many names with their numbers fit into two parts of an SMS; the rest are counted."""


async def report(
    tx: Transaction, entry: RollEntry, person: Staff, outcome: Outcome
) -> tuple[RollEntry, RollCounts, tuple[Tell, ...]]:
    """Write an outcome down; the list as it stands then, and what the sender and the town are told.

    Raises as `set_outcome` does.
    """
    kept = await set_outcome(tx, entry, person, outcome)
    emergency = await emergency_of(tx, entry.notice_id)
    counts = await counts_of_roll(tx, entry.notice_id)
    town = await staff_with_role(tx, emergency.area_path, (Role.TOWN_OFFICIAL,))
    told = {emergency.drafted_by, *(one.id for one in town)} - {person.id}
    return kept, counts, outcome_tells(kept, counts, await contacts_of_staff(tx, sorted(told)))


async def call_silent(tx: Transaction, renderer: Renderer) -> int:
    """The minute's tick: officers get the lists of households that said nothing; how many lists were taken up.

    Each officer reads the names and numbers of his own households; who opened the list reads how it stands.
    """
    notice_ids = await take_silent_rolls(tx)
    circulars: dict[int, list[Emergency]] = {}
    for notice_id in notice_ids:
        emergency = await emergency_of(tx, notice_id)
        silent = await silent_entries(tx, notice_id)
        tells = [tell for entries in _by_officer(silent) for tell in await _call_list(tx, emergency, entries)]
        if emergency.circular_id is None:
            tells += await _standing(tx, emergency, len(silent))
        else:
            circulars.setdefault(emergency.circular_id, []).append(emergency)
        await write_tells(tx, renderer, tells)
    for emergencies in circulars.values():
        await write_tells(tx, renderer, await _standing_together(tx, emergencies))
    return len(notice_ids)


def _by_officer(entries: Sequence[RollEntry]) -> list[list[RollEntry]]:
    found: dict[int | None, list[RollEntry]] = {}
    for entry in entries:
        found.setdefault(entry.officer_id, []).append(entry)
    return list(found.values())


async def _call_list(tx: Transaction, emergency: Emergency, entries: Sequence[RollEntry]) -> list[Tell]:
    officer_id = entries[0].officer_id
    if officer_id is None:
        return []
    numbers = await show_numbers(tx, entries, officer_id)
    facts = {
        "number": emergency.number,
        "homes": [{"name": one.name, "phone": numbers.get(one.id, "")} for one in entries],
        "fitting": CALLED_BY_SMS,
    }
    contacts = await contacts_of_staff(tx, [officer_id])
    return [Tell(contact.id, Say("transfer.call", facts), waits_for_day=False) for contact in contacts]


async def _standing(tx: Transaction, emergency: Emergency, silent: int) -> list[Tell]:
    counts = await counts_of_roll(tx, emergency.notice_id)
    say = Say("transfer.standing", {**counts.facts, "called": silent})
    contacts = await contacts_of_staff(tx, [emergency.drafted_by])
    return [Tell(contact.id, say, waits_for_day=False) for contact in contacts]


async def _standing_together(tx: Transaction, emergencies: Sequence[Emergency]) -> list[Tell]:
    """Of a circular its sender reads one message, however many villages there are."""
    totals = totals_of_rolls(await counts_of_rolls(tx, [one.notice_id for one in emergencies]))
    standings = {str(standing): count for standing, count in totals.standings.items()}
    say = Say("circular.standing", {"villages": len(emergencies), "households": totals.households, **standings})
    contacts = await contacts_of_staff(tx, [emergencies[0].drafted_by])
    return [Tell(contact.id, say, waits_for_day=False) for contact in contacts]


async def show_numbers(tx: Transaction, entries: Sequence[RollEntry], staff_id: int) -> Mapping[int, str]:
    """The numbers of these households, by entry, for one member of staff; that he saw them is kept."""
    numbers = await numbers_of(tx, entries)
    shown = sorted({entry.phone_id for entry in entries if entry.id in numbers and entry.phone_id})
    if shown:
        subject = f"notice:{entries[0].notice_id}"
        tx.audit(entries[0].village_id, f"staff:{staff_id}", "contacts.shown", subject, shown)
    return numbers
