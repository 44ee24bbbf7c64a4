"""Settings from the environment and `.env`; no other module reads them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from src.domain.feed import Channel
from src.domain.preferences import Preferences, Weekday
from src.errors import CannotStart

ROOT = Path(__file__).resolve().parent.parent
"""The folder that `src` is in: a checkout, or where packages are installed."""
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()
SHIPPED = ROOT if IS_CHECKOUT else ROOT / "src"
"""The folder of `templates/`, `static/` and `gunicorn.conf.py`: a wheel has them inside `src`."""
HOME = ROOT if IS_CHECKOUT else Path.cwd()
"""The folder of `.env`, `data/` and `mlruns/`: the checkout, else the working directory."""


def _loopback(host: str) -> str:
    if host == "localhost":
        return host
    try:
        if ipaddress.ip_address(host.strip("[]")).is_loopback:
            return host
    except ValueError:
        pass
    raise ValueError(
        "Ledgerloop has no login yet, so it listens on this machine only; use 127.0.0.1, ::1 or localhost"
    )


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ValueError("give an address such as https://firefly.example, without a name or password in it")
    return url.rstrip("/")


def _webhook_address(url: str) -> str:
    """This machine and the local network are fine; addresses of cloud metadata are not."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(
            "give an address such as https://hooks.example/path, without a name or password in it"
        )
    try:
        address = ipaddress.ip_address(parts.hostname)
        link_local = (getattr(address, "ipv4_mapped", None) or address).is_link_local
    except ValueError:
        link_local = False  # a name
    if link_local:
        raise ValueError("a link-local address is not allowed")
    return url


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", text) or set(text) & set('<>,;:"\\()[]'):
        raise ValueError("give one address such as anna@example.org")
    return text


def known_locale(name: str) -> str:
    """As Babel writes it: `de_DE`. Raises ValueError."""
    try:
        return str(Locale.parse(name, sep="-" if "-" in name else "_"))
    except (UnknownLocaleError, ValueError):
        raise ValueError("give a locale such as de_DE or en_GB") from None


