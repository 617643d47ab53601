"""What somebody wrote into a form, by the names that the form gave it."""

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Written:
    label: str
    text: str


def written_in(path: str, fields: Mapping[str, str], words: Words) -> list[Written]:
    """What was typed of a form that goes to `path`. Choices, ids and secrets have no name here."""
    parts = path.partition("?")[0].split("/")
    room, action = parts[2], parts[-1]
    found = (_written(room, action, name, text, words) for name, text in fields.items() if text)
    return [one for one in found if one.label]


def _written(room: str, action: str, name: str, text: str, words: Words) -> Written:
    """What means different things in different rooms has a name for each; a setting is called by its own."""
    if name == "value":
        return Written(words["setting_ask"].get(action, ""), words["setting_choice"].get(f"{action}_{text}", text))
    typed = words["typed"]
    return Written(typed.get(f"{room}-{name}") or typed.get(name, ""), text)
