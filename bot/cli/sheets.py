"""What comes in and goes out as a sheet."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson, Village
from bot.cli.plainly import plainly

app = typer.Typer()


@app.command("import-roster")
def import_roster(
    file: Annotated[Path, typer.Argument(help="An .xlsx or .csv file as the clerk keeps it.")],
    village: Village = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and change nothing.")] = False,
    keep_flags: Annotated[
        bool, typer.Option("--keep-flags", help="Keep hardship and left-behind from the remarks.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why the flags are kept; goes into the audit log.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read a roster: preview, problems by row and column, then all of it or nothing."""
    from bot.commands import rosters

    with plainly():
        rosters.import_file(file, village, dry_run=dry_run, keep_flags=keep_flags, reason=reason, as_json=as_json)


@app.command("export-roster")
def export_roster(
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")], village: Village = ""
) -> None:
    """Write the village's roster with phone numbers; the audit log says so."""
    from bot.commands import rosters

    with plainly():
        rosters.export_file(file, village)


@app.command("import-disclosure")
def import_disclosure(
    file: Annotated[Path, typer.Argument(help="An .xlsx or .csv file as the accountant keeps it.")],
    month: Annotated[datetime, typer.Option("--month", formats=["%Y-%m"], help="The month, such as 2026-10.")],
    by: Annotated[str, typer.Option("--by", help="Whose entry it is: a person in office.")],
    village: Village = "",
) -> None:
    """Enter a month's disclosure items from a sheet: all of them, or none where a cell must be looked at."""
    from bot.commands import disclosures

    with plainly():
        disclosures.import_file(file, month.date(), village, by)


@app.command("notice-report")
def notice_report(
    number: Annotated[int, typer.Argument(help="The notice's number, such as 26041.")],
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")],
    village: Village = "",
) -> None:
    """Write whom a notice reached, how and when, and whom not; the audit log says so."""
    from bot.commands import notice_reports

    with plainly():
        notice_reports.export_file(number, file, village)


@app.command("notice-answers")
def notice_answers(
    number: Annotated[int, typer.Argument(help="The notice's number, such as 26041.")],
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")],
    village: Village = "",
) -> None:
    """Write what was answered to a notice, household by household; the audit log says so."""
    from bot.commands import answers

    with plainly():
        answers.export_file(number, file, village)
