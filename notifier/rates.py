"""How many messages a second an account takes, without opening its channel: what its `Limits.per_second` says."""

from collections.abc import Mapping

from store.domain.accounts import WAITING_KINDS, Account, AccountKind

IMMEDIATE = 1_000.0
"""Of a web chat and the simulator the row is the message."""

USUAL: Mapping[AccountKind, float] = {
    AccountKind.TELEGRAM: 22.0,
    AccountKind.WECHAT: 20.0,
    AccountKind.KANNEL: 10.0,
    AccountKind.SMPP: 10.0,
    AccountKind.GAMMU: 0.1,
    AccountKind.TWILIO: 10.0,
    AccountKind.ALIYUN: 100.0,
    AccountKind.TENCENT: 100.0,
}
_SETTABLE = frozenset({AccountKind.KANNEL, AccountKind.SMPP, AccountKind.GAMMU})
"""Kinds whose credentials may say another rate: it is the operator's contract."""


def per_second(account: Account) -> float:
    if account.kind in WAITING_KINDS:
        return IMMEDIATE
    said = account.credentials.get("per_second") if account.kind in _SETTABLE else None
    return float(said) if said else USUAL[account.kind]
