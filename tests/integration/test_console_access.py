"""Every address as every role: what each may is what docs/access.md says."""

import asyncio
import difflib
import os
from pathlib import Path

import pytest

from tests.access_scene import set_scene
from tests.access_table import measured, written_down
from tests.hub import RENDERER, Hub

PAGE = Path(__file__).parents[2] / "docs" / "access.md"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_everybody_may_what_the_page_says(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RENDERER, "public_url", "https://banyan.example")
    found = written_down(await measured(await set_scene(hub)))
    if target := os.environ.get("BANYAN_ACCESS"):
        await asyncio.to_thread(Path(target).write_text, found, "utf-8")
    said = await asyncio.to_thread(PAGE.read_text, "utf-8")
    assert found == said, "\n".join(difflib.unified_diff(said.splitlines(), found.splitlines(), lineterm="", n=0))
