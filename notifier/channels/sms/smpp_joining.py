"""Parts of long messages, held until the whole has come; and messages that an SMSC may bring again. No I/O."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier.channels.sms.inbound_text import normalise_number
from notifier.channels.sms.smpp_deliver import Delivered, Part, text_of
from notifier.channels.sms.smpp_pdu import Pdu
from notifier.message import InboundMessage

_HELD_SECONDS = 8.0
_MOST_HELD = 200
_DOUBT_SECONDS = 10.0
_EXPECTED_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Whole:
    """A message to hand on, and the requests that are answered once it is committed."""

    message: InboundMessage
    requests: tuple[Pdu, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    part: Part
    delivered: Delivered
    requests: tuple[Pdu, ...]
    since: float


_Key = tuple[str, str, int, int]


class Joining:
    """The parts that one session has brought and that nobody has acknowledged.

    An SMSC sends what is not acknowledged again, within a time of its own (often 10 to 60 s), and may send no more
    before. So a part waits for the others only for seconds, and what came of a message is handed on without the rest:
    cut in two, but never lost. `now` is a monotonic time in seconds.
    """

    def __init__(self) -> None:
        self._held: dict[_Key, dict[int, _Held]] = {}

    def add(self, delivered: Delivered, request: Pdu, now: float) -> Whole | None:
        """Return the message where this was all of it or its last part."""
        part = delivered.part
        if part is None:
            return Whole(_message([delivered], delivered.source), (request,))
        key = (delivered.source, delivered.destination, part.reference, part.count)
        parts = self._held.setdefault(key, {})
        again = parts.get(part.number)
        requests = (*again.requests, request) if again else (request,)
        parts[part.number] = _Held(part, delivered, requests, again.since if again else now)
        return self._take(key) if len(parts) == part.count else None

    def overdue(self, now: float) -> list[Whole]:
        """Take what has waited too long, and the oldest where there is too much."""
        late = [key for key, parts in self._held.items() if _oldest(parts) <= now - _HELD_SECONDS]
        crowd = sum(len(parts) for parts in self._held.values()) - _MOST_HELD
        for key in sorted(self._held.keys() - set(late), key=lambda one: _oldest(self._held[one])):
            if crowd <= 0:
                break
            crowd -= len(self._held[key])
            late.append(key)
        return [self._take(key) for key in late]

    def seconds_left(self, now: float) -> float | None:
        """How long until something is overdue; None where nothing is held."""
        if not self._held:
            return None
        return max(0.0, min(map(_oldest, self._held.values())) + _HELD_SECONDS - now)

    def _take(self, key: _Key) -> Whole:
        parts = sorted(self._held.pop(key).values(), key=lambda held: held.part.number)
        requests = tuple(request for held in parts for request in held.requests)
        return Whole(_message([held.delivered for held in parts], key[0]), requests)


class Repeats:
    """Which messages an SMSC may bring again, because our acknowledgement may have been lost with the connection.

    deliver_sm names no message, so a repeat looks like a person who wrote the same again; only what was acknowledged
    just before a connection broke is expected once more.
    """

    def __init__(self) -> None:
        self._answered: list[tuple[float, InboundMessage]] = []
        self._expected: dict[str, tuple[float, str]] = {}

    def named(self, message: InboundMessage, now: float) -> InboundMessage:
        """Give the message its provider_id: a new one, or for a repeat that of the first time."""
        at, known = self._expected.pop(_digest(message), (0.0, ""))
        provider_id = known if known and now - at < _EXPECTED_SECONDS else secrets.token_hex(12)
        return replace(message, provider_id=provider_id)

    def answered(self, messages: Sequence[InboundMessage], now: float) -> None:
        self._answered = [one for one in self._answered if now - one[0] < _DOUBT_SECONDS]
        self._answered += [(now, message) for message in messages]

    def lost(self, now: float) -> None:
        """The connection broke."""
        self.expect([message for at, message in self._answered if now - at < _DOUBT_SECONDS], now)
        self._answered = []

    def expect(self, messages: Sequence[InboundMessage], now: float) -> None:
        self._expected = {key: one for key, one in self._expected.items() if now - one[0] < _EXPECTED_SECONDS}
        self._expected |= {_digest(message): (now, message.provider_id) for message in messages}


def _message(parts: Sequence[Delivered], source: str) -> InboundMessage:
    """Join octets before they are read, for a phone may cut an emoji in two; where a part is missing stands "…"."""
    first = parts[0]
    if first.part is None or len(parts) == first.part.count:
        text = text_of(first.coding, b"".join(part.data for part in parts))
    else:
        text = "…".join(text_of(part.coding, part.data) for part in parts)
    return InboundMessage("", normalise_number(source), text)


def _oldest(parts: dict[int, _Held]) -> float:
    return min(held.since for held in parts.values())


def _digest(message: InboundMessage) -> str:
    return hashlib.sha256(f"{message.address}\n{message.text}".encode(errors="replace")).hexdigest()
