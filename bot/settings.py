"""What the environment says: where the books, the keys and the files are, and where the hub listens.

Everything else is rows (`banyan channel`, `area_settings`). Each setting is read from BANYAN_<NAME>.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from notifier.networks import networks_in


class ConfigurationError(Exception):
    """A setting is wrong; the text is one sentence that names it."""


def _of_networks(written: str) -> str:
    networks_in(written)
    return written


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANYAN_", frozen=True, extra="forbid")

    database_url: Annotated[
        str,
        Field(
            description="A SQLAlchemy URL: sqlite:///path or postgresql://…",
            pattern=r"^(sqlite:///|postgresql(\+psycopg)?://).+",
        ),
    ] = "sqlite:///var/banyan.db"
    key_file: Annotated[Path, Field(description="The key file that `banyan init` makes (mode 0600)")] = Path(
        "var/banyan.key"
    )
    files: Annotated[Path, Field(description="The folder of photos and voice notes that people sent")] = Path(
        "var/files"
    )
    host: Annotated[str, Field(description="The address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(description="The port to listen on", ge=1, le=65535)] = 8080
    worker_port: Annotated[
        int, Field(description="Where a worker answers /healthz and /metrics; 0 for nowhere", ge=0, le=65535)
    ] = 0
    public_url: Annotated[AnyHttpUrl, Field(description="How the world reaches this hub, for webhooks and links")] = (
        AnyHttpUrl("http://127.0.0.1:8080")
    )
    training: Annotated[
        bool, Field(description="Training mode: the phone simulator is served and nothing reaches real phones by it")
    ] = False
    proxies: Annotated[
        str,
        AfterValidator(_of_networks),
        Field(description="The networks of proxies that are believed who the caller is, parted by commas"),
    ] = "127.0.0.0/8,::1"
    telegram: Annotated[
        bool, Field(description="Let Telegram accounts work; their messages then leave the country")
    ] = False
    metrics_token: Annotated[str, Field(description="Token for /metrics from elsewhere than this machine")] = ""


def read_settings() -> Settings:
    """Read the environment. Raises ConfigurationError, whose text names the setting that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        raise ConfigurationError(f"BANYAN_{name} is wrong: {first['msg']}.") from error
