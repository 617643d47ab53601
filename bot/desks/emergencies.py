"""Emergency notices as those in office may send and lift them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier.emergencies import give_all_clear, plan_emergency, warn, words_of
from notifier.render import Renderer
from store.database import Transaction
from store.domain.addressing import Addressable, Named, Wanted, audience_of, audiences_open_to, served_in
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind, may_know
from store.domain.conversation import Speaker
from store.domain.emergencies import Emergency, EmergencyPlan, Warned, may_lift, may_warn
from store.domain.errors import NotAllowed, NotFound
from store.domain.notices import Notice
from store.queries.addressing import addressable_in, named_residents
from store.queries.areas import groups_of
from store.queries.emergencies import emergency_of, open_emergencies
from store.queries.notices import villages_served


@dataclass(frozen=True, slots=True)
class Emergencies:
    tx: Transaction
    speaker: Speaker
    renderer: Renderer

    async def villages(self) -> Sequence[Area]:
        """Raises NotAllowed for an office that sends no emergency notices."""
        served = await villages_served(self.tx, self.speaker.office_holder)
        mine = [village for village in served if await self._audiences(village)]
        if not mine:
            raise NotAllowed("emergency.not_yours")
        return mine

    async def audiences(self, village_id: int) -> Sequence[Audience]:
        return await self._audiences(await self._village(village_id))

    async def addressable(self, village_id: int) -> Addressable:
        return await addressable_in(self.tx, await self._village(village_id))

    async def audience(self, village_id: int, wanted: Wanted) -> tuple[Audience, Named]:
        """Homes, however they were chosen.

        Raises NotAllowed("emergency.not_yours"), ("notice.mark_not_yours") for a mark that he may not know of, and
        Refusal as `audience_of` does.
        """
        among = await self.addressable(village_id)
        places = served_in(self.speaker.office_holder, among.village, among.groups)
        named = await named_residents(self.tx, places, wanted.names)
        audience = audience_of(replace(wanted, units=True), self.speaker.office_holder, among, named)
        if not all(may_warn(self.speaker.office_holder, area.path) for area in audience.addressed):
            raise NotAllowed("emergency.not_yours")
        if not may_know(self.speaker.office_holder, audience):
            raise NotAllowed("notice.mark_not_yours")
        return audience, named

    async def preview(
        self, village_id: int, audience: Audience, warned: Warned, text: str, *, asks: bool
    ) -> EmergencyPlan:
        village = await self._village(village_id)
        return await plan_emergency(self.tx, self.renderer, village.id, audience, warned, text, asks=asks)

    async def send(
        self, village_id: int, audience: Audience, warned: Warned, text: str, *, with_roll: bool
    ) -> tuple[Notice, int]:
        village = await self._village(village_id)
        person = self.speaker.office_holder
        return await warn(self.tx, self.renderer, village, audience, person, warned, text, with_roll=with_roll)

    async def open(self) -> Sequence[Emergency]:
        return await open_emergencies(self.tx, self.speaker.office_holder)

    async def get(self, notice_id: int) -> Emergency:
        """Raises NotFound, also for one whose households are not all his to warn."""
        emergency = await emergency_of(self.tx, notice_id)
        if not may_lift(self.speaker.office_holder, emergency):
            raise NotFound("emergency.unknown")
        return emergency

    async def lift(self, emergency: Emergency, warned: Warned) -> tuple[int, int]:
        """How many households of its list are not known to be safe, and to how many the all-clear goes."""
        return await give_all_clear(self.tx, self.renderer, emergency, self.speaker.office_holder, warned)

    async def words(self, notice: Notice) -> str:
        return await words_of(self.tx, self.renderer, notice)

    async def _village(self, village_id: int) -> Area:
        for village in await villages_served(self.tx, self.speaker.office_holder):
            if village.id == village_id:
                return village
        raise NotFound("area.unknown")

    async def _audiences(self, village: Area) -> list[Audience]:
        """Homes of the village or of a group, where this person may warn."""
        found = audiences_open_to(self.speaker.office_holder, village, await groups_of(self.tx, village.id))
        whole = [one for one in found if one.kind in {AudienceKind.VILLAGE, AudienceKind.GROUP}]
        return [one for one in whole if may_warn(self.speaker.office_holder, one.area.path)]
