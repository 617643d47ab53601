"""What somebody should look at before an item is published."""

from collections.abc import Iterable, Sequence

from store.domain.disclosures import DisclosureItem
from store.domain.errors import Refusal
from store.domain.privacy import Concern, Doubt, doubts_in, holds_personal_number

_MOST_WORDS = 10
"""Of what is found in one file: enough to see that it wants a look."""


def words_of(item: DisclosureItem) -> str:
    """Everything of an item that is looked at whenever it is shown: its title, its text, what its files are called."""
    return "\n".join((item.title, item.text, *(file.name for file in item.files)))


def doubts_of(item: DisclosureItem, names: Iterable[str]) -> tuple[Doubt, ...]:
    """As `doubts_in`, and what was found in its files."""
    return (*doubts_in(words_of(item), names), *(doubt for file in item.files for doubt in file.doubts))


def doubts_in_pages(pages: Sequence[str], beside: str, names: Iterable[str], *, is_whole: bool) -> tuple[Doubt, ...]:
    """What is to be looked at in a paper, of which a machine read these pages, "" for one without words.

    `beside` stands on none of them. Raises Refusal: disclosure.file_number for a personal number on a page,
    disclosure.file_number_beside for one beside them.
    """
    for number, page in enumerate(pages, start=1):
        if holds_personal_number(page):
            raise Refusal("disclosure.file_number", page=number)
    if holds_personal_number(beside):
        raise Refusal("disclosure.file_number_beside")
    blind = tuple(str(number) for number, page in enumerate(pages, start=1) if not page)
    found = [*doubts_in("\n".join((*pages, beside)), names)]
    found += [Doubt(Concern.UNREAD_PAGES, blind)] if blind else []
    found += [] if is_whole else [Doubt(Concern.UNREAD_REST)]
    return tuple(Doubt(one.concern, one.words[:_MOST_WORDS]) for one in found)
