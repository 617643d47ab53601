"""What every process does first: the clock, and the store that the settings name."""

from datetime import UTC, datetime

from bot.settings import ConfigurationError, Settings
from store.database import Database
from store.keyring import KeyringError, load_keyring


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_database(settings: Settings) -> Database:
    """The store as it is. Raises ConfigurationError where the key file is not what it should be."""
    try:
        return Database(settings.database_url, load_keyring(settings.key_file))
    except KeyringError as error:
        raise ConfigurationError(str(error)) from error
