"""The archive as a file: written whole or not at all, and read only after every digest in it was found right."""

import contextlib
import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from store.backup import BackupError
from store.backup.manifest import Manifest, parse_manifest

MANIFEST = "manifest.json"
_LARGEST_MANIFEST_BYTES = 256 * 1024 * 1024
_MEMBER = re.compile(r"store/[a-z0-9_.]+|files/[0-9a-f]{64}")
_OWNER_ONLY = 0o600


class ArchiveWriter:
    """Members one after the other; `members` are their digests so far."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, str] = {}

    def add(self, path: Path, name: str) -> None:
        info = tarfile.TarInfo(name)
        info.size = path.stat().st_size
        info.mode = _OWNER_ONLY
        with path.open("rb") as file:
            self.members[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._tar.addfile(info, file)

    def end(self, manifest: Manifest) -> None:
        content = manifest.to_json()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        info.mode = _OWNER_ONLY
        self._tar.addfile(info, io.BytesIO(content))


@contextlib.contextmanager
def new_archive(target: Path) -> Iterator[ArchiveWriter]:
    """An archive that appears at `target`, readable by its owner only, once the block ends well.

    Raises BackupError where there is a file already: a backup is never written over another.
    """
    if target.exists():
        raise BackupError(f"There is a file at {target} already.")
    draft = target.with_name(f"{target.name}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as tar:
                yield ArchiveWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def checked_manifest(archive: Path, progress: Callable[[int], None]) -> Manifest:
    """Read the whole archive and compare every digest. `progress` is told how many of its bytes are read.

    Raises BackupError where anything is missing, damaged or more than the manifest names.
    """
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    for name, file, position in members(archive):
        if name == MANIFEST:
            manifest = parse_manifest(file.read(_LARGEST_MANIFEST_BYTES))
            continue
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto
        if not _MEMBER.fullmatch(name) or (name.startswith("files/") and name != f"files/{digest}"):
            raise BackupError(f"{archive} is damaged: {name} is not what it should be.")
        found[name] = digest
        progress(position)
    if manifest is None:
        raise BackupError(f"{archive} is no backup of Banyan, or its end is missing.")
    if found != manifest.members:
        raise BackupError(f"{archive} is damaged: its content is not what its manifest says.")
    return manifest


def members(archive: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    """Name and content of each member, and how far into the archive it stands; in its order.

    Raises BackupError where it cannot be opened; to be used inside `damage_mapped`.
    """
    try:
        raw = archive.open("rb")
    except OSError as error:
        raise BackupError(f"{archive} cannot be opened: {error.strerror}.") from error
    with raw, tarfile.open(fileobj=raw, mode="r:gz") as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() else None
            if file is None:
                raise BackupError(f"{archive} is no backup of Banyan: {info.name} is no file.")
            yield info.name, file, raw.tell()


@contextlib.contextmanager
def damage_mapped(archive: Path) -> Iterator[None]:
    """Whatever the reading of a broken archive trips over is a BackupError."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, tarfile.TarError, zlib.error) as error:
        raise BackupError(f"{archive} is damaged or no backup of Banyan.") from error
