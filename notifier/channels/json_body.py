"""A provider's JSON, read so that no error repeats a piece of it."""

import json
from typing import Any


def read_json(body: bytes) -> Any:
    """Raises ValueError, without a word of the body, where it is no JSON or nested too deeply."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON ({type(error).__name__})") from None


def read_object(body: bytes) -> dict[str, Any]:
    """Raises ValueError as `read_json` does, and where it is no object."""
    found = read_json(body)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004  what came is wrong, not how we were called
    return found
