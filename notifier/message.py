"""What passes between Banyan and a channel: a message in, a message out, a receipt.

Every channel speaks these three shapes and no other; nothing here knows a provider.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AttachmentKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class InboundAttachment:
    """A file that came with a message, already fetched from the provider. `content` is at most 10 MB."""

    kind: AttachmentKind
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Location:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a person, parsed and authenticated.

    `provider_id` is the provider's own id of the message, unique within the account: a repeat is dropped by it.
    `address` is the sender in the channel's own form: E.164 for SMS, the chat id for Telegram.
    `button` is the `data` of a pressed `Button`; then `replaces` names the message that carried it.
    `shared_number` is a phone number that the provider vouches for as the sender's own.
    `missed_call` is a call that nobody took, where the gateway reports one; it has no text.
    `open_seconds`: where a provider lets us write to a person only for a while after he wrote, how long.
    """

    provider_id: str
    address: str = field(repr=False)
    text: str = field(default="", repr=False)
    button: str = ""
    replaces: str = ""
    attachments: tuple[InboundAttachment, ...] = ()
    location: Location | None = None
    shared_number: str = field(default="", repr=False)
    display_name: str = field(default="", repr=False)
    missed_call: bool = False
    open_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to press; `data` (at most 64 bytes) comes back as `InboundMessage.button`."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one address, rendered for the channel that carries it.

    `delivery_id` is ours; a channel hands it to the provider where receipts name it back.
    `replaces` is the provider's id of an earlier message of ours that this one edits.
    """

    delivery_id: int
    address: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    replaces: str | None = None


class ReceiptState(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What a provider says later of a message: by our `delivery_id` where it echoes it, else by its own id.

    `address` is whom it went to, where the provider says so: of a message whose id never reached us it is all there is.
    """

    state: ReceiptState
    at: datetime | None = None
    delivery_id: int | None = None
    provider_id: str = ""
    address: str = field(default="", repr=False)
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message; `provider_id` is how it names it ("" where it gives no name)."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class SendError:
    """Why a provider refused.

    `code` is the provider's own; `detail` is safe to log (no text, no number).
    `retryable`: the same message may be taken later, not before `retry_after_seconds`.
    `opted_out`: this person may no longer be written to here. `stops_channel`: nothing more goes out on this account
    until a person has looked (balance, credentials, signature). `closed`: nothing before this person writes again.
    """

    code: str
    detail: str = ""
    retryable: bool = False
    retry_after_seconds: float = 0.0
    opted_out: bool = False
    stops_channel: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider surely did not take the message."""

    error: SendError


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the provider took it: a time-out, a broken connection. Never sent again blindly.

    `provider_id` is how the provider will name it if it did, where that is known before the answer.
    """

    detail: str = ""
    provider_id: str = ""


SendResult = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Asked:
    """A message whose fate is unknown, as a provider may be asked about it."""

    delivery_id: int
    address: str = field(repr=False)
    sent_at: datetime
    provider_id: str = ""
