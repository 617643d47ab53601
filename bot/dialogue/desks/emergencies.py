"""Emergency notices, and the transfer lists that they open."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from store.domain.addressing import Addressable, Named, Wanted
from store.domain.areas import Area
from store.domain.audiences import Audience
from store.domain.emergencies import Emergency, EmergencyPlan, Warned
from store.domain.notices import Notice
from store.domain.people import Contact
from store.domain.speech import Tell
from store.domain.transfers import Outcome, Reply, RollCounts, RollEntry


class EmergencyDesk(Protocol):
    """Emergency notices. `send` also says how many households; `lift` how many are not known safe, and who is told.

    `words` are any notice's as they are passed on.
    """

    async def villages(self) -> Sequence[Area]: ...

    async def audiences(self, village_id: int) -> Sequence[Audience]: ...

    async def addressable(self, village_id: int) -> Addressable: ...

    async def audience(self, village_id: int, wanted: Wanted) -> tuple[Audience, Named]: ...

    async def preview(
        self, village_id: int, audience: Audience, warned: Warned, text: str, *, asks: bool
    ) -> EmergencyPlan: ...

    async def send(
        self, village_id: int, audience: Audience, warned: Warned, text: str, *, with_roll: bool
    ) -> tuple[Notice, int]: ...

    async def open(self) -> Sequence[Emergency]: ...

    async def get(self, notice_id: int) -> Emergency: ...

    async def lift(self, emergency: Emergency, warned: Warned) -> tuple[int, int]: ...

    async def words(self, notice: Notice) -> str: ...


class TransferDesk(Protocol):
    """The transfer list. `mine` and `reply` are for households, with their officers' contacts; the rest for staff."""

    async def mine(self, notice_id: int | None = None) -> Sequence[RollEntry]: ...

    async def reply(
        self, homes: Sequence[RollEntry], reply: Reply
    ) -> tuple[Sequence[RollEntry], Mapping[int, Sequence[Contact]]]: ...

    async def number_to_ring(self, entry: RollEntry) -> str: ...

    async def counts(self) -> Sequence[RollCounts]: ...

    async def entries(self, notice_id: int) -> Sequence[RollEntry]: ...

    async def entry(self, entry_id: int) -> RollEntry: ...

    async def report(self, entry: RollEntry, outcome: Outcome) -> tuple[RollEntry, RollCounts, Sequence[Tell]]: ...
