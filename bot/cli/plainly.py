"""What a command that goes wrong says and returns: 0 done, 1 refused, 2 misconfigured."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

EXIT_REFUSED = 1
EXIT_MISCONFIGURED = 2


@contextmanager
def plainly() -> Iterator[None]:
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
