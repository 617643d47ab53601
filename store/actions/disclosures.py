"""Writing what a village discloses. What was published is never rewritten: a correction is entered in a later month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from store.actions.kept_files import let_go
from store.database import Transaction
from store.domain.areas import Area
from store.domain.disclosure_sheet import DisclosureSheet, SheetEntry, SheetProblem, read_disclosure_sheet
from store.domain.disclosures import Disclosure, DisclosureItem, Entry, check_entry
from store.domain.errors import NotFound, Refusal
from store.domain.months import first_of_month, month_after
from store.domain.people import Staff
from store.domain.roster_headings import Row
from store.queries.areas import settings_for
from store.queries.disclosures import disclosure_for, item_in_books, opening_of
from store.tables import disclosure_files, disclosure_items, disclosures, named_lists


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import wrote: how many items were new and how many were there already.

    Where there are problems nothing was written. `ignored_headings` are columns that mean nothing to us.
    """

    added: int
    repeated: int
    problems: tuple[SheetProblem, ...]
    ignored_headings: tuple[str, ...]


async def open_disclosure(tx: Transaction, village: Area, month: date) -> int:
    """The books of a month, begun where they are not; locked until the commit.

    Raises Refusal("disclosure.published") where the month is out already.
    """
    month = first_of_month(month)
    await tx.insert_new(disclosures, area_id=village.id, month=month)
    row = await tx.first(
        select(disclosures.c.id, disclosures.c.published_at)
        .where(disclosures.c.area_id == village.id, disclosures.c.month == month)
        .with_for_update()
    )
    if row.published_at:
        raise Refusal("disclosure.published", month=month)
    return int(row.id)


async def state_opening(tx: Transaction, village: Area, month: date, opening_fen: int, by: Staff) -> None:
    """Say what the village had before the month; later months are reckoned from it. Raises as `open_disclosure`."""
    disclosure_id = await open_disclosure(tx, village, month)
    await tx.run(disclosures.update().where(disclosures.c.id == disclosure_id).values(opening_fen=opening_fen))
    tx.audit(village.id, f"staff:{by.id}", "disclosure.opening", f"disclosure:{disclosure_id}", opening_fen)


async def add_item(tx: Transaction, village: Area, month: date, entry: Entry, by: Staff) -> DisclosureItem:
    """Enter an item for a month that is not out yet. Raises Refusal as `check_entry` and `open_disclosure` do."""
    check_entry(entry)
    return await _add(tx, village, first_of_month(month), entry, by, urgent=False)


async def add_urgent_item(tx: Transaction, village: Area, entry: Entry, by: Staff) -> DisclosureItem:
    """Enter an item that is public at once; it stands in the books of the month that runs. Raises as `check_entry`."""
    check_entry(entry)
    zone = (await settings_for(tx, village.id)).zone
    newest = await tx.scalar(
        select(func.max(disclosures.c.month)).where(
            disclosures.c.area_id == village.id, disclosures.c.published_at.is_not(None)
        )
    )
    month = first_of_month(tx.now.astimezone(zone).date())
    if newest and newest >= month:
        month = month_after(newest)
    return await _add(tx, village, month, entry, by, urgent=True)


async def _add(tx: Transaction, village: Area, month: date, entry: Entry, by: Staff, *, urgent: bool) -> DisclosureItem:
    disclosure_id = await open_disclosure(tx, village, month)
    number = await _last_number(tx, disclosure_id) + 1
    item_id = await tx.insert(
        disclosure_items, **_row(tx, disclosure_id, number, entry, by), urgent_at=tx.now if urgent else None
    )
    action = "disclosure.urgent_item" if urgent else "disclosure.item_added"
    tx.audit(village.id, f"staff:{by.id}", action, f"disclosure_item:{item_id}", [entry.flow, entry.amount_fen])
    if entry.attachment:
        await tx.insert(disclosure_files, item_id=item_id, sha256=entry.attachment, name="", doubts=[])
    return await item_in_books(tx, village.id, item_id)


async def unpublished_item(tx: Transaction, village: Area, item_id: int) -> DisclosureItem:
    """An item that may still be changed, its month locked until the commit.

    Raises NotFound("disclosure.item_unknown"), also for an item that is public already.
    """
    item = await item_in_books(tx, village.id, item_id)
    month = await disclosure_for(tx, village.id, item.month)
    if item.urgent_at or month is None or month.published_at:
        raise NotFound("disclosure.item_unknown")
    await open_disclosure(tx, village, item.month)
    return await item_in_books(tx, village.id, item_id)


