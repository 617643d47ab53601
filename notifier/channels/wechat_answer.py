"""What WeChat's answers mean (developers.weixin.qq.com/doc/service: "Global return codes"). Errors come with 200."""

from collections.abc import Mapping
from typing import Any

from notifier.channels.json_body import read_object
from notifier.message import SendError

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The access token is not, or no more, the account's; the call was surely not taken."""
_LATER_SECONDS = {
    -1: 5.0,  # the system is busy
    **dict.fromkeys(STALE_TOKEN, 60.0),  # a new token did not help
    45009: 3600.0,  # the day's calls of this interface are used up
    45011: 60.0,  # too many calls a minute
}
_CLOSED = frozenset(
    {
        45015,  # not within 48 hours of the person's last message
        45047,  # all the messages that this one allowed are used up
    }
)
_OPTED_OUT = frozenset(
    {
        40003,  # no such person, of this account
        43004,  # does not follow the account
        43019,  # stands on its black list
    }
)
_STOPS = frozenset(
    {
        40002,
        40013,  # no such app id
        40125,  # wrong secret
        40164,  # our address is not on the account's list
        40243,  # the secret is frozen
        41002,
        41004,
        48001,  # the account has no right to this interface
        48004,  # the interface was taken from it
        50001,
        50002,  # the account is restricted
        89503,  # a new address has to be confirmed by the administrator
    }
)


class WechatRefusal(Exception):
    """WeChat answered with an error. `code` is its own."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def read_answer(status: int, body: bytes) -> Mapping[str, Any]:
    """Return the object that every answer is. Raises WechatRefusal, and ValueError where it is none of WeChat's."""
    if status != 200:  # noqa: PLR2004  errors come with 200 as well
        raise ValueError(f"HTTP {status}")
    answer = read_object(body)
    code = answer.get("errcode", 0)
    if type(code) is not int:
        raise ValueError("no errcode")
    if code:
        raise WechatRefusal(code)
    return answer


def error_of(code: int) -> SendError:
    """What an error code of custom/send means."""
    return SendError(
        str(code),
        retryable=code in _LATER_SECONDS,
        retry_after_seconds=_LATER_SECONDS.get(code, 0.0),
        opted_out=code in _OPTED_OUT,
        stops_channel=code in _STOPS,
        closed=code in _CLOSED,
    )


def token_error_of(code: int) -> SendError:
    """What an error code means where a token was asked for: there 40001 is a wrong secret."""
    if code in STALE_TOKEN:
        return SendError(str(code), stops_channel=True)
    return error_of(code)
