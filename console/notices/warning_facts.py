"""The facts that a form takes out of the pasted text: filled in for whoever copies it, who corrects what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from console.notices.warning_form import days_offered
from console.visits import Fields
from store.domain.warnings import read_warning

WARNING_FACTS = ("source", "issuer", "day", "clock", "hazard", "level")
LIFTING_FACTS = ("issuer", "day", "clock")


def facts_in(text: str, now: datetime, zone: ZoneInfo) -> Fields:
    """What the text says, as the fields of the form have it. A day that is too long ago for the form is ""."""
    here = now.astimezone(zone)
    read = read_warning(text, here)
    said = {"source": read.source or "", "issuer": read.issuer, "hazard": read.hazard, "level": read.level}
    found = {name: value for name, value in said.items() if value}
    if read.issued_at:
        day = read.issued_at.date()
        found["day"] = day.isoformat() if day in days_offered(now, zone) else ""
        found["clock"] = read.issued_at.strftime("%H:%M")
    return found


def filled(fields: Fields, names: Sequence[str], usual: Fields, now: datetime, zone: ZoneInfo) -> Fields:
    """The form with these facts as its text says them, or else as `usual`; what a person wrote himself stays.

    "read" goes with the form and says what it was filled with before: by that it is known what a person changed.
    """
    before = dict(parse_qsl(fields["read"], keep_blank_values=True)) if "read" in fields else _first(fields, usual)
    said = facts_in(fields.get("evidence", ""), now, zone)
    new = {name: said.get(name, usual.get(name, "")) for name in names}
    kept = {name: fields[name] for name in names if name in fields and fields[name] != before.get(name, "")}
    return {**fields, **new, **kept, "read": urlencode(new)}


def _first(fields: Fields, usual: Fields) -> Mapping[str, str]:
    """A form that nobody has sent yet stands as usual."""
    return {} if fields else usual


def differ(one: Fields, other: Fields, names: Sequence[str]) -> bool:
    return any(one.get(name, "") != other.get(name, "") for name in names)
