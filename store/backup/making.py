"""Making a backup while the hub goes on serving."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from store.backup import postgresql_copy, sqlite_copy
from store.backup.archive import ArchiveWriter, new_archive
from store.backup.manifest import Manifest, TableCopy, key_mark
from store.files import FileStore
from store.keyring import Keyring
from store.shape import HEAD
from store.tables import metadata

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


def make_backup(
    database_url: str, keyring: Keyring, files: FileStore, target: Path, now: datetime, progress: Progress
) -> Manifest:
    """Copy the store, which must be at head, and the files to `target`.

    Raises BackupError and StoreUnavailable; then there is no file.
    """
    url = make_url(database_url)
    sqlite = url.get_backend_name() == "sqlite"
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_archive(target) as archive, TemporaryDirectory(dir=target.parent, prefix=".banyan-backup-") as name:
        add_store = _add_sqlite if sqlite else _add_postgresql
        tables = add_store(url, archive, Path(name) / "copy", progress)
        _add_files(files, archive, len(tables), progress)
        manifest = Manifest(
            made_at=now,
            version=version("banyan"),
            database="sqlite" if sqlite else "postgresql",
            revision=HEAD,
            key_id=keyring.active,
            key_mark=key_mark(keyring),
            tables=tables,
            members=archive.members,
        )
        archive.end(manifest)
    return manifest


def _add_sqlite(url: URL, archive: ArchiveWriter, copy: Path, progress: Progress) -> tuple[TableCopy, ...]:
    tables = sqlite_copy.copy_out(Path(url.database or ""), copy)
    archive.add(copy, sqlite_copy.MEMBER)
    progress(len(tables), len(tables))
    return tables


def _add_postgresql(url: URL, archive: ArchiveWriter, copy: Path, progress: Progress) -> tuple[TableCopy, ...]:
    names = [table.name for table in metadata.sorted_tables]
    tables = []
    with postgresql_copy.snapshot(url) as connection:
        for name in names:
            tables.append(postgresql_copy.copy_table(connection, name, copy))
            archive.add(copy, postgresql_copy.member_of(name))
            progress(len(tables), len(names))
    return tuple(tables)


def _add_files(files: FileStore, archive: ArchiveWriter, before: int, progress: Progress) -> None:
    """After the store: a file is on disk before its row commits, so that each row of the copy has its file.

    But for an exported one whose days ran out meanwhile.
    """
    paths = files.all_paths()
    for done, path in enumerate(paths, start=1):
        with contextlib.suppress(FileNotFoundError):
            archive.add(path, f"files/{path.name}")
        progress(before + done, before + len(paths))
