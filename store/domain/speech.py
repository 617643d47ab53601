"""What is said to people, before anybody chose the words: a message's key, its facts, the choices it offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SHARE_NUMBER = "share-number"
"""The key of the option that asks a channel for the person's own phone number (Telegram's request_contact)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `key` comes back; it is shown as a word of the catalogue (`label`) or as a name (`text`).

    With both, the word has a place for the text: "上午{}" and "9:20".
    """

    key: str
    label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One message: a folder of templates/<language>/, the facts that fill it, and the choices to press."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a bare digit answers for 48 hours. `label` tells it from others when two are open."""

    kind: str
    subject_id: int
    label: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Something to tell one contact. `waits_for_day`: no SMS in quiet hours; `only_in_chat`: no SMS at all."""

    contact_id: int
    say: Say
    question: Question | None = None
    waits_for_day: bool = True
    only_in_chat: bool = False
    ticket_id: int | None = None
    matter_id: int | None = None
    occurrence_id: int | None = None
