from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.build import build_wheel

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "console", "notifier", "store")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[frozenset[str]]:
    """The names of the files in the wheel, built here without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # PEP 517: a backend builds what it stands in
        name = build_wheel(str(folder))
    with ZipFile(folder / name) as wheel:
        yield frozenset(wheel.namelist())


def _files(folder: str, pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern) if path.is_file()}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_module_of(package: str, shipped: frozenset[str]) -> None:
    modules = _files(package, "*.py")
    assert f"{package}/__init__.py" in modules
    assert modules <= shipped


def test_the_wheel_holds_every_template(shipped: frozenset[str]) -> None:
    templates = _files("templates", "*")
    assert templates
    assert templates <= shipped


def test_the_wheel_holds_nothing_else(shipped: frozenset[str]) -> None:
    tops = {name.split("/")[0] for name in shipped if ".dist-info/" not in name}
    assert tops == {*PACKAGES, "templates"}
