"""The beginning of a text that must be shorter: whole sentences, so that nobody hears or reads half of one."""

import re

# With the full-width marks that phones type: ！ ？ ；
_SENTENCE = re.compile("[^\n。!?;\uff01\uff1f\uff1b]*[\n。!?;\uff01\uff1f\uff1b]*")
_LOOSE_END = ",、:, \uff0c\uff1a"


def beginning(text: str, most: int) -> str:
    """As many whole sentences as fit into `most` characters; a first one that is too long by itself is cut (…)."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.findall(text):
        if len(kept) + len(sentence) > most:
            break
        kept += sentence
    return kept.rstrip() or f"{text[: most - 1].rstrip(_LOOSE_END)}…"
