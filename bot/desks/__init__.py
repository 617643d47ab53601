"""The village's books as the dialogue may use them: one transaction, one speaker, one moment."""

from dataclasses import dataclass, replace

from bot.desks.cases import Cases
from bot.desks.contact import OwnContact
from bot.desks.identity import Identity
from bot.desks.tickets import OwnTickets
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.people import Resident


@dataclass(frozen=True, slots=True)
class VillageDesk:
    """Keeps the promises of `bot.dialogue.desk.Desk`."""

    tickets: OwnTickets
    cases: Cases
    contact: OwnContact
    identity: Identity

    def spoken_by(self, resident: Resident) -> "VillageDesk":
        """The same desk, once one of those who share a phone has said that he is speaking."""
        return open_desk(self.contact.tx, replace(self.contact.speaker, resident=resident))


def open_desk(tx: Transaction, speaker: Speaker) -> VillageDesk:
    return VillageDesk(
        tickets=OwnTickets(tx, speaker),
        cases=Cases(tx, speaker),
        contact=OwnContact(tx, speaker),
        identity=Identity(tx, speaker),
    )
