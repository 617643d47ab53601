"""Sealing: what was sealed opens where it was sealed, with the file that sealed it, and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.keyring import (
    Keyring,
    KeyringError,
    load_keyring,
    new_keyring,
    save_keyring,
    with_new_active_key,
)

KEYS = new_keyring()
ADDRESS = "contacts.address"
NUMBER = "+8613900007001"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(TEXTS)
def test_what_was_sealed_opens_again(plain: str) -> None:
    assert KEYS.open(KEYS.seal(plain, context=ADDRESS), context=ADDRESS) == plain


@given(TEXTS, TEXTS.filter(lambda name: name != ADDRESS))
def test_it_opens_in_its_own_column_only(plain: str, elsewhere: str) -> None:
    with pytest.raises(KeyringError):
        KEYS.open(KEYS.seal(plain, context=ADDRESS), context=elsewhere)


@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(KEYS.seal(NUMBER, context=ADDRESS))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(KeyringError):
        KEYS.open(bytes(sealed), context=ADDRESS)


@given(st.integers(0, 43))
def test_a_value_cut_short_is_noticed(length: int) -> None:
    with pytest.raises(KeyringError):
        KEYS.open(KEYS.seal(NUMBER, context=ADDRESS)[:length], context=ADDRESS)


@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_break_it(junk: bytes, named: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    with pytest.raises(KeyringError):
        KEYS.open(b"k1:" * named + junk, context=ADDRESS)


def test_another_stores_key_file_opens_nothing() -> None:
    with pytest.raises(KeyringError):
        new_keyring().open(KEYS.seal(NUMBER, context=ADDRESS), context=ADDRESS)


def test_the_same_number_is_sealed_differently_each_time_and_found_all_the_same() -> None:
    assert KEYS.seal(NUMBER, context=ADDRESS) != KEYS.seal(NUMBER, context=ADDRESS)
    assert NUMBER.encode() not in KEYS.seal(NUMBER, context=ADDRESS)
    assert KEYS.index(NUMBER, context=ADDRESS) == KEYS.index(NUMBER, context=ADDRESS)
    assert KEYS.index(NUMBER, context=ADDRESS) != KEYS.index(NUMBER, context="contacts.last4")
    assert KEYS.index(NUMBER, context=ADDRESS) != new_keyring().index(NUMBER, context=ADDRESS)


@given(st.integers(1, 12))
def test_rotation_keeps_old_values_readable_and_indexes_the_same(times: int) -> None:
    keyring, sealed = KEYS, [KEYS.seal(NUMBER, context=ADDRESS)]
    for _ in range(times):
        keyring = with_new_active_key(keyring)
        sealed.append(keyring.seal(NUMBER, context=ADDRESS))
    assert {keyring.open(value, context=ADDRESS) for value in sealed} == {NUMBER}
    with_active = keyring.active.encode() + b":"
    assert [value.startswith(with_active) for value in sealed] == [False] * times + [True]
    assert keyring.index(NUMBER, context=ADDRESS) == KEYS.index(NUMBER, context=ADDRESS)


def test_a_key_file_comes_back_whole_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "banyan.key"
    kept = with_new_active_key(KEYS)
    save_keyring(kept, path)
    assert load_keyring(path) == kept
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "banyan.key"
    save_keyring(KEYS, path)
    path.chmod(mode)
    with pytest.raises(KeyringError, match=f"chmod 600 {path}"):
        load_keyring(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"active": "k1", "keys": {"k1": "?"}, "index": ""}',
        b'{"active": "k1", "keys": [1], "index": ""}',
        b'{"active": "k2", "keys": {"k1": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "index": "AAAA"}',
        b'{"active": "k1", "keys": {"k1": "AAAA"}, "index": "AAAA"}',
        b"\xff\xfe\x00",
    ],
    ids=ascii,
)
def test_a_broken_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "banyan.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyringError, match=str(path)):
        load_keyring(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="banyan init"):
        load_keyring(tmp_path / "banyan.key")


def test_keys_do_not_show_when_printed() -> None:
    assert repr(Keyring("k1", {"k1": b"secret"}, b"secret")) == "Keyring(active='k1')"
