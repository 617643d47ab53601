"""WeChat's XML, read by expat: one flat list of fields, and nothing that XML can do beyond that."""

from xml.parsers import expat

_OF_FIELDS = 2
"""How deep a field stands: <xml><Content>. What some events nest deeper tells us nothing."""


def read_fields(body: bytes) -> dict[str, str]:
    """Return the fields of a push. Raises ValueError, without a word of it, where it is malformed.

    A DOCTYPE is refused where it begins, so that no entity is ever declared. Expat alone would expand those that a
    message declares within itself, up to a hundred times its size, and would fetch none from outside.
    """
    fields = _Fields()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = fields.begin
    parser.CharacterDataHandler = fields.read
    parser.EndElementHandler = fields.end
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(f"XML error {error.code}") from None
    return fields.found


def _refuse(*_declared: object) -> None:
    raise ValueError("a DOCTYPE")


class _Fields:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []

    def begin(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        if len(self._path) == _OF_FIELDS:
            self.found[name] = ""

    def read(self, text: str) -> None:
        if len(self._path) == _OF_FIELDS:
            self.found[self._path[-1]] += text

    def end(self, _name: str) -> None:
        self._path.pop()