DEFAULTS = Preferences()
Unset = BeforeValidator(lambda value: None if isinstance(value, str) and not value.strip() else value)
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Every setting, with its default; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=HOME / ".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    port: Port = 8000
    data_dir: Path = HOME / "data"
    mongo_uri: Annotated[SecretStr | None, Unset] = None
    mongo_db_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,38}$")] = "ledgerloop"
    mlflow_tracking_uri: Annotated[str | None, Unset] = None
    mlflow_port: Port = 5000
    mlflow_ui: Literal["on", "off"] = "on"
    retrain_every_hours: Annotated[float, Field(ge=0.001, le=168)] = DEFAULTS.retrain_every_hours
    clock: Literal["on", "off"] = "on"
    web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    web_threads: Annotated[int, Field(ge=1, le=64)] = 8
    auto_precision: Annotated[float, Field(ge=0.5, le=0.999)] = DEFAULTS.auto_precision
    audit_share: Annotated[float, Field(ge=0, le=0.2)] = DEFAULTS.audit_share
    train_budget_s: Annotated[float, Field(ge=5, le=3600)] = 60
    train_memory_mb: Annotated[Annotated[int, Field(ge=100)] | None, Unset] = None
    dask_scheduler: Annotated[Annotated[str, Field(pattern=r"^(tcp|tls)://[^\s@/]+:\d+$")] | None, Unset] = (
        None
    )
    train_timeout_s: Annotated[float, Field(ge=60, le=86400)] = 1800
    keep_runs: Annotated[int, Field(ge=5, le=10_000)] = 60
    keep_models: Annotated[int, Field(ge=2, le=1_000)] = 20
    lease_s: Annotated[float, Field(ge=1, le=600)] = 30
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = DEFAULTS.currency
    locale: Annotated[Annotated[str, AfterValidator(known_locale)] | None, Unset] = None
    week_starts: Weekday = DEFAULTS.week_starts
    month_starts: Annotated[int, Field(ge=1, le=28)] = DEFAULTS.month_starts
    learning: Literal["on", "off"] = "on"
    secret_key: Annotated[SecretStr | None, Unset] = None
    allowed_hosts: str = ""
    max_import_mb: Annotated[int, Field(ge=1, le=200)] = 25
    max_body_mb: Annotated[int, Field(ge=1, le=100)] = 8
    firefly_webhook_secret: Annotated[SecretStr | None, Unset] = None
    firefly_url: Annotated[Annotated[str, AfterValidator(_address)] | None, Unset] = None
    firefly_token: Annotated[SecretStr | None, Unset] = None
    firefly_check_tag: Annotated[Annotated[str, Field(max_length=100)] | None, Unset] = None
    public_url: Annotated[Annotated[str, AfterValidator(_address)] | None, Unset] = None
    webhook_url: Annotated[Annotated[str, AfterValidator(_webhook_address)] | None, Unset] = None
    webhook_secret: Annotated[Annotated[SecretStr, Field(min_length=16)] | None, Unset] = None
    smtp_host: Annotated[str | None, Unset] = None
    smtp_port: Port = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: Annotated[str | None, Unset] = None
    smtp_password: Annotated[SecretStr | None, Unset] = None
    smtp_from: Annotated[Annotated[str, AfterValidator(_mail_address)] | None, Unset] = None
    mail_to: Annotated[Annotated[str, AfterValidator(_mail_address)] | None, Unset] = None
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _ports_differ(self) -> Settings:
        if self.mlflow_ui == "on" and self.port == self.mlflow_port:
            raise ValueError("PORT and MLFLOW_PORT must differ")
        return self

    @model_validator(mode="after")
    def _firefly_is_complete(self) -> Settings:
        if (self.firefly_url is None) != (self.firefly_token is None):
            raise ValueError("FIREFLY_URL and FIREFLY_TOKEN belong together; set both or neither")
        return self

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Settings:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("WEBHOOK_URL and WEBHOOK_SECRET belong together; set both or neither")
        return self

    @model_validator(mode="after")
    def _mail_is_complete(self) -> Settings:
        if self.smtp_host and not (self.smtp_from and self.mail_to):
            raise ValueError("SMTP_HOST needs SMTP_FROM and MAIL_TO")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USER and SMTP_PASSWORD belong together; set both or neither")
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("SMTP_USER is sent over a secure connection only; set SMTP_SECURITY")
        return self

    @cached_property
    def firefly_secrets(self) -> tuple[str, ...]:
        """One per webhook of Firefly III."""
        secrets = self.firefly_webhook_secret.get_secret_value() if self.firefly_webhook_secret else ""
        return tuple(filter(None, (secret.strip() for secret in secrets.split(","))))

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Those that have the settings they need."""
        addresses = {Channel.EMAIL: self.smtp_host, Channel.WEBHOOK: self.webhook_url}
        return tuple(channel for channel, address in addresses.items() if address)

    @cached_property
    def preferences(self) -> Preferences:
        """The defaults of the settings that a person may change."""
        names = self.__class__.model_fields.keys() & {field.name for field in fields(Preferences)}
        values = {name: getattr(self, name) for name in names}
        return Preferences(**{**values, "learning": self.learning == "on"})

    @cached_property
    def locked_preferences(self) -> frozenset[str]:
        """The names of those that the environment or `.env` sets, which cannot be changed elsewhere."""
        return frozenset(self.model_fields_set.intersection(field.name for field in fields(Preferences)))

    @cached_property
    def data_path(self) -> Path:
        return self.data_dir.expanduser().resolve()

    @cached_property
    def mlruns_path(self) -> Path:
        """Next to the default data directory, inside any other."""
        return HOME / "mlruns" if self.data_path == HOME / "data" else self.data_path / "mlruns"

    @cached_property
    def tracking_uri(self) -> str:
        return self.mlflow_tracking_uri or f"sqlite:///{self.mlruns_path / 'mlflow.db'}"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. Raises CannotStart with a sentence for each invalid one."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise CannotStart(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}." if name else f"{message}.")
    return "\n".join(lines)
