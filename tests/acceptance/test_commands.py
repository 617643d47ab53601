"""Commands over a village's store, as a script would call them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.plainly import EXIT_REFUSED
from store.keyring import save_keyring
from tests.hub import Hub


@pytest.fixture
def settings(hub: Hub, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_keyring(hub.database.keyring, tmp_path / "banyan.key")
    monkeypatch.setenv("BANYAN_DATABASE_URL", store_url)
    monkeypatch.setenv("BANYAN_KEY_FILE", str(tmp_path / "banyan.key"))


def run(*arguments: str) -> Result:
    """In a thread, for a command has an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, app, arguments).result()


@pytest.mark.usefixtures("settings")
async def test_verify_passes_over_a_village_that_nobody_touched(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边停水了")
    whole = run("verify")
    assert (whole.exit_code, "Unbroken" in whole.stdout) == (0, True)


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_verify_finds_what_was_touched(hub: Hub) -> None:
    async with hub.books() as tx:
        await tx.run(text("DROP TRIGGER audit_entries_no_update"))
        await tx.run(text("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 1"))
    touched = run("verify")
    assert touched.exit_code == EXIT_REFUSED
    assert "entry 1" in touched.stderr


ITEMS = "类别,项目,收入,支出\n村级财务,后山林地租金,18000,\n村级财务,修三组水渠,,12600\n"


@pytest.mark.usefixtures("settings")
async def test_disclosure_items_come_from_a_sheet_once(hub: Hub, tmp_path: Path) -> None:
    assert hub.staff["周文书"]
    sheet = tmp_path / "items.csv"
    sheet.write_text(ITEMS, "utf-8")
    arguments = ("import-disclosure", str(sheet), "--month", "2026-10", "--by", "周文书")
    assert "2 items entered, 0" in run(*arguments).stdout
    assert "0 items entered, 2" in run(*arguments).stdout


@pytest.mark.usefixtures("settings")
async def test_a_sheet_with_a_wrong_cell_is_not_entered(tmp_path: Path) -> None:
    sheet = tmp_path / "items.csv"
    sheet.write_text(ITEMS.replace("12600", "一大笔"), "utf-8")
    refused = run("import-disclosure", str(sheet), "--month", "2026-10", "--by", "周文书")
    assert refused.exit_code == EXIT_REFUSED
    assert "Nothing was entered" in refused.stderr
    assert "3" in refused.stdout, "the row is named"
    nobody = run("import-disclosure", str(sheet), "--month", "2026-10", "--by", "王五")
    assert nobody.exit_code == EXIT_REFUSED


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(("name", "value"), [("language", "fr"), ("quiet_from", "midnight"), ("nonsense", "1")])
async def test_a_wrong_setting_is_refused(name: str, value: str) -> None:
    assert run("set", name, value).exit_code == EXIT_REFUSED


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "given",
    [
        ("kannel", "sms", "send_url=http://127.0.0.1:9/", "username=a", "password=b", "sender=c", "per_second=fast"),
        ("smpp", "smsc", "endpoint=nonsense", "system_id=a", "password=b", "sender=c"),
        ("kannel", "sms", "username=a"),
        ("kannel", "sms", "send_url=http://127.0.0.1:9/", "username=a", "password=b", "sender=c", "allow=10.0.0.0/99"),
        ("pigeon", "post"),
    ],
)
async def test_an_account_that_could_not_work_is_not_added(given: tuple[str, ...]) -> None:
    refused = run("channel", "add", *given)
    assert refused.exit_code == EXIT_REFUSED
    assert "Traceback" not in refused.stderr
    assert given[1] not in run("channel", "list", "--json").stdout


@pytest.mark.usefixtures("settings")
async def test_a_template_that_a_gateway_would_not_approve_is_said_so() -> None:
    given = ("access_key_id=a", "access_key_secret=b", "signature=榕溪村")
    added = run(
        "channel", "add", "aliyun", "cloud", *given, "template.SMS_1=${kind}${number}", "template.SMS_2=停水:${day}"
    )
    assert added.exit_code == 0
    assert "SMS_1: adjacent_variables" in added.stdout
    assert "SMS_2" not in added.stdout
