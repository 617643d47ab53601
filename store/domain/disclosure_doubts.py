"""What somebody should look at before an item is published."""

from collections.abc import Iterable

from store.domain.disclosures import DisclosureItem
from store.domain.privacy import Concern, Doubt, doubts_in


def words_of(item: DisclosureItem) -> str:
    """Everything of an item that is read by a machine: its title, its text, what its files are called."""
    return "\n".join((item.title, item.text, *(file.name for file in item.files)))


def doubts_of(item: DisclosureItem, names: Iterable[str]) -> tuple[Doubt, ...]:
    """As `doubts_in`; besides, what stands inside a PDF nobody but its reader knows."""
    papers = tuple(file.name for file in item.files if not file.is_photo)
    unread = (Doubt(Concern.UNREAD_FILE, papers),) if papers else ()
    return (*doubts_in(words_of(item), names), *unread)
