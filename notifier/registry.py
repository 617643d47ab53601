"""The kinds of channel that there are: an explicit dict; nothing registers itself on import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def _kannel(account: Account, around: Surroundings) -> Channel:
    from notifier.channels.sms.kannel import KannelChannel  # noqa: PLC0415

    given = account.credentials
    return KannelChannel(
        send_url=given["send_url"],
        username=given["username"],
        password=given["password"],
        sender=given["sender"],
        receipt_url=f"{around.hook_url}/receipt",
    )


CHANNELS: Mapping[AccountKind, Callable[[Account, Surroundings], Channel]] = {
    AccountKind.TELEGRAM: _telegram,
    AccountKind.KANNEL: _kannel,
}
"""Web chat and the simulator are not here: their delivery rows are the messages."""
