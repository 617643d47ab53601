"""A form that somebody filled in and that did not go through, for his session had ended: it waits for him."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=1)
MOST_KEPT = 8
"""Of one person: tabs that were open at a time. Of more the oldest give way."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """`path` is where it goes. `key` tells a second press of it from another form. No secret is among the `fields`.

    `files` are the names of the fields in which files came; these are not kept.
    """

    path: str
    key: str
    fields: Mapping[str, str] = field(repr=False)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptForm:
    id: int
    kept_at: datetime
    filled: FilledForm
