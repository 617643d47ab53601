"""A message as the inbound ledger keeps it, whatever channel brought it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

VOTE = "[vote]"
"""What the ledger keeps of the text of a message that cast a vote."""


@dataclass(frozen=True, slots=True)
class InboundBody:
    """What was said. `files` are digests of kept files; `unusable` is why an attachment could not be kept.

    `open_seconds` is how long its channel takes messages for this person after it, where there is such a limit.
    """

    text: str = field(default="", repr=False)
    button: str = ""
    replaces: str = ""
    files: tuple[str, ...] = ()
    unusable: str = ""
    latitude: float | None = None
    longitude: float | None = None
    shared_number: str = field(default="", repr=False)
    missed_call: bool = False
    open_seconds: int = 0


_FIELDS = tuple(one.name for one in fields(InboundBody) if one.name != "open_seconds")


@dataclass(frozen=True, slots=True)
class InboundArrival:
    """One message to be recorded: where it came from, and what it says."""

    provider_id: str
    address: str = field(repr=False)
    display_name: str = field(repr=False)
    body: InboundBody


def body_document(body: InboundBody) -> dict[str, object]:
    """What `body_from` reads."""
    document: dict[str, object] = {name: getattr(body, name) for name in _FIELDS}
    if body.open_seconds:
        document["open_seconds"] = body.open_seconds
    return document


def body_from(document: Mapping[str, Any]) -> InboundBody:
    return InboundBody(**{**document, "files": tuple(document["files"])})
