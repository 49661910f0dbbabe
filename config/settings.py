"""What an operator may set: one frozen value, valid once built. Reading it from outside is in `loading.py`.

`default.toml` names every setting with its default and a line of explanation.
"""

from __future__ import annotations

import os
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.channels import Channels
from config.escalation import Escalation
from config.table import Table
from config.values import Duration, Durations, Names, Size, is_loopback

_MIB = 1024**2
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Web(Table):
    """The pages: where they listen, how members reach them, how long a sign-in lasts."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    base_url: str = Field(default_factory=lambda known: _base_url(known["host"], known["port"]))
    allowed_hosts: Names = Field(default_factory=lambda known: _hosts_of(known["base_url"]))
    secure_cookies: bool = Field(default_factory=lambda known: not is_loopback(_host_of(known["base_url"])))
    trusted_proxies: Names = ()
    session_idle: Duration = timedelta(minutes=10)
    session_time_to_live: Duration = timedelta(hours=12)
    sign_in_link_time_to_live: Duration = timedelta(minutes=15)
    upload_link_time_to_live: Duration = timedelta(minutes=30)
    upload_idle: Duration = timedelta(seconds=60)

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value:
            raise ValueError("is needed, since nobody can open the address that web.host listens on")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError('must be an address such as "https://hilum.example.org"')
        return value.rstrip("/")

    @field_validator("secure_cookies")
    @classmethod
    def _cookies_travel(cls, value: bool, known: ValidationInfo) -> bool:  # noqa: FBT001 - the library's signature
        if value and known.data.get("base_url", "").startswith("http:"):
            raise ValueError("cannot be so while web.base_url begins with http: and not with https:")
        return value


class Limits(Table):
    """What is taken in at the most; what is larger is refused with a sentence to its sender."""

    text_characters: int = Field(default=20_000, ge=1)
    file_bytes: Size = 500 * _MIB
    files_per_message: int = Field(default=2_000, ge=1)
    member_bytes: Size = 4096 * _MIB
    image_pixels: int = Field(default=100_000_000, ge=1)
    zip_entries: int = Field(default=5_000, ge=1)
    zip_bytes: Size = 2048 * _MIB
    memory_bytes: Size = 2048 * _MIB


class Rules(Table):
    """Times and switches that a society may set."""

    inbox_time_to_live: Duration = timedelta(hours=24)
    draft_reminders: Durations = (timedelta(minutes=3), timedelta(minutes=5))
    draft_time_to_live: Duration = timedelta(hours=24)
    consult_images_kept: Duration = timedelta(days=7)
    relays_kept: Duration = timedelta(days=7)
    outage_told_after: Duration = timedelta(minutes=15)
    choice_time_to_live: Duration = timedelta(days=30)
    takes_images: bool = True
    fallback_telephone: str = ""
    cleaning_lanes: int = Field(default=2, ge=1, le=64)
    files_together: int = Field(default=60, ge=1, le=1000)
    answered_closes_after: Duration = timedelta(days=3)
    incident_within: Duration = timedelta(hours=72)
    holiday_country: str = Field(default="KR", pattern="^[A-Z]{2}$")
    society: str = Field(default="Hilum", min_length=1, max_length=8)
    short_address: str = Field(default="https://localhost", pattern="^https://[^/]+$", max_length=20)
    short_link_time_to_live: Duration = timedelta(days=14)
    which_question_waits: Duration = timedelta(minutes=15)
    echo_waits: Duration = timedelta(minutes=30)


DeidentificationOption = Literal[
    "clean_graphics",
    "clean_structured_content",
    "clean_descriptors",
    "retain_longitudinal_modified_dates",
    "retain_patient_characteristics",
    "retain_safe_private",
]


class Deidentification(Table):
    """What is kept of a DICOM header beyond the Basic Profile with Clean Pixel Data (PS3.15 Annex E)."""

    options: tuple[DeidentificationOption, ...] = get_args(DeidentificationOption)


class Digest(Table):
    """The daily digest."""

    enabled: bool = True
    clock: time = time(7, 30)


class Worker(Table):
    """How stored work is done."""

    concurrency: int = Field(default=8, ge=1, le=64)
    lease: Duration = timedelta(seconds=60)
    attempts: int = Field(default=8, ge=1)
    poll: Duration = timedelta(seconds=1)
    pool_processes: int = Field(default=2, ge=1, le=64)
    pool_idle: Duration = timedelta(seconds=60)


class Settings(BaseSettings):
    """Everything an operator may set; `config.loading.load_settings` builds it from outside.

    Built directly, it is its defaults and what is given: no file, no environment.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    data: Path = Path("~/.local/share/hilum")
    keys: Path = Field(default_factory=lambda known: known["data"].with_name(known["data"].name + "-keys"))
    database_url: SecretStr = Field(default_factory=lambda known: SecretStr(f"sqlite:///{known['data']}/hilum.db"))
    linkage_url: SecretStr = Field(default_factory=lambda known: SecretStr(f"sqlite:///{known['data']}/linkage.db"))
    archive_url: str = Field(default_factory=lambda known: (known["data"] / "archive").as_uri())
    log_level: LogLevel = LogLevel.INFO
    web: Web = Field(default_factory=Web)
    channels: Channels = Field(default_factory=Channels)
    limits: Limits = Field(default_factory=Limits)
    rules: Rules = Field(default_factory=Rules)
    escalation: Escalation = Field(default_factory=Escalation)
    deidentification: Deidentification = Field(default_factory=Deidentification)
    digest: Digest = Field(default_factory=Digest)
    worker: Worker = Field(default_factory=Worker)

    @property
    def archive_folder(self) -> Path:
        return Path(unquote(urlsplit(self.archive_url).path))

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917 - the library's signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @field_validator("data", "keys")
    @classmethod
    def _whole_path(cls, value: Path) -> Path:
        try:
            return Path(os.path.abspath(value.expanduser()))
        except RuntimeError as error:
            raise ValueError("has no home folder to start from; give a whole path") from error

    @field_validator("keys")
    @classmethod
    def _keys_apart(cls, value: Path, known: ValidationInfo) -> Path:
        if "data" in known.data and value.resolve().is_relative_to(known.data["data"].resolve()):
            raise ValueError("must not lie inside the data folder: a copy of the data would carry its keys along")
        return value

    @field_validator("database_url", "linkage_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_DATABASES):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("channels")
    @classmethod
    def _webhook_is_answered(cls, value: Channels, known: ValidationInfo) -> Channels:
        host, web = _host_of(value.telegram.webhook_url), known.data.get("web")
        if host and web is not None and not any(_is_named(host, name) for name in web.allowed_hosts):
            raise ValueError("telegram.webhook_url has a host that is none of web.allowed_hosts: nobody answers there")
        return value

    @field_validator("archive_url")
    @classmethod
    def _known_archive(cls, value: str) -> str:
        if value.startswith("s3:"):
            raise ValueError("S3 comes with a later version; give a folder as file:///…")
        if not value.startswith("file:///"):
            raise ValueError("must be a folder, written as file:///…")
        return value


def _base_url(host: str, port: int) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - nothing is bound here
        return ""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_named(host: str, name: str) -> bool:
    """Return whether a host is one of those that a name of `web.allowed_hosts` stands for, such as "*.example.org"."""
    return name in {"*", host} or (name.startswith("*.") and host.endswith(name[1:]))


def _hosts_of(url: str) -> tuple[str, ...]:
    host = _host_of(url)
    return ("127.0.0.1", "localhost", "::1") if is_loopback(host) else (host,)