async def change_item(tx: Transaction, village: Area, item_id: int, entry: Entry, by: Staff) -> DisclosureItem:
    """Write an item anew before it is out. Raises as `check_entry` and `unpublished_item` do."""
    check_entry(entry)
    await unpublished_item(tx, village, item_id)
    await tx.run(
        disclosure_items.update()
        .where(disclosure_items.c.id == item_id)
        .values(
            category=entry.category,
            title=entry.title.strip(),
            flow=entry.flow,
            amount_fen=entry.amount_fen,
            text=entry.text,
        )
    )
    values = [entry.category, entry.flow, entry.amount_fen]
    tx.audit(village.id, f"staff:{by.id}", "disclosure.item_changed", f"disclosure_item:{item_id}", values)
    return await item_in_books(tx, village.id, item_id)


async def remove_item(tx: Transaction, village: Area, item_id: int, by: Staff) -> DisclosureItem:
    """Take back what was entered by mistake and is not out yet. Raises as `unpublished_item` does."""
    item = await unpublished_item(tx, village, item_id)
    for file in item.files:
        await let_go(tx, file.sha256)
    for beside in (disclosure_files, named_lists):
        await tx.run(beside.delete().where(beside.c.item_id == item_id))
    await tx.run(disclosure_items.delete().where(disclosure_items.c.id == item_id))
    tx.audit(village.id, f"staff:{by.id}", "disclosure.item_removed", f"disclosure_item:{item_id}", item.amount_fen)
    return item


async def import_items(tx: Transaction, village: Area, month: date, rows: Sequence[Row], by: Staff) -> ImportResult:
    """Enter a sheet's items, all of them or none.

    A row that an earlier import brought is known again and not entered twice. Raises Refusal as `open_disclosure` and
    `read_disclosure_sheet` do.
    """
    sheet = read_disclosure_sheet(rows)
    if sheet.problems:
        return ImportResult(0, 0, sheet.problems, sheet.ignored_headings)
    disclosure_id = await open_disclosure(tx, village, month)
    known = await tx.all(
        select(disclosure_items.c.row_digest).where(
            disclosure_items.c.disclosure_id == disclosure_id, disclosure_items.c.row_digest.is_not(None)
        )
    )
    digests = {row.row_digest for row in known}
    new = [one for one in sheet.entries if one.digest not in digests]
    await _insert_imported(tx, disclosure_id, new, by)
    if new:
        values = [len(new), [one.digest for one in new]]
        tx.audit(village.id, f"staff:{by.id}", "disclosure.imported", f"disclosure:{disclosure_id}", values)
    return _imported(sheet, len(new))


async def _insert_imported(tx: Transaction, disclosure_id: int, new: Sequence[SheetEntry], by: Staff) -> None:
    first = await _last_number(tx, disclosure_id) + 1
    await tx.insert_many(
        disclosure_items,
        [
            {**_row(tx, disclosure_id, number, one.entry, by), "row_digest": one.digest}
            for number, one in enumerate(new, start=first)
        ],
    )


def _imported(sheet: DisclosureSheet, added: int) -> ImportResult:
    return ImportResult(added, len(sheet.entries) - added, (), sheet.ignored_headings)


async def mark_published(tx: Transaction, village: Area, month: date, *, actor: str = "system") -> Disclosure | None:
    """Publish a month, once: None where it is out already.

    What the village had before it is written down with it, so that no later entry changes it. Raises
    Refusal("disclosure.empty") where nothing was entered.
    """
    month = first_of_month(month)
    before = await disclosure_for(tx, village.id, month)
    if before is None or not before.items:
        raise Refusal("disclosure.empty", month=month)
    opening_fen = await opening_of(tx, village.id, month)
    published = await tx.run(
        disclosures.update()
        .where(disclosures.c.id == before.id, disclosures.c.published_at.is_(None))
        .values(published_at=tx.now, opening_fen=opening_fen)
    )
    if not published:
        return None
    disclosure = await disclosure_for(tx, village.id, month)
    values = [[item.id, item.flow, item.amount_fen] for item in disclosure.items] if disclosure else []
    tx.audit(village.id, actor, "disclosure.published", f"disclosure:{before.id}", values)
    return disclosure


async def _last_number(tx: Transaction, disclosure_id: int) -> int:
    last = select(func.max(disclosure_items.c.number)).where(disclosure_items.c.disclosure_id == disclosure_id)
    return int(await tx.scalar(last) or 0)


def _row(tx: Transaction, disclosure_id: int, number: int, entry: Entry, by: Staff) -> dict[str, object]:
    return {
        "disclosure_id": disclosure_id,
        "number": number,
        "category": entry.category,
        "title": entry.title.strip(),
        "flow": entry.flow,
        "amount_fen": entry.amount_fen,
        "text": entry.text,
        "asked_in": entry.asked_in,
        "entered_by": by.id,
        "entered_at": tx.now,
    }
