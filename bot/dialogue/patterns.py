"""Tables of words as regular expressions that stay linear: alternatives, and gaps of a bounded length."""

import re

_GAP = "[^,。;!?]{0,4}"


def any_of(words: str) -> re.Pattern[str]:
    """Match one of the words, which blanks separate; `*` in a word is up to four characters of one clause."""
    return re.compile("|".join(re.escape(word).replace(r"\*", _GAP) for word in words.split()))
