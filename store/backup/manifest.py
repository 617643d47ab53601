"""What a backup says of itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from store.backup import BackupError
from store.keyring import Keyring

FORMAT = 1
_MARKED = "banyan backup"


@dataclass(frozen=True, slots=True)
class TableCopy:
    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`database` is sqlite or postgresql, `revision` the store's shape. `tables` come in the order of their references.

    `key_id` and `key_mark` tell whether a key file opens what is inside; neither helps to make one.
    `members` are the digests (SHA-256) of everything else in the archive.
    """

    made_at: datetime
    version: str
    database: str
    revision: str
    key_id: str
    key_mark: str
    tables: tuple[TableCopy, ...]
    members: Mapping[str, str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> int:
        return sum(name.startswith("files/") for name in self.members)

    def to_json(self) -> bytes:
        document = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(document, indent=1).encode()

    def check_key(self, keyring: Keyring) -> None:
        """Raises BackupError where the key file is not the one that sealed this store, or an older copy of it."""
        if self.key_mark != key_mark(keyring):
            raise BackupError("The key file here is another store's: put the copy of the right one in its place first.")
        if self.key_id not in keyring.keys:
            raise BackupError("The key file here is older than this backup: keys were rotated since. Use a newer copy.")


def key_mark(keyring: Keyring) -> str:
    return keyring.index(_MARKED, context="backup").hex()


def parse_manifest(content: bytes) -> Manifest:
    """Raises BackupError where it is none that this version reads."""
    try:
        document = json.loads(content)
        if document.pop("format") != FORMAT:
            raise BackupError("This backup was made by a newer version of Banyan.")
        return Manifest(
            **{
                **document,
                "made_at": datetime.fromisoformat(document["made_at"]),
                "tables": _tables(document["tables"]),
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError("The backup's manifest cannot be read.") from error


def _tables(document: Sequence[Mapping[str, Any]]) -> tuple[TableCopy, ...]:
    tables = tuple(TableCopy(table["name"], tuple(table["columns"]), table["rows"]) for table in document)
    if not all(name.isidentifier() for table in tables for name in (table.name, *table.columns)):
        raise ValueError("a name that is none")
    return tables
