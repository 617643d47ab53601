"""Files that people sent, kept by the digest of their content: a file is on disk before its row commits.

Photos are decoded and encoded again, so that what is kept is a picture and nothing else, without the place and the
device that a phone writes into it.
"""

import hashlib
import io
import os
import secrets
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from store.domain.errors import StoreUnavailable

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 2048
PHOTO = "image/jpeg"
_VOICES = {b"OggS": "audio/ogg", b"#!AMR": "audio/amr"}
"""By what a file begins with: Telegram records Ogg Opus, WeChat AMR."""
_PDF_MAGIC = b"%PDF-"
_NAME_LENGTH = 64


class UnusableFileError(Exception):
    """Nothing that can be kept; `key` says why: too_large, not_a_photo, not_a_voice, and of a PDF locked, broken."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    media_type: str
    size: int


class FileStore:
    def __init__(self, root: Path) -> None:
        self.root = root

    def put_photo(self, content: bytes) -> StoredFile:
        """Keep a photo as JPEG of at most 2,048 pixels a side. Raises UnusableFileError, StoreUnavailable."""
        return self._put(reencoded(content), PHOTO)

    def put_voice(self, content: bytes) -> StoredFile:
        """Keep a voice note as it came. Raises UnusableFileError, StoreUnavailable."""
        check_size(content)
        found = next((media_type for magic, media_type in _VOICES.items() if content.startswith(magic)), None)
        if found is None:
            raise UnusableFileError("not_a_voice")
        return self._put(content, found)

    def put_document(self, content: bytes, media_type: str = "application/octet-stream") -> StoredFile:
        """Keep what we made ourselves, as it is. Raises StoreUnavailable."""
        return self._put(content, media_type)

    def put_photo_or_paper(self, content: bytes) -> StoredFile:
        """Keep a photo as `put_photo` does, a PDF as it came. Raises UnusableFileError, StoreUnavailable."""
        if not is_pdf(content):
            return self.put_photo(content)
        check_size(content)
        return self._put(content, "application/pdf")

    def path_of(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def all_paths(self) -> list[Path]:
        """Every file that is kept, without the drafts of those that are just being written."""
        return sorted(path for path in self.root.glob("??/*") if len(path.name) == _NAME_LENGTH)

    def put_back(self, content: bytes) -> None:
        """Keep a file as a backup holds it. Raises StoreUnavailable."""
        self._put(content, "")

    def remove(self, sha256: str) -> None:
        """Let go of a file; nothing where it is gone already. Raises StoreUnavailable."""
        try:
            self.path_of(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable("files") from error

    def _put(self, content: bytes, media_type: str) -> StoredFile:
        digest = hashlib.sha256(content).hexdigest()
        path = self.path_of(digest)
        if not path.exists():
            try:
                _write_whole(path, content)
            except OSError as error:
                raise StoreUnavailable("files") from error
        return StoredFile(digest, media_type, len(content))


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there whole or not at all. Two threads may be keeping the same photo: each has a draft of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_size(content: bytes) -> None:
    """Raises UnusableFileError("too_large")."""
    if len(content) > MAX_BYTES:
        raise UnusableFileError("too_large")


def is_pdf(content: bytes) -> bool:
    return content.startswith(_PDF_MAGIC)


def reencoded(content: bytes) -> bytes:
    """The same picture as a JPEG, upright, without metadata. Raises UnusableFileError where it is no picture."""
    check_size(content)
    try:
        picture = _decoded(content)
    except Exception as error:  # Pillow's decoders raise whatever a broken picture makes them trip over
        raise UnusableFileError("not_a_photo") from error
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def blacked_out(content: bytes, squares: Collection[int], columns: int, rows: int) -> bytes:
    """A JPEG with some squares of a grid painted over; they count from 0, line by line. Nothing of them is left."""
    picture = _decoded(content)
    draw = ImageDraw.Draw(picture)
    for square in squares:
        row, column = divmod(square, columns)
        left, right = (picture.width * edge // columns for edge in (column, column + 1))
        top, bottom = (picture.height * edge // rows for edge in (row, row + 1))
        draw.rectangle((left, top, right, bottom), fill="black")
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def _decoded(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow warns of a decompression bomb from 90 million pixels on and refuses one from twice that.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
