from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.gammu_spool import (
    Gathered,
    InboxFile,
    delivery_of,
    gather,
    is_inbound,
    outbox_content,
    outbox_name,
)

_NOW = 1_800_000_000_000_000_000
_SENDER = "+8613900007001"
_WRITTEN = _NOW - 60_000_000_000


def _file(
    text: str, *, time: str = "053851", part: int = 0, sender: str = _SENDER, written_at: int = _WRITTEN
) -> InboxFile:
    """A file as smsd leaves it: as many units as UTF-8 has octets, whatever stands in them."""
    content = b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass") + b"\x00\x00" * 2 + "尾巴".encode("utf-16-be")
    return InboxFile(f"IN20261122_{time}_00_{sender}_{part:02}.txt", written_at, content)


def _texts(gathered: list[Gathered]) -> list[tuple[str, str]]:
    return [(one.message.address, one.message.text) for one in gathered]


def test_a_name_says_when_and_to_whom() -> None:
    name = outbox_name(10_041, _SENDER, datetime(2026, 11, 22, 5, 38, 51, tzinfo=UTC))
    assert name == "OUTC20261122_053851_041_+8613900007001_banyan10041.txt"
    assert delivery_of(name) == 10_041


@given(st.integers(0, 2**59), st.from_regex(r"\+?[0-9]{3,20}", fullmatch=True))
def test_a_name_is_short_enough_for_smsd_and_leads_nowhere(delivery_id: int, address: str) -> None:
    name = outbox_name(delivery_id, address, datetime(2026, 11, 22, tzinfo=UTC))
    assert len(name) < 100
    assert not set(name) & set("/\\\x00 ")
    assert delivery_of(name) == delivery_id


@pytest.mark.parametrize(
    "name",
    [
        "OUTC20261122_053851_00_+8613900007001_sms0.smsbackup",
        "OUTC20261122_053851_041_+8613900007001_banyan41.txt.bak",
        "OUTC20261122_053851_041_+8613900007001_banyan.txt",
        ".OUTC20261122_053851_041_+8613900007001_banyan41.txt",
        "OUT13900007001.txt",
        "",
    ],
)
def test_the_files_of_others_are_not_ours(name: str) -> None:
    assert delivery_of(name) is None


@pytest.mark.parametrize("text", ["停水通知26041号", "OK 1", "明天见😀", "停\ud800水", "停\x00水"])
def test_a_text_is_utf_16_with_its_mark(text: str) -> None:
    content = outbox_content(text)
    assert content[:2] == b"\xfe\xff"
    assert content.decode("utf-16") == text.replace("\ud800", "?").replace("\x00", "")


@pytest.mark.parametrize(
    ("name", "inbound"),
    [
        ("IN20261122_053851_00_+8613900007001_00.txt", True),
        ("IN20261122_053851_00_China_Mobile_00.txt", True),
        ("IN20261122_053851_00_10086_00.bin", True),
        ("CALL20261122_053851_+8613900007001", True),
        ("CALL_13900007001", True),
        ("IN20261122_053851_00__00.txt", False),
        ("IN20261122_053851_00_+8613900007001_00.smsbackup", False),
        ("CALL20261122_053851_", False),
        ("notes.txt", False),
    ],
)
def test_smsd_s_names_are_known(name: str, *, inbound: bool) -> None:
    assert is_inbound(name) is inbound


def test_a_message_ends_where_its_text_ends() -> None:
    assert _texts(gather([_file("冇水")], _NOW)) == [(_SENDER, "冇水")]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xfe\xff", ""),
        (b"", ""),
        (b"\xfe\xff\x00", ""),
        (b"\xfe\xff\x51\x87\x6c", "冇"),
        ("冇水".encode(), "冇水"),
        ("冇水".encode("gb18030"), "冇水"),
        (b"\xfe\xff\xd8\x3d", "\ufffd"),
    ],
)
def test_no_content_is_too_broken_to_read(content: bytes, text: str) -> None:
    file = InboxFile("IN20261122_053851_00_13900007001_00.txt", _WRITTEN, content)
    assert _texts(gather([file], _NOW)) == [(_SENDER, text)]


def test_parts_belong_together_as_they_were_written() -> None:
    files = [
        _file("快来人", time="053853", part=2, written_at=_WRITTEN + 2),
        _file("一组也没水", time="053853", written_at=_WRITTEN + 3),
        _file("我家水管爆了,", time="053851", part=0, written_at=_WRITTEN),
        _file("路上全是水,", time="053852", part=1, written_at=_WRITTEN + 1),
    ]
    gathered = gather(files, _NOW)
    assert _texts(gathered) == [(_SENDER, "我家水管爆了,路上全是水,快来人"), (_SENDER, "一组也没水")]
    assert gathered[0].names == tuple(files[at].name for at in (2, 3, 0))


def test_parts_of_others_are_not_mixed_in() -> None:
    files = [_file("一", sender="+8613900007002"), _file("二", part=1, written_at=_WRITTEN + 1)]
    assert _texts(gather(files, _NOW)) == [("+8613900007002", "一"), (_SENDER, "二")]


def test_an_emoji_cut_in_two_comes_whole() -> None:
    files = [_file("好\ud83d"), _file("\ude00的", part=1, written_at=_WRITTEN + 1)]
    assert _texts(gather(files, _NOW)) == [(_SENDER, "好😀的")]


@pytest.mark.parametrize(("age", "count"), [(0, 0), (1_900_000_000, 0), (2_100_000_000, 1), (-3_600_000_000_000, 1)])
def test_what_may_still_grow_is_left_alone(age: int, count: int) -> None:
    assert len(gather([_file("冇水", written_at=_NOW - age)], _NOW)) == count


def test_two_like_messages_have_two_names_and_what_a_crash_left_has_the_first_s() -> None:
    parts = [_file("我家水管爆了,"), _file("路上全是水", part=1, written_at=_WRITTEN + 1)]
    [whole] = gather(parts, _NOW)
    [remainder] = gather(parts[:1], _NOW)
    [later] = gather([_file("我家水管爆了,", written_at=_WRITTEN + 9)], _NOW)
    assert whole.message.provider_id == remainder.message.provider_id != later.message.provider_id
    assert "13900007001" not in whole.message.provider_id


def test_a_missed_call_has_a_caller_and_no_text() -> None:
    [call] = gather([InboxFile("CALL20261122_053851_13900007001", _NOW, b"")], _NOW)
    assert (call.message.address, call.message.text, call.message.missed_call) == (_SENDER, "", True)


def test_a_strange_name_makes_an_address_that_can_be_stored() -> None:
    [gathered] = gather([_file("广告", sender="\udcff_Shop")], _NOW)
    assert gathered.message.address == "?_Shop"
