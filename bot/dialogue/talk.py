"""What a step of a conversation is given, and what it answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.dialogue.desk import Desk
from store.domain.conversation import Session, Speaker
from store.domain.inbound import InboundBody
from store.domain.speech import Option, Say, Tell


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the dialogue reads it.

    `text` is as written but for unprintable characters; `normal` is for comparing. `choice` is the key of the option
    that was pressed, typed as a digit, or spoken as its label; "" where it was none of them.
    """

    text: str = field(repr=False)
    normal: str = field(repr=False)
    choice: str
    body: InboundBody

    @property
    def brings_something(self) -> bool:
        return bool(self.text or self.body.files or self.body.latitude is not None)


@dataclass(slots=True)
class Talk:
    """One turn: who speaks, what the village's books can do for him, what was remembered."""

    speaker: Speaker
    desk: Desk
    now: datetime
    session: Session

    @property
    def data(self) -> Mapping[str, object]:
        return self.session.data

    def number(self, name: str) -> int:
        """A number that an earlier step remembered."""
        return int(str(self.session.data[name]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back, what others are told, and the step that takes the next message ("" for none).

    `is_vote` keeps the message's words out of the books; its replies are kept as receipts of `matter_id`.
    `keeps` leaves the conversation where it stands: what was said was beside it. `language` is the one that was chosen
    just now.
    """

    says: tuple[Say, ...]
    step: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    tells: tuple[Tell, ...] = ()
    keeps: bool = False
    is_vote: bool = False
    matter_id: int | None = None
    speaker_id: int | None = None
    language: str = ""


Step = Callable[[Talk, Said], Awaitable[Answer | None]]
"""A step reads one message. None means that the message is not for it: then it is read as if nothing had been asked."""

Opening = Callable[[Talk], Awaitable[Answer]]
"""How a flow begins, when a person asks for it."""


def tell_back(message: str, *tells: Tell, **facts: object) -> Answer:
    """Say one thing and be done."""
    return Answer((Say(message, facts),), tells=tells)


def aside(message: str, **facts: object) -> Answer:
    """Say one thing beside the conversation, which goes on where it stood."""
    return Answer((Say(message, facts),), keeps=True)


def ask(
    step: str, message: str, options: tuple[Option, ...] = (), data: Mapping[str, object] | None = None, **facts: object
) -> Answer:
    """Ask one thing; `step` takes the answer."""
    return Answer((Say(message, facts, options),), step=step, data=data or {})


def options(*keys: str, prefix: str) -> tuple[Option, ...]:
    """Options whose labels are words of the catalogue: prefix "place" and key "home" are the word place_home."""
    return tuple(Option(key, label=f"{prefix}_{key}") for key in keys)


YES_NO = (Option("yes", label="yes"), Option("no", label="no"))
