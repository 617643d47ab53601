"""How long what somebody writes may be."""

from store.domain.errors import Refusal


def whole(text: str, most: int) -> str:
    """The text without the space around it. Raises Refusal("text.too_long"): nothing of it is cut off."""
    text = text.strip()
    if len(text) > most:
        raise Refusal("text.too_long", count=len(text), most=most)
    return text
