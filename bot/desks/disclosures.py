"""What the village discloses, for whoever reads it and for those who enter it."""

from dataclasses import dataclass
from datetime import date

from notifier.disclosing import publish_urgent_item
from notifier.render import Renderer
from store.actions.disclosure_files import open_reading_link
from store.actions.disclosures import add_item, remove_item, state_opening
from store.actions.kept_files import let_go
from store.database import Transaction
from store.domain.areas import Area
from store.domain.conversation import Speaker
from store.domain.disclosures import Disclosure, DisclosureItem, Entry
from store.domain.errors import NotAllowed, NotFound
from store.domain.months import first_of_month
from store.domain.people import Staff
from store.queries.access import may_disclose
from store.queries.disclosures import disclosure_for, latest_disclosure, open_month, published_item, urgent_items
from store.queries.membership import any_lives_in
from store.queries.public_disclosures import has_lists_posted


@dataclass(frozen=True, slots=True)
class Disclosures:
    tx: Transaction
    speaker: Speaker
    renderer: Renderer

    @property
    def village(self) -> Area:
        return self.speaker.settings.area

    @property
    def person(self) -> Staff:
        """Raises NotAllowed for whoever does not keep these books."""
        person = self.speaker.office_holder
        if not may_disclose(person, self.village.path):
            raise NotAllowed("disclosure.not_yours")
        return person

    @property
    def this_month(self) -> date:
        return first_of_month(self.tx.now.astimezone(self.speaker.settings.zone).date())

    async def latest(self) -> Disclosure | None:
        return await latest_disclosure(self.tx, self.village.id)

    async def urgent(self) -> list[DisclosureItem]:
        return await urgent_items(self.tx, self.village.id)

    async def item(self, item_id: int) -> DisclosureItem:
        item = await published_item(self.tx, self.village.id, item_id)
        if item is None:
            raise NotFound("disclosure.item_unknown")
        return item

    async def may_see_lists(self) -> bool:
        """Whether somebody is known to live here, and a list of names is posted."""
        if self.speaker.by_sms or not await any_lives_in(self.tx, self.village, self.speaker.contact.holders):
            return False
        return await has_lists_posted(self.tx, self.speaker.settings)

    async def open_lists(self) -> str:
        """The path of a page with the lists, for half an hour. Raises NotAllowed for who is not known to live here."""
        if not await self.may_see_lists():
            raise NotAllowed("disclosure.lists_not_yours")
        token = await open_reading_link(self.tx, self.village, self.speaker.contact)
        return f"/v/{self.village.id}/lists/{token}/"

    async def open_month(self) -> date:
        """Last month while it is not out, else the month that runs, or the first one that is not out."""
        _ = self.person
        return await open_month(self.tx, self.village.id, self.this_month)

    async def held(self, month: date) -> Disclosure | None:
        _ = self.person
        return await disclosure_for(self.tx, self.village.id, month)

    async def hold_picture(self, sha256: str) -> None:
        """A picture of an item that is not entered yet; it leaves again where none is."""
        await let_go(self.tx, sha256)

    async def enter(self, month: date, entry: Entry) -> DisclosureItem:
        return await add_item(self.tx, self.village, month, entry, self.person)

    async def announce(self, entry: Entry) -> tuple[DisclosureItem, int]:
        """Publish it at once; the item, and how many messages go out."""
        return await publish_urgent_item(self.tx, self.renderer, self.village, entry, self.person)

    async def take_back(self, item_id: int) -> DisclosureItem:
        return await remove_item(self.tx, self.village, item_id, self.person)

    async def state_opening(self, month: date, opening_fen: int) -> None:
        await state_opening(self.tx, self.village, month, opening_fen, self.person)
