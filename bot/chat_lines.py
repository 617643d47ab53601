"""Lines of a conversation as a page shows them: one shape for the template and for the page's script."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat_rooms import Room
from notifier.pages import Words
from store.domain.deliveries import RECEIPT_GONE
from store.domain.inbound import VOTE
from store.queries.web_chat import Heard, Line


@dataclass(frozen=True, slots=True)
class LineView:
    """`at` is ISO 8601 in UTC, `time` the same for a person; `photos` are paths relative to the conversation's."""

    id: str
    mine: bool
    text: str
    buttons: tuple[dict[str, str], ...]
    photos: tuple[str, ...]
    at: str
    time: str
    replaces: str = ""
    client_id: str = ""


def line_view(line: Line, room: Room, words: Words, now: datetime) -> LineView:
    at, time = line.at.isoformat(), _time(line.at, now, room.zone, words)
    if isinstance(line, Heard):
        photos = tuple(f"files/{sha256}" for sha256 in line.body.files)
        client_id = line.provider_id.rpartition(":")[2]
        return LineView(line.id, True, _words_of(line, words), (), photos, at, time, client_id=client_id)
    buttons = tuple({"label": label, "data": data} for label, data in line.buttons)
    text = words["receipt_gone"] if line.text == RECEIPT_GONE else line.text
    return LineView(line.id, False, text, buttons, (), at, time, f"d{line.replaces}" if line.replaces else "")


def line_views(lines: Iterable[Line], room: Room, words: Words, now: datetime) -> list[LineView]:
    return [line_view(line, room, words, now) for line in lines]


def with_edits(views: Sequence[LineView]) -> list[LineView]:
    """A line that replaces another stands in its place; where that one is not shown, it stands for itself."""
    shown: dict[str, LineView] = {}
    for view in views:
        earlier = shown.get(view.replaces)
        if earlier:
            shown[earlier.id] = replace(earlier, text=view.text, buttons=view.buttons)
        else:
            shown[view.id] = view
    return list(shown.values())


def as_json(views: Iterable[LineView]) -> list[dict[str, Any]]:
    return [asdict(view) for view in views]


def _words_of(line: Heard, words: Words) -> str:
    body = line.body
    if body.text == VOTE:
        return words["vote"]
    notes = []
    if body.button:
        notes.append(line.pressed or words["pressed"])
    if body.missed_call:
        notes.append(words["missed_call"])
    if body.latitude is not None:
        notes.append(words["location_sent"])
    if body.unusable:
        notes.append(words["photo_unusable"])
    return "\n".join([body.text, *notes]).strip()


def _time(at: datetime, now: datetime, zone: ZoneInfo, words: Words) -> str:
    local = at.astimezone(zone)
    clock = f"{local.hour}:{local.minute:02}"
    if local.date() == now.astimezone(zone).date():
        return clock
    return words["day_and_time"].format(month=local.month, day=local.day, time=clock)
