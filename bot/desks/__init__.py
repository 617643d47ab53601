"""The village's books as the dialogue may use them: one transaction, one speaker, one moment."""

from dataclasses import dataclass, replace

from bot.desks.answers import Answers
from bot.desks.cases import Cases
from bot.desks.contact import OwnContact
from bot.desks.disclosures import Disclosures
from bot.desks.emergencies import Emergencies
from bot.desks.identity import Identity
from bot.desks.ledger import NoticeLedger, Visits
from bot.desks.matters import Council, OwnMatters
from bot.desks.notices import Notices
from bot.desks.office import Office
from bot.desks.reception import Reception
from bot.desks.service_days import ServiceDays
from bot.desks.tickets import OwnTickets
from bot.desks.transfers import Transfers
from notifier.render import Renderer
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.people import Resident


@dataclass(frozen=True, slots=True)
class VillageDesk:
    """Keeps the promises of `bot.dialogue.desk.Desk`."""

    tickets: OwnTickets
    cases: Cases
    office: Office
    notices: Notices
    answers: Answers
    emergencies: Emergencies
    transfers: Transfers
    ledger: NoticeLedger
    visits: Visits
    disclosures: Disclosures
    service_days: ServiceDays
    reception: Reception
    matters: OwnMatters
    council: Council
    contact: OwnContact
    identity: Identity

    def spoken_by(self, resident: Resident) -> "VillageDesk":
        """The same desk, once one of those who share a phone has said that he is speaking."""
        speaker = replace(self.contact.speaker, resident=resident)
        return open_desk(self.contact.tx, speaker, self.notices.renderer)


def open_desk(tx: Transaction, speaker: Speaker, renderer: Renderer) -> VillageDesk:
    return VillageDesk(
        tickets=OwnTickets(tx, speaker),
        cases=Cases(tx, speaker),
        office=Office(tx, speaker),
        notices=Notices(tx, speaker, renderer),
        answers=Answers(tx, speaker, renderer),
        emergencies=Emergencies(tx, speaker, renderer),
        transfers=Transfers(tx, speaker),
        ledger=NoticeLedger(tx, speaker),
        visits=Visits(tx, speaker),
        disclosures=Disclosures(tx, speaker, renderer),
        service_days=ServiceDays(tx, speaker),
        reception=Reception(tx, speaker),
        matters=OwnMatters(tx, speaker),
        council=Council(tx, speaker),
        contact=OwnContact(tx, speaker),
        identity=Identity(tx, speaker),
    )
