"""What households answer to a warning that asks them to move."""

import re

from bot.dialogue.numbers import read_digit
from bot.dialogue.patterns import any_of
from bot.dialogue.words import Word, read_word
from store.domain.normal import normal
from store.domain.transfers import Reply

_FETCH = any_of("来接 要接 人接 接我 接人 接一下 接下 走不了 走不动 走不得 不能走 动不了 下不了床 背不动 没车")
_STAYING = any_of("不走 不去 不肯走 不想走 不搬 不转移 留下 不用管")
_GOING = re.compile(
    "(?:好的?|我们?|我们家|我家|全家|一家人|都|已经|已|马上|现在|这就|就|自己|能|在)*"
    "(?:走得了|走得动|走得成|走|走了|出发了|去了|去|在路上|路上|到|到了|到学校了|到村小学了)(?:了|啦|的|吧)*"
)
"""Only as the whole message: 水到了 is no arrival, and who is wrongly believed to go is not rung."""
_LONGEST_REPLY = 16


UNCLEAR = "unclear"
"""好, 收到: it was heard, but nobody knows whether they go."""


def read_reply(text: str) -> str:
    """What a household says to a transfer: the digits 1 and 2, or words; `UNCLEAR` for a bare yes or no."""
    digit = read_digit(text)
    if digit:
        return {"1": Reply.GOING, "2": Reply.FETCH}.get(digit, Reply.NONE)
    said = read_reply_words(text)
    return said or (UNCLEAR if read_word(text) in {Word.YES, Word.NO} else "")


def read_reply_words(text: str) -> Reply:
    """The same where no question waits: only words that can mean nothing else, in a short message."""
    said = normal(text)
    if len(said) > _LONGEST_REPLY:
        return Reply.NONE
    if _FETCH.search(said):
        return Reply.FETCH
    if _STAYING.search(said):
        return Reply.STAYING
    return Reply.GOING if _GOING.fullmatch(said) else Reply.NONE
