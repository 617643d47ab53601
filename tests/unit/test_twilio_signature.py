"""Twilio's own validator makes and judges the same signatures; its client talks to our fake."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from notifier.channels.sms.twilio_signature import is_signed, sign
from tests.fakes.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, FakeTwilio, inbound

URL = "https://village.example/hook/1/s3cret/inbound"
SAID = inbound("SM" + "1" * 32, "+8613900007001", "三组停水了 & 1+1=2?😀")

fields = st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=8)


@given(form=fields)
def test_ours_is_the_signature_that_the_validator_makes(form: dict[str, str]) -> None:
    theirs = RequestValidator(AUTH_TOKEN).compute_signature(URL, form)
    assert sign(AUTH_TOKEN, URL, list(form.items())) == theirs


class Fields:
    """A form as web frameworks hand it to Twilio's validator, fields that come twice included."""

    def __init__(self, form: list[tuple[str, str]]) -> None:
        self._form = form

    def __iter__(self) -> Any:
        return (name for name, _ in self._form)

    def __len__(self) -> int:
        return len(self._form)

    def getall(self, wanted: str) -> list[str]:
        return [value for name, value in self._form if name == wanted]


@pytest.mark.parametrize(
    "form",
    [
        [("Body", "停水"), ("Body", "停水"), ("From", "+1")],
        [("Body", "b"), ("Body", "a"), ("A", "")],
        [("", ""), ("b", "1"), ("B", "2")],
    ],
)
def test_a_field_that_comes_twice_is_signed_as_twilio_does(form: list[tuple[str, str]]) -> None:
    assert sign(AUTH_TOKEN, URL, form) == RequestValidator(AUTH_TOKEN).compute_signature(URL, Fields(form))


@pytest.mark.parametrize(
    ("signed", "called"),
    [
        (URL, URL),
        ("https://village.example:443/hook/1/s3cret/inbound", URL),
        ("http://village.example:80/hook", "http://village.example/hook"),
        ("http://village.example/hook", "http://village.example:80/hook"),
        ("https://village.example:8443/hook", "https://village.example:8443/hook"),
        ("https://village.example/hook", "https://village.example:8443/hook"),
        ("https://village.example/hook?delivery=41", "https://village.example/hook?delivery=41"),
    ],
)
def test_with_its_port_or_without_an_address_is_the_same(signed: str, called: str) -> None:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(signed, SAID)
    assert RequestValidator(AUTH_TOKEN).validate(called, SAID, signature)
    assert is_signed(signature, AUTH_TOKEN, called, list(SAID.items()))


@pytest.mark.parametrize(
    ("url", "form", "token"),
    [
        (URL.replace("https", "http"), SAID, AUTH_TOKEN),
        (URL + "?delivery=42", SAID, AUTH_TOKEN),
        (URL + "/", SAID, AUTH_TOKEN),
        (URL, {**SAID, "Body": "另一句话"}, AUTH_TOKEN),
        (URL, {**SAID, "NumMedia": "1"}, AUTH_TOKEN),
        (URL, {name: value for name, value in SAID.items() if name != "FromCity"} | {"Other": ""}, AUTH_TOKEN),
        (URL, SAID, "another token"),
    ],
)
def test_another_address_form_or_token_is_not_what_was_signed(url: str, form: dict[str, str], token: str) -> None:
    signature = sign(AUTH_TOKEN, URL, list(SAID.items()))
    assert not is_signed(signature, token, url, list(form.items()))
    assert not RequestValidator(token).validate(url, form, signature)


@pytest.mark.parametrize("signature", ["", "x", "签名", "\udcff", "=" * 10_000])
def test_nonsense_is_no_signature(signature: str) -> None:
    assert not is_signed(signature, AUTH_TOKEN, URL, list(SAID.items()))


class Rerouted(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's client, its calls turned to the fake."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(pool_connections=False)
        self._endpoint = endpoint

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._endpoint), **kwargs)


async def test_twilios_client_sends_through_the_fake() -> None:
    async with FakeTwilio() as fake:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=Rerouted(fake.endpoint))
        sent = await asyncio.to_thread(
            client.messages.create, to="+8613900007001", from_=SENDER, body="停水了", status_callback=URL
        )
        again = await asyncio.to_thread(client.messages(sent.sid).fetch)
        listed = await asyncio.to_thread(
            client.messages.list, to="+8613900007001", date_sent_after=sent.date_created, page_size=50
        )
        assert (sent.status, again.body, [one.sid for one in listed]) == ("queued", "停水了", [sent.sid])


@pytest.mark.parametrize(
    ("to", "token", "code"), [("13900007001", AUTH_TOKEN, 21211), ("+8613900007001", "stolen", 20003)]
)
async def test_the_fake_refuses_twilios_client_as_twilio_does(to: str, token: str, code: int) -> None:
    async with FakeTwilio() as fake:
        client = Client(ACCOUNT_SID, token, http_client=Rerouted(fake.endpoint))
        with pytest.raises(TwilioRestException) as refused:
            await asyncio.to_thread(client.messages.create, to=to, from_=SENDER, body="停水了")
        assert refused.value.code == code
