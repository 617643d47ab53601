"""The command line. Each command imports what it needs when it is called: `banyan --help` is instant."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Banyan: a village and its residents talk to each other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
staff_app = typer.Typer(help="People in office.", no_args_is_help=True)
channel_app = typer.Typer(help="Accounts with the providers that carry messages.", no_args_is_help=True)
app.add_typer(staff_app, name="staff")
app.add_typer(channel_app, name="channel")

EXIT_REFUSED = 1
EXIT_MISCONFIGURED = 2

Village = Annotated[str, typer.Option("--village", help="The village's name; needed where the store has several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def _plainly() -> Iterator[None]:
    """Every foreseeable error in one sentence on stderr, without a traceback, with an exit code of its own."""
    from bot.settings import ConfigurationError
    from store.backup import BackupError
    from store.domain.errors import Refusal, StoreUnavailable
    from store.keyring import KeyringError

    try:
        yield
    except (ConfigurationError, KeyringError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(EXIT_MISCONFIGURED) from error
    except Refusal as refusal:
        from bot.commands.saying import refusal_in_words

        print(refusal_in_words(refusal), file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from refusal
    except BackupError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from error
    except StoreUnavailable as error:
        print("The database does not answer, is locked or is full. Nothing was changed.", file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from error


@app.command()
def init() -> None:
    """Create the key file and the store, or bring the store up to date."""
    from bot.commands import setup

    with _plainly():
        setup.init()


@app.command()
def demo() -> None:
    """Load the demo village into a store of its own and serve it."""
    from bot.commands import demo as demonstration

    with _plainly():
        demonstration.demo()


@app.command()
def serve(
    *,
    web_only: Annotated[
        bool, typer.Option("--web-only", help="Leave sending, jobs and the clock to `banyan worker` (PostgreSQL).")
    ] = False,
) -> None:
    """Run the hub."""
    from bot.commands import serving

    with _plainly():
        serving.serve(web_only=web_only)


@app.command()
def worker() -> None:
    """Run everything but the web beside `banyan serve`, on PostgreSQL; as many as are wanted."""
    from bot.commands import serving

    with _plainly():
        serving.work()


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

    with _plainly():
        rosters.import_file(file, village, dry_run=dry_run, keep_flags=keep_flags, reason=reason, as_json=as_json)


@app.command("export-roster")
def export_roster(
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")], village: Village = ""
) -> None:
    """Write the village's roster with phone numbers; the audit log says so."""
    from bot.commands import rosters

    with _plainly():
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

    with _plainly():
        disclosures.import_file(file, month.date(), village, by)


@app.command("notice-report")
def notice_report(
    number: Annotated[int, typer.Argument(help="The notice's number, such as 26041.")],
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")],
    village: Village = "",
) -> None:
    """Write whom a notice reached, how and when, and whom not; the audit log says so."""
    from bot.commands import notice_reports

    with _plainly():
        notice_reports.export_file(number, file, village)


@app.command("notice-answers")
def notice_answers(
    number: Annotated[int, typer.Argument(help="The notice's number, such as 26041.")],
    file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")],
    village: Village = "",
) -> None:
    """Write what was answered to a notice, household by household; the audit log says so."""
    from bot.commands import answers

    with _plainly():
        answers.export_file(number, file, village)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[
        list[str], typer.Option("--role", help="A role such as front_desk or grid_officer; repeat for more.")
    ],
    village: Village = "",
    group: Annotated[int, typer.Option("--group", help="The villagers' group, for a grid officer.")] = 0,
    *,
    town: Annotated[bool, typer.Option("--town", help="The roles are the town's, over all its villages.")] = False,
) -> None:
    """Add a person in office and print the code that links his phone."""
    from bot.commands import people

    with _plainly():
        people.add(name, role, village, group, of_town=town)


