"""What a notice will do, known before anybody approves it: whom it reaches, through what, at what price, by when."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from store.domain.errors import Refusal
from store.domain.quiet_hours import QuietHours, next_allowed

LONGEST_FALLBACK_MINUTES = 2 * 24 * 60


@dataclass(frozen=True, slots=True)
class Fallback:
    """When an SMS follows a chat message of which nothing shows that it arrived; never where `minutes` is 0.

    `unknown`: also after a message of which nobody can say whether it went out. Then some may get it twice.
    """

    minutes: int = 0
    unknown: bool = False


def checked_fallback(minutes: int) -> int:
    """Raises Refusal("notice.fallback_minutes")."""
    if not 0 <= minutes <= LONGEST_FALLBACK_MINUTES:
        raise Refusal("notice.fallback_minutes", most=LONGEST_FALLBACK_MINUTES // 60)
    return minutes


@dataclass(frozen=True, slots=True)
class Carried:
    """What one account carries: at once, and at most later as a second step. `parts` are SMS parts in all.

    `whole` is False where the text is too long for it and only says where to hear it whole.
    """

    account_id: int
    account: str
    kind: str
    is_sms: bool
    messages: int
    parts: int
    price_fen: int
    later: int
    later_fen: int
    whole: bool
    done_at: datetime


@dataclass(frozen=True, slots=True)
class Objected:
    """Why one account will not take the text; `words` are those of the text that it is about."""

    account: str
    kind: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a notice would reach and what it costs.

    `text` is the SMS in the village's language, of `parts` parts. `households` are persons where single persons are
    addressed; each is one of `by_chat`, `by_sms`, `shared` (told with another household at the same address),
    `opted_out` and `unreachable`, some of whose `names` are given. `later` may get an SMS after a chat message that was
    not read, for `later_fen` at most. `replies_fen` is what thanking everybody for his 1 would cost on top, in SMS.
    `frozen` is what an approval is given to: another plan has another.
    """

    text: str = field(repr=False)
    parts: int
    households: int
    people: int
    by_chat: int
    by_sms: int
    shared: int
    opted_out: int
    unreachable: int
    names: tuple[str, ...] = field(repr=False)
    limited: int
    text_refused: int
    price_fen: int
    later: int
    later_fen: int
    replies_fen: int
    due: datetime
    done_at: datetime
    carried: tuple[Carried, ...]
    objected: tuple[Objected, ...]
    needs_second_person: bool
    needs_town: bool
    frozen: str


def plan_facts(preview: Preview) -> dict[str, object]:
    """What a text about a plan is given."""
    return {
        "sms": preview.text,
        "parts": preview.parts,
        "households": preview.households,
        "people": preview.people,
        "by_chat": preview.by_chat,
        "by_sms": preview.by_sms,
        "shared": preview.shared,
        "opted_out": preview.opted_out,
        "unreachable": preview.unreachable,
        "limited": preview.limited,
        "text_refused": preview.text_refused,
        "names": list(preview.names),
        "price": preview.price_fen,
        "later": preview.later,
        "later_price": preview.later_fen,
        "replies": preview.replies_fen,
        "due": preview.due,
        "done_at": preview.done_at,
        "needs_second": preview.needs_second_person,
        "needs_town": preview.needs_town,
        "carried": preview.carried,
        "objected": preview.objected,
    }


def frozen_hash(content_hash: str, price_fen: int, texts: Sequence[Sequence[object]], counts: Iterable[object]) -> str:
    """A hash over words, audience, recipients and price. `counts` holds a fingerprint of the recipients."""
    kept = json.dumps([content_hash, price_fen, [list(text) for text in texts], [str(count) for count in counts]])
    return hashlib.sha256(kept.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Slot:
    """From the message `first` on (they are counted from 0) they go out at `due`."""

    first: int
    due: datetime


def send_slots(
    count: int, per_second: float, start: datetime, zone: ZoneInfo, quiet: QuietHours
) -> tuple[list[Slot], datetime]:
    """When `count` messages go out, so that none does in the quiet hours; and when the last one has.

    What does not fit before the quiet begins goes on when it ends.
    """
    slots, first, due = [], 0, next_allowed(start, zone, quiet)
    while True:
        slots.append(Slot(first, due))
        room = int((_quiet_after(due, zone, quiet) - due).total_seconds() * per_second)
        if first + max(1, room) >= count:
            return slots, due + timedelta(seconds=(count - first) / per_second)
        first += max(1, room)
        due = next_allowed(_quiet_after(due, zone, quiet), zone, quiet)


def _quiet_after(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """When the quiet begins that comes after a moment outside it; in a year where there is none."""
    if quiet.start == quiet.end:
        return moment + timedelta(days=365)
    local = moment.astimezone(zone)
    begins = datetime.combine(local.date(), quiet.start, zone)
    return begins if begins > local else datetime.combine(local.date() + timedelta(days=1), quiet.start, zone)


NO_QUIET = QuietHours(time(), time())
"""Chat knows no quiet hours: it makes no sound that cannot be turned off."""
