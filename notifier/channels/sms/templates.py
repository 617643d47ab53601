"""Approved templates: the gateways that send nothing else are given a template's code and its variables' values.

Aliyun writes a variable as `${name}`, Tencent as `{1}`. Pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_TEXT_CHARACTERS = 500
"""A text with its signature and values (Aliyun, 463270, and Tencent, 382/39023, count every character as one)."""

MOST_VALUE_CHARACTERS = 35
"""A value of Aliyun's variable kind "others" (2806243). Tencent's console shows its own when a template is entered."""

# A variable that occurs twice ties two places of the text together; the search for one that fits both has an end.
_MOST_STEPS = 50_000
_CREDENTIAL = "template."
_VARIABLE = re.compile(r"\$\{([A-Za-z]\w*)\}|\{(\d+)\}", re.ASCII)
_SIGNATURE = re.compile(r"【([^【】]*)】")


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


Piece = str | Variable
"""Of a template: words as they stand (never empty), or a variable."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a gateway has approved, without the signature; `code` is the gateway's name for it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A text is `template` with `values`, which are in the order of the variables' first occurrence."""

    template: Template
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a search has come: the pieces before `index` stand before `position`."""

    index: int
    position: int
    values: tuple[tuple[str, str], ...] = ()


def templates_of(credentials: Mapping[str, str]) -> tuple[Template, ...]:
    """Read an account's templates: the credentials named `template.<CODE>`."""
    return tuple(
        Template(name.removeprefix(_CREDENTIAL), text)
        for name, text in credentials.items()
        if name.startswith(_CREDENTIAL)
    )


def signatures_of(credentials: Mapping[str, str]) -> tuple[str, ...]:
    """Read an account's approved signatures, without brackets, parted by commas; an account of a county has many."""
    return tuple(credentials["signature"].split(",")) if "signature" in credentials else ()


def split_signature(text: str) -> tuple[str, str]:
    """Part a text into its signature, without brackets ("" where it has none), and the rest."""
    signature = _SIGNATURE.match(text)
    return (signature[1], text[signature.end() :]) if signature else ("", text)


def pieces_of(text: str) -> tuple[Piece, ...]:
    """Part a template's text into its words and variables."""
    pieces: list[Piece] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        pieces += [text[end : variable.start()], Variable(variable[1] or variable[2])]
        end = variable.end()
    return tuple(piece for piece in (*pieces, text[end:]) if piece)


def fit(text: str, templates: Sequence[Template]) -> Fit | None:
    """Find the template that this text, without its signature, is an instance of: the one with the most words.

    With the values in the variables' places it is the text, exactly. None where no template does.
    """
    if len(text) > MOST_TEXT_CHARACTERS:
        return None
    for template in sorted(templates, key=_count_words, reverse=True):
        values = _values(text, pieces_of(template.text))
        if values is not None:
            return Fit(template, dict(values))
    return None


def _count_words(template: Template) -> int:
    return sum(len(piece) for piece in pieces_of(template.text) if isinstance(piece, str))


def _values(text: str, pieces: Sequence[Piece]) -> tuple[tuple[str, str], ...] | None:
    """Search depth first, the shortest values first; no place is searched twice, so the work is linear in the text."""
    tied, rests = frozenset(_recurring(pieces)), _rests(pieces)
    open_places, seen = [_Place(0, 0)], set()
    for _ in range(_MOST_STEPS):
        if not open_places:
            return None
        place = open_places.pop()
        if place.index == len(pieces):
            if place.position == len(text):
                return place.values
            continue
        for further in _further(text, pieces[place.index], place, rests[place.index]):
            # What comes after a place depends on the values so far only where they are asked for again.
            key = (further.index, further.position, tuple(value for value in further.values if value[0] in tied))
            if key not in seen:
                seen.add(key)
                open_places.append(further)
    return None


def _recurring(pieces: Sequence[Piece]) -> Iterator[str]:
    seen = set()
    for piece in pieces:
        if isinstance(piece, Variable):
            if piece.name in seen:
                yield piece.name
            seen.add(piece.name)


def _rests(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """How many characters, at least and at most, come after each piece."""
    least = most = 0
    rests = []
    for piece in reversed(pieces):
        rests.append((least, most))
        least += len(piece) if isinstance(piece, str) else 1
        most += len(piece) if isinstance(piece, str) else MOST_VALUE_CHARACTERS
    return rests[::-1]


def _further(text: str, piece: Piece, place: _Place, rest: tuple[int, int]) -> Iterator[_Place]:
    """Where the piece may end, the likeliest last; `rest` is how many characters must come after it."""
    index, start, values = place.index + 1, place.position, place.values
    words = piece if isinstance(piece, str) else dict(values).get(piece.name)
    if words is not None:
        if text.startswith(words, start):
            yield _Place(index, start + len(words), values)
    elif isinstance(piece, Variable):
        first = max(start + 1, len(text) - rest[1])
        last = min(start + MOST_VALUE_CHARACTERS, len(text) - rest[0])
        for end in range(last, first - 1, -1):
            yield _Place(index, end, (*values, (piece.name, text[start:end])))
