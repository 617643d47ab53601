"""Files that people send: what is kept is a picture and nothing else; whatever else comes is refused, never a crash."""

import io
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from store.domain.errors import StoreUnavailable
from store.files import MAX_SIDE, FileStore, UnusableFileError, reencoded


def picture(kind: str, *, orientation: int = 1) -> bytes:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phone of 陈伯"
    Image.new("RGB", (40, 20), "seagreen").save(content, kind, exif=exif)
    return content.getvalue()


PICTURES = {kind: picture(kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


@given(st.sampled_from(sorted(PICTURES)), st.data())
def test_a_broken_picture_is_a_picture_or_refused(kind: str, data: st.DataObject) -> None:
    broken = bytearray(PICTURES[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept = reencoded(bytes(broken[: data.draw(st.integers(1, len(broken)))]))
    except UnusableFileError:
        return
    assert kept.startswith(b"\xff\xd8")


@given(st.binary(max_size=300))
def test_junk_is_no_photo(junk: bytes) -> None:
    with pytest.raises(UnusableFileError):
        reencoded(junk)


def test_a_photo_is_kept_upright_without_what_the_phone_wrote_into_it() -> None:
    kept = Image.open(io.BytesIO(reencoded(picture("JPEG", orientation=6))))
    assert kept.size == (20, 40)
    assert not kept.getexif()


def test_a_large_photo_is_made_smaller() -> None:
    content = io.BytesIO()
    Image.new("RGB", (5000, 100), "seagreen").save(content, "PNG")
    assert Image.open(io.BytesIO(reencoded(content.getvalue()))).size == (MAX_SIDE, 41)


def test_a_bomb_is_refused() -> None:
    content = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(content, "PNG")
    with pytest.raises(UnusableFileError):
        reencoded(content.getvalue())


def test_the_same_photo_from_many_at_once_is_one_file(tmp_path: Path) -> None:
    store, failed = FileStore(tmp_path), []

    def put() -> None:
        try:
            store.put_photo(PICTURES["JPEG"])
        except Exception as error:  # noqa: BLE001 - a thread's error would pass unseen
            failed.append(error)

    threads = [threading.Thread(target=put) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_folder_that_cannot_be_written_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        FileStore(tmp_path / "files").put_photo(PICTURES["JPEG"])


@pytest.mark.parametrize(("content", "media_type"), [(b"OggS...", "audio/ogg"), (b"#!AMR\n...", "audio/amr")])
def test_a_voice_is_kept_as_telegram_and_wechat_record_it(tmp_path: Path, content: bytes, media_type: str) -> None:
    store = FileStore(tmp_path)
    kept = store.put_voice(content)
    assert kept.media_type == media_type
    assert store.path_of(kept.sha256).read_bytes() == content
