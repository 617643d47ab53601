"""What the dialogue may ask of the village's books. `bot.desks` keeps these promises inside the turn's transaction.

Whatever a person may not do is refused with a `store.domain.errors.Refusal`, whose key is told to him.
"""

from typing import Protocol

from bot.dialogue.desks.contacts import ContactDesk, IdentityDesk
from bot.dialogue.desks.disclosures import DisclosureDesk
from bot.dialogue.desks.emergencies import EmergencyDesk, TransferDesk
from bot.dialogue.desks.matters import CouncilDesk, MatterDesk
from bot.dialogue.desks.notices import AnswerDesk, LedgerDesk, NoticeDesk, VisitDesk
from bot.dialogue.desks.office import OfficeDesk
from bot.dialogue.desks.service_days import ReceptionDesk, ServiceDayDesk
from bot.dialogue.desks.tickets import CaseDesk, TicketDesk
from store.domain.people import Resident


class Desk(Protocol):
    """All of it."""

    @property
    def disclosures(self) -> DisclosureDesk: ...

    @property
    def tickets(self) -> TicketDesk: ...

    @property
    def cases(self) -> CaseDesk: ...

    @property
    def office(self) -> OfficeDesk: ...

    @property
    def notices(self) -> NoticeDesk: ...

    @property
    def answers(self) -> AnswerDesk: ...

    @property
    def emergencies(self) -> EmergencyDesk: ...

    @property
    def transfers(self) -> TransferDesk: ...

    @property
    def ledger(self) -> LedgerDesk: ...

    @property
    def visits(self) -> VisitDesk: ...

    @property
    def service_days(self) -> ServiceDayDesk: ...

    @property
    def reception(self) -> ReceptionDesk: ...

    @property
    def matters(self) -> MatterDesk: ...

    @property
    def council(self) -> CouncilDesk: ...

    @property
    def contact(self) -> ContactDesk: ...

    @property
    def identity(self) -> IdentityDesk: ...

    def spoken_by(self, resident: Resident) -> "Desk": ...
