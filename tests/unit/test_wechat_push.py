"""WeChat's pushes: what is read from them, what is refused, and how a text is made to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.wechat_push import OPEN_SECONDS, Media, read_push
from notifier.channels.wechat_signature import Forged, SafeMode, is_signed
from notifier.channels.wechat_text import MOST_BYTES, as_plain, cut, is_one_message, parts_of, size_of
from notifier.channels.wechat_xml import read_fields
from notifier.message import AttachmentKind
from tests.fakes.wechat import AES_KEY, APP_ID, CHEN, LIN, TOKEN, as_xml, event, fields_of, pushed, said, signed_query


def _read(fields: dict[str, object]) -> dict[str, str]:
    return read_fields(as_xml(fields).encode())


def test_a_text_is_read_as_it_was_written() -> None:
    pushed_ = read_push(_read(said("三组停水了 & <没人管> 😀", MsgId=23, CreateTime=1)))
    assert pushed_
    assert pushed_.media is None
    message = pushed_.message
    assert (message.provider_id, message.address, message.text) == ("23", CHEN, "三组停水了 & <没人管> 😀")
    assert message.open_seconds == OPEN_SECONDS < 48 * 3600


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (fields_of("voice", Recognition="三组停水了", MediaId="v", Format="amr"), "三组停水了"),
        (
            fields_of("link", Title="停水公告", Description="…", Url="https://e.example/1"),
            "停水公告\nhttps://e.example/1",
        ),
        (fields_of("location", Location_X=23.134521, Location_Y=113.358803, Label="晒谷场"), "晒谷场"),
        (fields_of("video", MediaId="v", ThumbMediaId="t"), ""),
        (fields_of("shortvideo", MediaId="v"), ""),
        (fields_of("file", Title="a.pdf"), ""),
        (fields_of("nobody knows"), ""),
        (event("subscribe"), "/start"),
        (event("subscribe", "qrscene_12345678", Ticket="t"), "/start 12345678"),
        (event("SCAN", "12345678", Ticket="t"), "/start 12345678"),
        (event("CLICK", "停水"), "停水"),
    ],
)
def test_other_kinds_become_words_where_they_can(fields: dict[str, object], text: str) -> None:
    read = read_push(_read(fields))
    assert read
    assert read.message.text == text


@pytest.mark.parametrize("name", ["unsubscribe", "VIEW", "TEMPLATESENDJOBFINISH", "LOCATION", "nobody knows", ""])
def test_other_events_ask_nothing_of_us(name: str) -> None:
    assert read_push(_read(event(name, "https://e.example"))) is None


def test_a_click_without_a_key_asks_nothing_of_us() -> None:
    assert read_push(_read(event("CLICK"))) is None


def test_an_event_opens_no_window_for_more_than_its_answer() -> None:
    read = read_push(_read(event("subscribe")))
    assert read
    assert read.message.open_seconds == 0


def test_an_event_is_known_again_by_sender_and_time_and_its_id_names_nobody() -> None:
    one, again, other, later = (
        read_push(_read(event("CLICK", "menu", person, CreateTime=at)))
        for person, at in ((CHEN, 1), (CHEN, 1), (LIN, 1), (CHEN, 2))
    )
    assert one
    assert again
    assert other
    assert later
    assert one.message.provider_id == again.message.provider_id
    assert len({one.message.provider_id, other.message.provider_id, later.message.provider_id}) == 3
    assert CHEN not in one.message.provider_id


def test_a_pressed_choice_is_a_button_and_no_text() -> None:
    read = read_push(_read(said("有", bizmsgmenuid="q:7:yes")))
    assert read
    assert (read.message.button, read.message.text) == ("q:7:yes", "")


def test_a_choice_of_another_tools_menu_is_what_it_says() -> None:
    read = read_push(_read(said("满意", bizmsgmenuid="101")))
    assert read
    assert (read.message.button, read.message.text) == ("", "满意")


def test_a_place_and_a_picture() -> None:
    place = read_push(_read(fields_of("location", Location_X="22.5407961", Location_Y="113.9171765", Scale=20)))
    photo = read_push(_read(fields_of("image", PicUrl="http://e.example", MediaId="photo")))
    voice = read_push(_read(fields_of("voice", MediaId="v", Format="amr")))
    assert place
    assert photo
    assert voice
    shared = place.message.location
    assert shared
    assert (shared.latitude, shared.longitude) == pytest.approx((22.543847, 113.912316))  # WGS-84
    assert photo.media == Media(AttachmentKind.PHOTO, "photo")
    assert voice.media == Media(AttachmentKind.VOICE, "v")


@pytest.mark.parametrize(
    "fields",
    [
        said("x", ""),
        said("x", "o" * 65),
        said("x", "o\r\nX: 1"),
        said("x", MsgId=""),
        said("x", MsgId="23; DROP"),
        event("CLICK", "x", CreateTime="soon"),
        fields_of("location", Location_X="nan", Location_Y="1"),
        fields_of("location", Location_X="91", Location_Y="1"),
        fields_of("location", Location_X="here", Location_Y="1"),
        fields_of("location"),
        {},
    ],
)
def test_what_is_malformed_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_push(_read(fields))


_LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (depth, b"&a%d;" % (depth - 1) * 10) for depth in range(1, 10))
_BOMB = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + _LAUGHS + b"]><xml><Content>&a9;</Content></xml>"
_FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<xml>",
        b"<xml><Content>\xe5\x81</Content></xml>",
        b"<xml><Content>\x00</Content></xml>",
        as_xml(said("停水了")).encode()[:-20],
        b"<a>" * 10_000,
        b"<xml></xml><xml></xml>",
        _BOMB,
        _FILE,
        b"<!DOCTYPE xml><xml></xml>",
        b"<xml>&nothing;</xml>",
    ],
    ids=lambda body: ascii(body[:24]),
)
def test_xml_that_is_none_or_would_do_more_than_say_something_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"XML error|DOCTYPE"):
        read_fields(body)


def test_what_stands_deeper_is_passed_over() -> None:
    body = b"<xml><Event>x</Event><Deep><Content>1</Content>2</Deep><Empty/></xml>"
    assert read_fields(body) == {"Event": "x", "Deep": "2", "Empty": ""}


def test_wechatpy_signs_as_we_read() -> None:
    query = signed_query()
    assert is_signed(query["signature"], query["timestamp"], TOKEN, query["nonce"])
    assert not is_signed(query["signature"], query["timestamp"], "another", query["nonce"])
    assert not is_signed("", "", "", "")
    assert not is_signed("签名", query["timestamp"], TOKEN, query["nonce"])


def _sealed(text: str, app_id: str = APP_ID) -> str:
    return read_fields(pushed(said(text), aes=True, app_id=app_id)[1])["Encrypt"]


@pytest.mark.parametrize("length", range(40))
def test_wechatpy_encrypts_as_we_open(length: int) -> None:
    fields = read_fields(SafeMode(AES_KEY, APP_ID).open(_sealed("水" * length)))
    assert fields["Content"] == "水" * length


def test_another_accounts_message_is_not_ours() -> None:
    with pytest.raises(Forged):
        SafeMode(AES_KEY, APP_ID).open(_sealed("停水了", "wx0000000000000000"))


@pytest.mark.parametrize("sealed", ["", "not base64!", "AAAA", "A" * 64, "A" * 4096])
def test_what_cannot_be_opened_is_malformed(sealed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        SafeMode(AES_KEY, APP_ID).open(sealed)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "A" * 44])
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        SafeMode(key, APP_ID)


@given(st.text())
def test_nothing_of_a_long_text_is_lost(text: str) -> None:
    parts = parts_of(text * 40)
    assert all(is_one_message(part) for part in parts)
    assert "".join("".join(parts).split()) == "".join((text * 40).split())


def test_a_long_text_is_parted_where_a_sentence_ends() -> None:
    sentence = "三组总阀换好,明天早上八点到下午五点来水。"
    parts = parts_of(sentence * 60)
    assert len(parts) > 1
    assert all(part.endswith("。") for part in parts)


@given(st.text(), st.integers(0, 50))
def test_a_cut_text_fits(text: str, more: int) -> None:
    assert size_of(cut(text, more)) <= max(more, 3)
    assert cut(text, size_of(text)) == text


def test_chinese_takes_three_bytes_a_character() -> None:
    assert size_of(cut("水" * 2000)) <= MOST_BYTES
    assert len(cut("水" * 2000)) == 682


def test_what_people_wrote_becomes_no_link() -> None:
    linked = '<a href="https://e.example">点我</a> 3<5 \0'
    assert as_plain(linked) == '\uff1ca href="https://e.example">点我\uff1c/a> 3<5 '
