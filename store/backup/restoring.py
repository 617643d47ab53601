"""Restoring a backup into an empty store: all of it or nothing."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from store.backup import BackupError, postgresql_copy, sqlite_copy
from store.backup.archive import checked_manifest, damage_mapped, members
from store.backup.manifest import Manifest
from store.domain.accounts import WAITING_KINDS
from store.files import FileStore
from store.keyring import Keyring
from store.migrations import is_known, migrate, revision_of

RESTORED = "restored"
"""Why channels are stopped after a restore: what waited in the copy may have gone out since it was made."""
_WAITING_KINDS = ", ".join(f"'{kind}'" for kind in sorted(WAITING_KINDS))
_STOP_CHANNELS = (
    f"UPDATE channel_accounts SET stopped_reason = '{RESTORED}' "  # noqa: S608 - our own words
    f"WHERE stopped_reason = '' AND kind NOT IN ({_WAITING_KINDS})"
)
Progress = Callable[[int], None]
"""Told how many bytes of the archive are read; it is read twice, so up to twice its size."""


def restore_backup(
    database_url: str, keyring: Keyring, files: FileStore, archive: Path, progress: Progress
) -> Manifest:
    """Check the archive, then put the store and the files back and bring them to head. Channels that send are stopped.

    Raises BackupError and StoreUnavailable; then the store is as empty as it was.
    """
    with damage_mapped(archive):
        manifest = checked_manifest(archive, progress)
        url = make_url(database_url)
        _check_fitting(manifest, url)
        manifest.check_key(keyring)
        size = archive.stat().st_size
        restore = _restore_sqlite if url.get_backend_name() == "sqlite" else _restore_postgresql
        restore(url, files, archive, manifest, lambda position: progress(size + position))
    return manifest


def _check_fitting(manifest: Manifest, url: URL) -> None:
    backend = url.get_backend_name()
    if manifest.database != backend:
        raise BackupError(f"This is a backup of {manifest.database}; BANYAN_DATABASE_URL names {backend}.")
    if not is_known(manifest.revision):
        raise BackupError("This backup was made by a newer version of Banyan.")


def _restore_sqlite(url: URL, files: FileStore, archive: Path, manifest: Manifest, progress: Progress) -> None:
    """The copy is brought to head before it takes the empty store's place, in one step."""
    database = Path(url.database or "")
    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=database.parent, prefix=".banyan-restore-") as name:
        copy = Path(name) / "banyan.db"
        for member, file, position in members(archive):
            if member == sqlite_copy.MEMBER:
                with copy.open("wb") as target:
                    while chunk := file.read(1024 * 1024):
                        target.write(chunk)
            elif member.startswith("files/"):
                files.put_back(file.read())
            progress(position)
        sqlite_copy.check_copy(copy, manifest.tables)
        sqlite_copy.run_on(copy, _STOP_CHANNELS)
        migrate(make_url(f"sqlite:///{copy}"))
        sqlite_copy.copy_in(copy, database)


def _restore_postgresql(url: URL, files: FileStore, archive: Path, manifest: Manifest, progress: Progress) -> None:
    if revision_of(url) not in {"", manifest.revision}:
        raise BackupError("This database has the tables of another version. Give an empty one.")
    migrate(url, manifest.revision)
    tables = {postgresql_copy.member_of(table.name): table for table in manifest.tables}
    with postgresql_copy.filling(url) as connection:
        for member, file, position in members(archive):
            if member in tables:
                postgresql_copy.fill_table(connection, tables.pop(member), file)
            elif member.startswith("files/"):
                files.put_back(file.read())
            progress(position)
        if tables:
            raise BackupError("The backup lacks tables that its manifest names.")
        connection.execute(_STOP_CHANNELS)
    migrate(url)
