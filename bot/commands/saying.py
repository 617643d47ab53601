"""What commands print: refusals in words, JSON for scripts."""

import json

from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.settings import settings_of
from store.domain.speech import Say

_NOWHERE = settings_of(Area(0, AreaKind.VILLAGE, "", "/0/"), "", {})


def refusal_in_words(refusal: Refusal) -> str:
    """The refusal's own text in English, the command line's language."""
    from notifier.render import Medium, Renderer  # noqa: PLC0415 - only a refusal needs them

    say = Say(f"refused.{refusal.key}", refusal.params)
    return Renderer().render(say, "en", Medium.CHAT, _NOWHERE).text


def print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))
