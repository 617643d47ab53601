"""What the village's books refuse.

Exception
├── Refusal              a person can understand it; `key` names a message in templates/
│   ├── NotFound         there is no such thing, or this person may not know of it
│   └── NotAllowed       the role or the area does not allow it
└── StoreUnavailable     locked, full or gone: nothing was committed, the same may be tried again
"""


class Refusal(Exception):
    """A refusal to tell the person who asked. `key` is a message key (`refused.<key>`), `params` fill its text."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class NotFound(Refusal):
    """There is none, or none that this person may know of: the two look the same on purpose."""


class NotAllowed(Refusal):
    """This role or this area does not allow it."""


class StoreUnavailable(Exception):
    """The database is locked, full or gone. Nothing was committed; whoever asked may ask again."""
