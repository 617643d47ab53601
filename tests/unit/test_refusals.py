"""Every refusal that can be raised has words in both languages, and its words need only what it brings."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from notifier.render import TEMPLATES
from store.domain.refused_subjects import RefusedSubject
from store.domain.settings import LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "console", "store")
REFUSALS = frozenset({"Refusal", "NotFound", "NotAllowed"})
COMPUTED: Mapping[str, tuple[str, ...]] = {
    "reason.subject": tuple(RefusedSubject),
    "problem": ("flag.until_wrong", "resident.birth_wrong"),
    "upload.problem": (),  # kept from a refusal that was raised elsewhere
}
"""Keys that are computed where they are raised, and all that they can be."""
ALWAYS_GIVEN = frozenset({"village", "landline", "choices", "word", "day", "clock", "moment", "yuan"})


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(path for package in PACKAGES for path in ROOT.glob(f"{package}/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


CALLS = dict(_calls())


def keys_of(call: ast.Call) -> tuple[str, ...]:
    key = call.args[0]
    return (str(key.value),) if isinstance(key, ast.Constant) else COMPUTED[ast.unparse(key)]


@pytest.mark.parametrize("place", CALLS)
def test_a_refusal_has_words(place: str) -> None:
    brought = {str(keyword.arg) for keyword in CALLS[place].keywords}
    for key, language in itertools.product(keys_of(CALLS[place]), LANGUAGES):
        folder = TEMPLATES / language / f"refused.{key}"
        assert (folder / "chat.txt").is_file(), f"refused.{key} has no words in {language}"
        for path in folder.glob("*.txt"):
            assert needed_by(path.read_text()) <= brought, f"{path.relative_to(ROOT)} needs more than it is given"


def needed_by(template: str) -> set[str]:
    needed = meta.find_undeclared_variables(Environment(autoescape=True).parse(template))
    return {name for name in needed if f"{name} is defined" not in template} - ALWAYS_GIVEN


def test_some_refusals_are_found_at_all() -> None:
    assert len(CALLS) > 20
