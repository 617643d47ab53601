"""The figures of a plan: from how many recipients stand alike to messages, parts, price and the time that it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.audience import Counted
from notifier.channels.sms.segments import count_parts
from notifier.rates import per_second
from notifier.wording import Wording
from store.domain.deliveries import SkipReason
from store.domain.notices import UNREACHED_REASONS, Notice, needs_second_person
from store.domain.plans import NO_QUIET, Carried, Objected, Preview, Slot, frozen_hash, send_slots
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.queries.planned import FIRST, SECOND

_THANKS_PARTS = 1


def next_sms(moment: datetime, settings: AreaSettings) -> datetime:
    """When an SMS may go out that is ready at `moment`."""
    return next_allowed(moment, settings.zone, QuietHours(settings.quiet_from, settings.quiet_to))


@dataclass(frozen=True, slots=True)
class Figures:
    """`waiting` is what stands before an account already."""

    notice: Notice
    settings: AreaSettings
    now: datetime
    counted: Counted
    waiting: Mapping[int, int]

    def preview(self, sms: str, people: int, names: tuple[str, ...], objected: tuple[Objected, ...]) -> Preview:
        """`sms` is the text in the village's language; `people` are meant, some of those whom nothing reaches named."""
        carried = self.carried()
        households, price = self.counted.units, self.counted.price_fen
        by_sms = self.counted.by_medium(is_sms=True)
        needs_town = households > self.settings.town_approval_size
        by_size = needs_second_person(self.notice.audience, households, self.settings.approval_size)
        return Preview(
            text=sms,
            parts=count_parts(sms).parts,
            households=households,
            people=people,
            by_chat=self.counted.by_medium(is_sms=False),
            by_sms=by_sms,
            shared=self.counted.skipped({SkipReason.SHARED_ADDRESS}),
            opted_out=self.counted.skipped({SkipReason.OPTED_OUT}),
            unreachable=self.counted.skipped(UNREACHED_REASONS),
            names=names,
            limited=self.counted.skipped({SkipReason.DAILY_LIMIT}),
            text_refused=self.counted.skipped({SkipReason.TEXT_REFUSED}),
            price_fen=price,
            later=sum(one.later for one in carried),
            later_fen=sum(one.later_fen for one in carried),
            replies_fen=by_sms * _THANKS_PARTS * self.settings.sms_price_fen if self.notice.asked.kind else 0,
            due=next_sms(self.now, self.settings),
            done_at=max((one.done_at for one in carried if one.messages), default=self.now),
            carried=carried,
            objected=objected,
            needs_second_person=by_size or needs_town,
            needs_town=needs_town,
            frozen=self._frozen(price),
        )

    def carried(self) -> tuple[Carried, ...]:
        """What each account carries, in each language."""
        found = []
        for number, wording in enumerate(self.counted.carriers):
            now, later = self.counted.messages(FIRST, number), self.counted.messages(SECOND, number)
            if wording and now + later:
                found.append(_carried(wording, now, later, self.slots(number)[1]))
        return tuple(found)

    def slots(self, number: int) -> tuple[Sequence[Slot], datetime]:
        """When the messages of a route go out, and when the last one has."""
        wording, count = self.counted.carriers[number], self.counted.messages(FIRST, number)
        if wording is None or not count:
            return (), self.now
        rate = per_second(wording.account)
        start = self.now + timedelta(seconds=self.waiting.get(wording.account.id, 0) / rate)
        quiet = QuietHours(self.settings.quiet_from, self.settings.quiet_to) if wording.is_sms else NO_QUIET
        return send_slots(count, rate, start, self.settings.zone, quiet)

    def _frozen(self, price_fen: int) -> str:
        """The same for the same words, recipients and price; other dates of the same plan make no other."""
        texts = [
            (wording.account.id, wording.language, wording.rendered.text, wording.price_fen)
            for wording in self.counted.carriers
            if wording
        ]
        counts = [(one.step, one.standing, one.route, one.count, one.fingerprint) for one in self.counted.tallies]
        return frozen_hash(self.notice.content_hash, price_fen, texts, counts)


def _carried(wording: Wording, now: int, later: int, done_at: datetime) -> Carried:
    return Carried(
        account_id=wording.account.id,
        account=wording.account.name,
        kind=wording.account.kind,
        is_sms=wording.is_sms,
        messages=now,
        parts=now * wording.parts,
        price_fen=now * wording.price_fen,
        later=later,
        later_fen=later * wording.price_fen,
        whole=wording.whole,
        done_at=done_at,
    )
