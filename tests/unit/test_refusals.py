"""Every refusal that can be raised has words in both languages, and its words need only what it brings."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from notifier.render import LANGUAGES, TEMPLATES

ROOT = Path(__file__).parents[2]
REFUSALS = frozenset({"Refusal", "NotFound", "NotAllowed"})
ALWAYS_GIVEN = frozenset({"village", "landline", "choices", "word", "day", "clock", "moment", "yuan"})


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted([*ROOT.glob("store/**/*.py"), *ROOT.glob("bot/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


CALLS = dict(_calls())


@pytest.mark.parametrize("place", CALLS)
def test_a_refusal_names_its_words_plainly(place: str) -> None:
    call = CALLS[place]
    assert call.args
    assert isinstance(call.args[0], ast.Constant), "a key that is computed cannot be checked"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", CALLS)
def test_a_refusal_has_words(place: str, language: str) -> None:
    call = CALLS[place]
    assert isinstance(call.args[0], ast.Constant)
    folder = TEMPLATES / language / f"refused.{call.args[0].value}"
    brought = {keyword.arg for keyword in call.keywords}
    for text in [folder / "chat.txt", *folder.glob("sms.txt")]:
        assert text.is_file(), f"{text.relative_to(ROOT)} is missing"
        template = text.read_text()
        needed = meta.find_undeclared_variables(Environment(autoescape=True).parse(template))
        optional = {name for name in needed if f"{name} is defined" in template}
        assert needed - optional - ALWAYS_GIVEN <= brought or None in brought


def test_some_refusals_are_found_at_all() -> None:
    assert len(CALLS) > 20