@staff_app.command("list")
def staff_list(village: Village = "", *, as_json: AsJson = False) -> None:
    """Who holds which role, and whose phone is linked."""
    from bot.commands import people

    with _plainly():
        people.show(village, as_json=as_json)


@staff_app.command("link-code")
def staff_link_code(name: Annotated[str, typer.Argument(help="The person's name.")], village: Village = "") -> None:
    """Print a new code that links a phone to this person, once, within a day."""
    from bot.commands import people

    with _plainly():
        people.link_code(name, village)


@channel_app.command("add")
def channel_add(
    kind: Annotated[
        str, typer.Argument(help="telegram, kannel, aliyun, tencent, twilio, smpp, gammu, web_chat or simulator.")
    ],
    name: Annotated[str, typer.Argument(help="A name of your own for the account.")],
    given: Annotated[
        list[str] | None, typer.Argument(help="Credentials as name=value; - reads them from stdin.")
    ] = None,
    village: Village = "",
) -> None:
    """Add an account; its credentials are sealed. Prints the addresses that the provider is to call."""
    from bot.commands import channels

    with _plainly():
        channels.add(kind, name, given or [], village)


@channel_app.command("list")
def channel_list(*, as_json: AsJson = False) -> None:
    """The accounts, and which of them are stopped."""
    from bot.commands import channels

    with _plainly():
        channels.show(as_json=as_json)


@channel_app.command("test")
def channel_test(name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Ask the provider who we are; nothing is sent."""
    from bot.commands import channels

    with _plainly():
        channels.test(name)


@channel_app.command("start")
def channel_start(name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Let a stopped account send again, once what stopped it is mended."""
    from bot.commands import channels

    with _plainly():
        channels.start(name)


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="landline, quiet_from, quiet_to, disclosure_day, approval_size …")],
    value: Annotated[str, typer.Argument(help="The value; a time as 21:00.")],
    village: Village = "",
) -> None:
    """Set what a village sets for itself, such as the telephone number that texts tell people to ring."""
    from bot.commands import villages

    with _plainly():
        villages.change(name, value, village)


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Make a new key and seal everything anew under it; may be stopped and run again."""
    from bot.commands import keys

    with _plainly():
        keys.rotate()


@app.command()
def chat(
    as_phone: Annotated[str, typer.Option("--as", help="The phone number of the resident who speaks.")],
    village: Village = "",
) -> None:
    """Talk to the dialogue as that resident, a line at a time, also from a pipe."""
    from bot.commands import talk

    with _plainly():
        talk.chat(as_phone, village)


@app.command()
def due(
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            help="The village's time; now where it is left out.",
        ),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be released.")] = False,
    as_json: AsJson = False,
) -> None:
    """What the scheduler would release at that time; without --dry-run it is released."""
    from bot.commands import times

    with _plainly():
        times.due(at, dry_run=dry_run, as_json=as_json)


@app.command("send-test")
def send_test(
    channel: Annotated[str, typer.Argument(help="The account's name.")],
    address: Annotated[str, typer.Argument(help="A phone number, or a chat's id.")],
) -> None:
    """Send one test message through an account and say what the provider answered."""
    from bot.commands import channels

    with _plainly():
        channels.send_test(channel, address)


@app.command()
def verify() -> None:
    """Check that nobody has touched the audit chains and the votes."""
    from bot.commands import verifying

    with _plainly():
        verifying.verify()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The .tar.gz to write; there must be none of that name.")],
) -> None:
    """Copy the store and the files into one archive while the hub serves. The keys are never inside."""
    from bot.commands import backups

    with _plainly():
        backups.backup(file)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `banyan backup` wrote.")]) -> None:
    """Check a backup and put it into an empty store: all of it or nothing."""
    from bot.commands import backups

    with _plainly():
        backups.restore(file)


@app.command()
def doctor() -> None:
    """Say in plain words what is configured, what is missing, and what each channel answered."""
    from bot.commands import health

    with _plainly():
        health.doctor()


def run() -> None:
    app()
