"""A village's own words for a message: told as they were typed, but for the places in which facts stand.

Which places a message has is data, `templates/<language>/places.toml`: a name that people type in braces, {编号}, and
what stands there. Nothing else of a text means anything. It is read once and kept: messages are told by the thousand.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, Template, UndefinedError

CHOICES = "choices"
"""The place of what can be answered by a digit."""
_PLACE = re.compile(r"[{｛]([^{}｛｝\s]{1,20})[}｝]")
# A digit that is part of a time, a date or a sum is none to press.
_KEY = re.compile(r"(?<![\d.:：-])(\d)(?![\d%月日号点分元个条人户组楼年天]|[.:：-]\d)")

Places = Mapping[str, str]
"""What stands in each place of a message, by the name that people type: a template of ours."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A text in its words and the names of its places; `keys` are the digits that the words tell people to press."""

    words: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for words in self.words for key in _KEY.findall(words))


def parted(text: str) -> Parted:
    """Words and places take turns, words first and last; of a brace that holds no name nothing is made."""
    pieces = _PLACE.split(text)
    return Parted(tuple(pieces[::2]), tuple(pieces[1::2]))


@dataclass(frozen=True, slots=True)
class _Read:
    """The places as one template of ours; the words are handed to it as facts are, and never become part of it."""

    places: Template
    words: tuple[str, ...]
    keys: frozenset[str]
    places_choices: bool

    def names_choices(self, count: int) -> bool:
        """Whether it says itself what to press for each of so many choices."""
        return self.places_choices or {str(digit) for digit in range(1, count + 1)} <= self.keys


@dataclass(frozen=True, slots=True, eq=False)
class OwnTexts:
    """`templates` is the folder of the languages; the environment is the one that the standard texts are read with."""

    environment: Environment
    templates: Path

    def told(
        self, language: str, message: str, text: str, facts: Mapping[str, object], choices: int
    ) -> tuple[str, bool] | None:
        """The words with the facts in their places, and whether they say what to press for each of the choices.

        None where they cannot be told any more: a place or a fact is gone since they were written, or nothing is left.
        """
        read = self._read(language, message, text)
        if read is None:
            return None
        try:
            said = read.places.render(facts, words=read.words).strip()
        except UndefinedError:
            return None
        return (said, read.names_choices(choices)) if said else None

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - one renderer lives as long as the process
    def _read(self, language: str, message: str, text: str) -> _Read | None:
        places, found = self.places(language, message), parted(text)
        if not places.keys() >= set(found.names):
            return None
        between = (places[name] for name in found.names)
        shape = "{{ words[0] }}" + "".join(f"{one}{{{{ words[{turn}] }}}}" for turn, one in enumerate(between, start=1))
        template = self.environment.from_string(shape)
        return _Read(template, found.words, found.keys, self.name(language, CHOICES) in found.names)

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - as above
    def places(self, language: str, message: str) -> Places:
        """Every message has those of `every` besides its own."""
        known = self._catalogue(language)
        written = {**known["every"], **known.get(message, {})}
        return {known["names"][fact]: value for fact, value in written.items()}

    def name(self, language: str, fact: str) -> str:
        """What people type for a fact: number is 编号."""
        return self._catalogue(language)["names"][fact]

    def filled(self, language: str, message: str, facts: Mapping[str, object]) -> Mapping[str, str]:
        """What these facts put in each place."""
        places = self.places(language, message)
        return {name: self.environment.from_string(place).render(facts) for name, place in places.items()}

    @functools.lru_cache  # noqa: B019 - as above
    def _catalogue(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return tomllib.loads((self.templates / language / "places.toml").read_text("utf-8"))


def as_typed(text: str, filled: Mapping[str, str]) -> str:
    """A text that was told, with places again where these facts stand: what somebody may go on from."""
    names = {said: name for name, said in filled.items() if said}
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: f"{{{names[found[0]]}}}", text)


def shown(names: Sequence[str]) -> str:
    """{编号}{电话}."""
    return "".join(f"{{{name}}}" for name in names)
