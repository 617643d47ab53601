"""A channel's account: one provider's credentials in one area, and what of a contact it can reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.domain.people import ContactKind


class AccountKind(StrEnum):
    WEB_CHAT = "web_chat"
    TELEGRAM = "telegram"
    WECHAT = "wechat"
    KANNEL = "kannel"
    ALIYUN = "aliyun"
    TENCENT = "tencent"
    TWILIO = "twilio"
    SMPP = "smpp"
    GAMMU = "gammu"
    SIMULATOR = "simulator"


REACHES: Mapping[AccountKind, ContactKind] = {
    AccountKind.WEB_CHAT: ContactKind.WEB_CHAT,
    AccountKind.TELEGRAM: ContactKind.TELEGRAM,
    AccountKind.WECHAT: ContactKind.WECHAT,
    AccountKind.KANNEL: ContactKind.PHONE,
    AccountKind.ALIYUN: ContactKind.PHONE,
    AccountKind.TENCENT: ContactKind.PHONE,
    AccountKind.TWILIO: ContactKind.PHONE,
    AccountKind.SMPP: ContactKind.PHONE,
    AccountKind.GAMMU: ContactKind.PHONE,
    AccountKind.SIMULATOR: ContactKind.PHONE,
}

SMS_KINDS = frozenset(kind for kind, contact in REACHES.items() if contact is ContactKind.PHONE)

WAITING_KINDS = frozenset({AccountKind.WEB_CHAT, AccountKind.SIMULATOR})
"""Kinds that send nothing: the delivery's row is the message and waits until its page reads it."""

CHATS_WITHOUT_RECEIPTS = frozenset({AccountKind.TELEGRAM, AccountKind.WECHAT})
"""Kinds that send no receipts: what their server has taken lies in the chat."""


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    area_id: int
    kind: AccountKind
    name: str
    hook_secret: str = field(repr=False)
    credentials: Mapping[str, str] = field(repr=False)
    stopped_reason: str = ""
