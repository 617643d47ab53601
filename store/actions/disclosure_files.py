"""What stands beside an item: photos and papers for everybody, a list of names for villagers, and their way in."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from store.actions.disclosures import unpublished_item
from store.actions.inbound import record_files
from store.actions.kept_files import let_go
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Contact, Staff
from store.domain.privacy import Doubt, holds_personal_number
from store.files import StoredFile
from store.queries.public_disclosures import LINK
from store.tables import disclosure_files, named_lists, reading_links

NAME_LENGTH = 120
LIST_LENGTH = 4_000
MOST_FILES = 12
LINK_VALID = timedelta(minutes=30)
_TOKEN_BYTES = 18


async def attach_file(
    tx: Transaction,
    village: Area,
    item_id: int,
    stored: StoredFile,
    name: str,
    by: Staff,
    doubts: Sequence[Doubt] = (),
) -> None:
    """Put a file beside an item that is not out yet; the same file twice is there once.

    `doubts` are about what a machine found in it.

    Raises Refusal: disclosure.personal_number for a name that holds one, disclosure.too_many_files; and as
    `unpublished_item` does.
    """
    item = await unpublished_item(tx, village, item_id)
    if holds_personal_number(name):
        raise Refusal("disclosure.file_name", name=_without_digits(name))
    if len(item.files) >= MOST_FILES:
        raise Refusal("disclosure.too_many_files", most=MOST_FILES)
    await record_files(tx, [stored])
    found = [[one.concern, one.words] for one in doubts]
    beside = {"item_id": item_id, "sha256": stored.sha256, "name": name[-NAME_LENGTH:], "doubts": found}
    new = await tx.insert_new(disclosure_files, **beside)
    if new:
        tx.audit(village.id, f"staff:{by.id}", "disclosure.file_added", f"disclosure_item:{item_id}", stored.sha256)


def _without_digits(name: str) -> str:
    return "".join("*" if character.isdigit() else character for character in name)


async def detach_file(tx: Transaction, village: Area, item_id: int, sha256: str, by: Staff) -> None:
    """Raises NotFound("disclosure.item_unknown"), also where it is public already."""
    await unpublished_item(tx, village, item_id)
    this_one = (disclosure_files.c.item_id == item_id, disclosure_files.c.sha256 == sha256)
    if await tx.run(disclosure_files.delete().where(*this_one)):
        await let_go(tx, sha256)
        tx.audit(village.id, f"staff:{by.id}", "disclosure.file_removed", f"disclosure_item:{item_id}", sha256)


async def replace_file(
    tx: Transaction, village: Area, item_id: int, sha256: str, stored: StoredFile, by: Staff
) -> None:
    """Let a blacked-out picture take the place of the one that it was made from.

    Raises NotFound("disclosure.item_unknown") where that one is not there, or is public already.
    """
    await unpublished_item(tx, village, item_id)
    await record_files(tx, [stored])
    this_one = (disclosure_files.c.item_id == item_id, disclosure_files.c.sha256 == sha256)
    if not await tx.run(disclosure_files.update().where(*this_one).values(sha256=stored.sha256)):
        raise NotFound("disclosure.item_unknown")
    await let_go(tx, sha256)
    tx.audit(village.id, f"staff:{by.id}", "disclosure.file_blacked", f"disclosure_item:{item_id}", stored.sha256)


async def keep_list(tx: Transaction, village: Area, item_id: int, text: str, by: Staff) -> None:
    """The names that belong to an item that is not out yet, "" for none. Numbers are refused here too.

    Raises Refusal: disclosure.personal_number, disclosure.list_too_long; and as `unpublished_item` does.
    """
    await unpublished_item(tx, village, item_id)
    await write_list(tx, village, item_id, text, by)


async def write_list(tx: Transaction, village: Area, item_id: int, text: str, by: Staff) -> None:
    """As `keep_list`, also for an item that went out with this very transaction."""
    if holds_personal_number(text):
        raise Refusal("disclosure.personal_number")
    if len(text) > LIST_LENGTH:
        raise Refusal("disclosure.list_too_long", most=LIST_LENGTH)
    removed = await tx.run(named_lists.delete().where(named_lists.c.item_id == item_id))
    if text:
        await tx.insert(named_lists, item_id=item_id, text=text)
    if text or removed:
        tx.audit(village.id, f"staff:{by.id}", "disclosure.list_kept", f"disclosure_item:{item_id}", text)


async def open_reading_link(tx: Transaction, village: Area, contact: Contact) -> str:
    """The token of a page with the lists, for a villager who is known by this contact; it ends by itself."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await tx.run(reading_links.delete().where(reading_links.c.ends_at <= tx.now))
    index = tx.keyring.index(token, context=LINK)
    await tx.insert(
        reading_links, area_id=village.id, contact_id=contact.id, token_hash=index, ends_at=tx.now + LINK_VALID
    )
    tx.audit(village.id, f"contact:{contact.id}", "disclosure.lists_opened", f"area:{village.id}")
    return token
