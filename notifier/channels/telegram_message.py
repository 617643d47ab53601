"""What goes out to Telegram and what its refusals mean, free of any connection."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from notifier.channels.telegram_request import NotSent, TooManyRequests
from notifier.message import Accepted, Button, OutboundMessage, Refused, SendError, SendResult, Unknown

SHARE_NUMBER = "share-number"
"""A button whose data begins so becomes a key under the text field that sends the person's own number."""

_SHORT_LABEL = 6
_BUTTONS_A_ROW = 3
_GONE = ("chat not found", "user not found", "peer_id_invalid")


def asks_for_number(buttons: Sequence[Button]) -> bool:
    return any(button.data.startswith(SHARE_NUMBER) for button in buttons)


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """A message has one keyboard: beside a request for the number, other buttons become keys that type their label."""
    if not asks_for_number(buttons):
        return inline_keyboard(buttons)
    keys = [
        [KeyboardButton(button.label, request_contact=button.data.startswith(SHARE_NUMBER) or None)]
        for button in buttons
    ]
    return ReplyKeyboardMarkup(keys, resize_keyboard=True, one_time_keyboard=True)


def inline_keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    keys = [InlineKeyboardButton(button.label, callback_data=button.data) for button in buttons]
    a_row = _BUTTONS_A_ROW if all(len(button.label) <= _SHORT_LABEL for button in buttons) else 1
    return InlineKeyboardMarkup([keys[start : start + a_row] for start in range(0, len(keys), a_row)])


def result_of(error: TelegramError, message: OutboundMessage) -> SendResult:
    """What a failed call means (core.telegram.org/bots/api#making-requests).

    A chat that does not exist counts as opted out: nobody can be written to there until they write first.
    """
    unchanged = isinstance(error, BadRequest) and "message is not modified" in error.message.lower()
    if unchanged and message.replaces is not None:
        return Accepted(message.replaces)
    refusal = _refusal(error)
    return Refused(refusal) if refusal else Unknown(type(error).__name__)


def _refusal(error: TelegramError) -> SendError | None:  # noqa: PLR0911  one line for each kind of error
    """None where the message may have been taken all the same: a time-out, a broken connection, Telegram's 5xx."""
    match error:
        case NotSent():
            return SendError("not-sent", error.message, retryable=True)
        case TooManyRequests():
            return SendError("429", retryable=True, retry_after_seconds=error.retry_after_seconds)
        case InvalidToken():
            return SendError("401", "Telegram does not accept the bot's token", stops_channel=True)
        case Forbidden():
            return SendError("403", error.message, opted_out=True)
        case ChatMigrated():
            return SendError("400", "the group has become a supergroup", opted_out=True)
        case BadRequest():
            gone = any(sign in error.message.lower() for sign in _GONE)
            return SendError("400", error.message, opted_out=gone)
        case _:
            return None
