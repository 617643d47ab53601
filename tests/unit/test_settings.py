"""A wrong setting stops the program with one sentence that names it."""

import os

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import ConfigurationError, Settings, read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BANYAN_"):
            monkeypatch.delenv(name)


WRONG = [
    ("BANYAN_PORT", "eighty"),
    ("BANYAN_PORT", "0"),
    ("BANYAN_PORT", "65536"),
    ("BANYAN_PORT", "99999999999999999999"),
    ("BANYAN_PORT", ""),
    ("BANYAN_PUBLIC_URL", "village"),
    ("BANYAN_PUBLIC_URL", "ftp://village.example"),
    ("BANYAN_TRAINING", "perhaps"),
    ("BANYAN_TELEGRAM", "2"),
    ("BANYAN_PROXIES", "10.0.0.1/8"),
    ("BANYAN_PROXIES", "proxy.village.example"),
    ("BANYAN_DATABASE_URL", "village.db"),
    ("BANYAN_DATABASE_URL", ""),
    ("BANYAN_DATABASE_URL", "mysql://localhost/village"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as wrong:
        read_settings()
    sentence = str(wrong.value)
    assert sentence.startswith(f"{name} is wrong: ")
    assert sentence.endswith(".")
    assert not sentence.endswith("..")
    assert "\n" not in sentence


@pytest.mark.parametrize("command", [["init"], ["serve"], ["doctor"], ["staff", "list"], ["channel", "list"]])
@pytest.mark.parametrize(("name", "value"), [("BANYAN_PORT", "eighty"), ("BANYAN_DATABASE_URL", "village.db")])
def test_a_command_says_it_and_stops(
    monkeypatch: pytest.MonkeyPatch, command: list[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{name} is wrong: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("command", [["serve"], ["doctor"], ["staff", "list"]])
def test_a_database_that_is_not_there_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, free_port: int, tmp_path_factory: pytest.TempPathFactory, command: list[str]
) -> None:
    from store.keyring import new_keyring, save_keyring

    keys = tmp_path_factory.mktemp("keys") / "banyan.key"
    save_keyring(new_keyring(), keys)
    monkeypatch.setenv("BANYAN_KEY_FILE", str(keys))
    monkeypatch.setenv("BANYAN_DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port}/village")
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert result.stderr.count("\n") == 1


def test_what_is_set_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_PORT", "8081")
    monkeypatch.setenv("BANYAN_TRAINING", "true")
    monkeypatch.setenv("BANYAN_DATABASE_URL", "postgresql://banyan@localhost/village")
    settings = read_settings()
    assert (settings.port, settings.training, settings.telegram) == (8081, True, False)
    assert settings.database_url == "postgresql://banyan@localhost/village"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
