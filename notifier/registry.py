"""The kinds of channel that there are: an explicit dict; nothing registers itself on import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from notifier.channel import Channel
from store.domain.accounts import Account, AccountKind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel must know of where it runs. `hook_url` is the public address of its webhooks."""

    hook_url: str


def _telegram(account: Account, around: Surroundings) -> Channel:
    from notifier.channels.telegram import TelegramChannel  # noqa: PLC0415 - 40 MB that most processes never need

    given = account.credentials
    webhook = given.get("mode") == "webhook"
    return TelegramChannel(
        given["token"],
        mode="webhook" if webhook else "polling",
        webhook_secret=account.hook_secret if webhook else "",
        public_url=f"{around.hook_url}/updates" if webhook else "",
        base_url=given.get("base_url", "https://api.telegram.org"),
        proxy=given.get("proxy"),
    )


def _wechat(account: Account, _around: Surroundings) -> Channel:
    from notifier.channels.wechat import WechatChannel  # noqa: PLC0415
    from notifier.channels.wechat_api import BASE_URL  # noqa: PLC0415

    given = account.credentials
    return WechatChannel(
        app_id=given["app_id"],
        app_secret=given["app_secret"],
        token=given["token"],
        aes_key=given.get("aes_key", ""),
        base_url=given.get("base_url", BASE_URL),
    )


def _kannel(account: Account, around: Surroundings) -> Channel:
    from notifier.channels.sms.kannel import KannelChannel  # noqa: PLC0415

    given = account.credentials
    return KannelChannel(
        send_url=given["send_url"],
        username=given["username"],
        password=given["password"],
        sender=given["sender"],
        receipt_url=f"{around.hook_url}/receipt",
        per_second=float(given.get("per_second", "10")),
    )


def _aliyun(account: Account, _around: Surroundings) -> Channel:
    from notifier.channels.sms.aliyun import ENDPOINT, AliyunChannel  # noqa: PLC0415
    from notifier.channels.sms.templates import signatures_of, templates_of  # noqa: PLC0415

    given = account.credentials
    return AliyunChannel(
        access_key_id=given["access_key_id"],
        access_key_secret=given["access_key_secret"],
        signatures=signatures_of(given),
        templates=templates_of(given),
        endpoint=given.get("endpoint", ENDPOINT),
    )


def _tencent(account: Account, _around: Surroundings) -> Channel:
    from notifier.channels.sms.templates import signatures_of, templates_of  # noqa: PLC0415
    from notifier.channels.sms.tencent import TencentChannel  # noqa: PLC0415
    from notifier.channels.sms.tencent_api import ENDPOINT, REGION, TencentApi  # noqa: PLC0415
    from notifier.channels.sms.tencent_signature import TencentKey  # noqa: PLC0415

    given = account.credentials
    api = TencentApi(
        TencentKey(given["secret_id"], given["secret_key"]),
        given["app_id"],
        endpoint=given.get("endpoint", ENDPOINT),
        region=given.get("region", REGION),
    )
    return TencentChannel(
        api, signatures=signatures_of(given), templates=templates_of(given), pull=given.get("pull") == "true"
    )


def _twilio(account: Account, around: Surroundings) -> Channel:
    from notifier.channels.sms.twilio import ENDPOINT, TwilioChannel  # noqa: PLC0415

    given = account.credentials
    return TwilioChannel(
        account_sid=given["account_sid"],
        auth_token=given["auth_token"],
        sender=given["sender"],
        hook_url=around.hook_url,
        endpoint=given.get("endpoint", ENDPOINT),
    )


def _smpp(account: Account, _around: Surroundings) -> Channel:
    from notifier.channels.sms.smpp import SmppChannel  # noqa: PLC0415
    from notifier.channels.sms.smpp_session import endpoint_of  # noqa: PLC0415

    given = account.credentials
    return SmppChannel(
        endpoint_of(given["endpoint"], given["system_id"], given["password"], given.get("system_type", "")),
        sender=given["sender"],
        per_second=float(given.get("per_second", "10")),
        window=int(given.get("window", "10")),
    )


def _gammu(account: Account, _around: Surroundings) -> Channel:
    from notifier.channels.sms.gammu import GammuChannel  # noqa: PLC0415

    given = account.credentials
    return GammuChannel(Path(given["folder"]), per_second=float(given.get("per_second", "0.1")))


NEEDED: Mapping[AccountKind, tuple[str, ...]] = {
    AccountKind.TELEGRAM: ("token",),
    AccountKind.WECHAT: ("app_id", "app_secret", "token"),
    AccountKind.KANNEL: ("send_url", "username", "password", "sender"),
    AccountKind.ALIYUN: ("access_key_id", "access_key_secret", "signature"),
    AccountKind.TENCENT: ("secret_id", "secret_key", "app_id", "signature"),
    AccountKind.TWILIO: ("account_sid", "auth_token", "sender"),
    AccountKind.SMPP: ("endpoint", "system_id", "password", "sender"),
    AccountKind.GAMMU: ("folder",),
}
"""The credentials without which a kind cannot work."""

WELCOME: Mapping[AccountKind, tuple[str, ...]] = {AccountKind.WECHAT: ("aes_key",)}
"""What the console asks for besides: a kind works without it, but less safely."""

CHANNELS: Mapping[AccountKind, Callable[[Account, Surroundings], Channel]] = {
    AccountKind.TELEGRAM: _telegram,
    AccountKind.WECHAT: _wechat,
    AccountKind.KANNEL: _kannel,
    AccountKind.ALIYUN: _aliyun,
    AccountKind.TENCENT: _tencent,
    AccountKind.TWILIO: _twilio,
    AccountKind.SMPP: _smpp,
    AccountKind.GAMMU: _gammu,
}
"""Web chat and the simulator are not here: their delivery rows are the messages."""
