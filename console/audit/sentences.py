"""An entry of the audit chain in plain words: who did what, and to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from console.setting_names import setting_named
from notifier.pages import moment
from store.queries.audit_book import BookLine

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Sentence:
    when: str
    who: str
    did: str
    what: str


def sentence_of(line: BookLine, zone: ZoneInfo, words: Words) -> Sentence:
    return Sentence(
        when=words["audit"]["when"].format(year=line.at.astimezone(zone).year, at=moment(line.at, zone, words["time"])),
        who=line.actor or words["audit_actor"].get(line.actor_kind, words["audit_actor"]["unknown"]),
        did=_did(line.action, words),
        what=_what(line, words),
    )


def _did(action: str, words: Words) -> str:
    """An action that has no words of its own is told by its noun: a book with holes would be none."""
    noun = action.partition(".")[0]
    nouns = words["audit_noun"]
    return words["audit_action"].get(action) or nouns.get(noun, nouns["unknown"])


def _what(line: BookLine, words: Words) -> str:
    subjects = words["audit_subject"]
    if line.subject_kind == "setting":
        return setting_named(line.subject, words) or subjects["setting"]
    called = _month_of(line.subject, words) if line.subject_kind == "disclosure" else line.subject
    if called:
        return subjects.get(f"{line.subject_kind}_named", "{name}").format(name=called)
    return subjects.get(line.subject_kind, "")


def _month_of(day: str, words: Words) -> str:
    if not day:
        return ""
    month = date.fromisoformat(day)
    return words["figures"]["month"].format(year=month.year, month=month.month)
