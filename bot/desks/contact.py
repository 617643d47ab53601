"""The contact that is speaking."""

from dataclasses import dataclass

from store.actions.contacts import choose_language, move_to_village, opt_in, opt_out
from store.actions.inbound import repeat_first_words
from store.actions.questions import close_question, question_by_id
from store.database import Transaction
from store.domain.conversation import OpenQuestion, Speaker
from store.queries.areas import villages_under


@dataclass(frozen=True, slots=True)
class OwnContact:
    tx: Transaction
    speaker: Speaker

    async def opt_out(self) -> None:
        await opt_out(self.tx, self.speaker.contact)

    async def opt_in(self) -> None:
        await opt_in(self.tx, self.speaker.contact)

    async def choose_language(self, language: str) -> None:
        await choose_language(self.tx, self.speaker.contact, language)

    async def villages(self) -> list[tuple[int, str]]:
        return [(village.id, village.name) for village in await villages_under(self.tx, self.speaker.settings.area)]

    async def move_to_village(self, village_id: int) -> None:
        """What he wanted before he was asked where he lives is answered next."""
        await move_to_village(self.tx, self.speaker.contact, village_id)
        await repeat_first_words(self.tx, self.speaker.contact.id)

    async def question(self, question_id: int) -> OpenQuestion | None:
        return await question_by_id(self.tx, self.speaker.contact, question_id)

    async def close_question(self, question_id: int) -> bool:
        return await close_question(self.tx, question_id)
