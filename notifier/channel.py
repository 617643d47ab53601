"""The contract that every channel keeps, and that one contract suite checks (tests/contract/test_channel.py)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from notifier.message import Asked, DeliveryReceipt, InboundMessage, OutboundMessage, SendResult

Receive = Callable[[Sequence[InboundMessage], Sequence[DeliveryReceipt]], Awaitable[None]]
"""Takes what a provider brought. When it returns, all of it is committed and may be acknowledged; it may be called
twice with the same messages. It raises when nothing was committed: then the provider must not be acknowledged."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider allows.

    `text_units`: characters in chat, 16-bit units in SMS. `per_second` counts requests of at most `batch` messages.
    Between two messages to one address lie `per_address_seconds`, in a chat of many `per_group_seconds`.
    """

    text_units: int
    per_second: float
    burst: int = 1
    per_address_seconds: float = 0.0
    per_group_seconds: float = 0.0
    batch: int = 1
    in_flight: int = 4
    can_receive: bool = True


@dataclass(frozen=True, slots=True)
class WebRequest:
    """An HTTP request as a channel needs to see it, free of any server's types.

    `headers` are asked for in lower case, however they were written.
    """

    method: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    secret: str
    """The unguessable part of the path that was called."""


@dataclass(frozen=True, slots=True)
class WebResponse:
    status: int
    text: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Route:
    """One webhook: served at /hook/<account>/<secret>/<name>. `handle` authenticates, parses, receives, answers."""

    name: str
    methods: tuple[str, ...]
    handle: Callable[[WebRequest, Receive], Awaitable[WebResponse]]


class Channel(Protocol):
    """One provider, both halves. A channel owns no queue, no retry and no storage.

    `send` is ONE provider request of at most `limits.batch` messages (one for each template among them, where the
    provider takes one template a request) and answers one result for each, in order; it raises nothing for what a
    provider or a network may do. It may be called concurrently up to `limits.in_flight` times. `listen` is for
    providers that must be asked (polling) or that hold a connection open; it runs until cancelled, in the holder of the
    account's lease.
    """

    kind: str
    limits: Limits

    def routes(self) -> Sequence[Route]: ...

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]: ...

    async def listen(self, receive: Receive) -> None: ...

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Ask what became of messages whose fate is unknown: what the provider knows, nothing where it cannot be asked.

        Raises ChannelUnreachable.
        """
        ...

    async def check(self) -> str:
        """Ask the provider who we are; one line for a person (`banyan doctor`). Raises ChannelUnreachable."""
        ...

    async def close(self) -> None: ...


class ChannelUnreachable(Exception):
    """The provider did not answer, or did not accept our credentials. The text is for a person and holds no secret."""
