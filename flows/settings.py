"""The settings, read once: environment variables `LAGESBILD_*` over `lagesbild.toml` over the defaults."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from flows._channels import channel_of, is_secret
from sources._file import open_ordinary
from sources._names import read_names
from sources._problem import UNSEEN, UsageProblem

FILE = Path("lagesbild.toml")
_MOST_BYTES = 64 * 1024
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_EMAIL = re.compile(r"[A-Za-z][A-Za-z._-]*@[A-Za-z][A-Za-z-]*(?:\.[A-Za-z-]+)+")


class Settings(BaseSettings):
    """Everything a municipality may set. Unknown names are errors, so that a slip never passes for a choice."""

    model_config = SettingsConfigDict(env_prefix="LAGESBILD_", extra="forbid", frozen=True)

    data: Path = Field(default=Path("data"), description="Datamapp")
    area: str = Field(default="sodra_fyrbodal", description="Område: kod ur areas.csv, kommunkod, länskod eller 00")
    contact: str = Field(default="", description="E-post eller telefon som utgivarna kan nå; står i User-Agent")
    base_urls: dict[str, str] = Field(default_factory=dict, description="Andra adresser än källornas egna")
    gallringsbeslut: dict[str, str] = Field(
        default_factory=dict, description="Beslut (diarienummer, dag) per källa; utan beslut gallras ingenting"
    )
    not_fetched: tuple[str, ...] = Field(
        default=("reported_offences",), description="Källor som inte hämtas: Brås databas kräver ett certifikat till"
    )
    rest_days: int = Field(
        default=6, ge=0, le=90, description="Dagar som en utgivare lämnas i fred som inte kan säga om något är nytt"
    )
    inbox_quiet_seconds: float = Field(
        default=30, ge=0, le=86_400, description="Så länge en fil i inkorgen ska ha legat orörd innan den tas in"
    )
    language: Literal["sv", "en"] = Field(default="sv", description="Rapportens språk: sv eller en")
    log_format: Literal["text", "json"] = Field(
        default="text", description="Körningens rader på standard error: text för människor eller json, en rad per steg"
    )
    report_formats: tuple[Literal["pdf", "docx", "pptx"], ...] = Field(
        default=("pdf", "docx", "pptx"), description="Rapportens format utöver HTML: pdf, docx, pptx"
    )
    keep_releases: int = Field(
        default=30, ge=2, le=10_000, description="Så många av de nyaste utgåvorna står kvar; se flows/README.md"
    )
    decided: tuple[str, ...] = Field(default=(), description="Utgåvor som är beslutade och bevaras")
    publisher: str = Field(default="", description="Den som ger ut öppna data: kommunens fullständiga namn")
    public_contact: str = Field(
        default="", description="E-post till en funktion, inte en person; står i den öppna datakatalogen"
    )
    public_url: str = Field(default="", description="Adress där den publika mappen går att läsa")
    licence: Literal["CC0-1.0", "CC-BY-4.0"] = Field(
        default="CC-BY-4.0", description="Licens för det som är kommunens eget; den strängaste källans villkor går före"
    )

    source_seconds: float = Field(
        default=1800,
        gt=0,
        le=86_400,
        description="Så länge en källas utgivare får ta på sig i en körning, alla försök medräknade",
    )
    ask_again_seconds: tuple[float, ...] = Field(
        default=(30, 300),
        description="Så länge väntas innan en källa som inte gick att läsa prövas igen; ett tal per försök",
    )
    busy_minutes: float = Field(
        default=120, ge=0, le=1440, description="Så länge en schemalagd körning väntar på en annan i samma datamapp"
    )
    late_minutes: float = Field(
        default=60, gt=0, le=1440, description="Så sent en schemalagd körning får börja innan någon får veta det"
    )
    notify: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Vart meddelanden går: namn och adress. Hemliga adresser sätts bara i miljön, LAGESBILD_NOTIFY",
    )

    @field_validator("data", "area", "contact", "publisher")
    @classmethod
    def is_plain(cls, value: Path | str) -> Path | str:
        """One line that shows what it is: a break in `contact` would be a header of its own, a NUL ends a path."""
        if re.search(rf"{UNSEEN}|[\t\r\n]", str(value)) or len(str(value)) > 1_000:
            raise ValueError("har osynliga tecken, flera rader eller är för lång")
        return value

    @field_validator("base_urls")
    @classmethod
    def are_safe(cls, value: dict[str, str]) -> dict[str, str]:
        """Addresses that keep what is fetched from being read or changed on the way, and that hold no secret."""
        for source, url in value.items():
            if fault := _url_fault(url):
                raise ValueError(f"{source}: {fault}")
        return value

    @field_validator("ask_again_seconds")
    @classmethod
    def are_waits(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        """A few waits of at most an hour."""
        if len(value) > 10 or not all(0 <= each <= 3600 for each in value):
            raise ValueError("är inte högst tio tal mellan 0 och 3600")
        return value

    @field_validator("notify")
    @classmethod
    def are_channels(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        """Names that can be part of a block's name, and addresses of a kind that is known."""
        for name, address in value.items():
            if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
                raise ValueError("ett namn är inte små bokstäver a–z, siffror och bindestreck")
            try:
                channel_of(address.get_secret_value())
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return value

    @field_validator("public_url")
    @classmethod
    def is_a_folder(cls, value: str) -> str:
        """An address that names of files can be put after."""
        if value and (fault := _url_fault(value)):
            raise ValueError(fault)
        return value if not value or value.endswith("/") else f"{value}/"

    @field_validator("public_contact")
    @classmethod
    def is_of_a_function(cls, value: str) -> str:
        """An e-mail address that names nobody: it is let through the output gate, which stops all others.

        Without figures, for the gate reads one figure for all, and a person's may be a year of birth.
        """
        if not value:
            return value
        if not _EMAIL.fullmatch(value):
            raise ValueError("är ingen e-postadress av bokstäver")
        if read_names().given.keys() & set(re.split(r"[._-]", value.partition("@")[0].lower())):
            raise ValueError("ser ut att vara en persons e-postadress")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was given, then the environment, then the file; no .env and no secrets folder."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=dict(_read_file(FILE)))


def read_settings(**given: object) -> Settings:
    """The settings, with what the command line gave on top. Raises UsageProblem for what cannot be understood."""
    known = Settings.model_fields.keys()
    for name in os.environ:
        setting = name.removeprefix("LAGESBILD_").lower()
        if name.startswith("LAGESBILD_") and setting not in known:
            raise UsageProblem(name, "okänd inställning", do=f"kända är {', '.join(sorted(known))}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = f"{FILE} eller miljön, {'.'.join(str(part) for part in first['loc'])}"
        raise UsageProblem(
            where,
            "inställningen går inte att använda",
            found=first["msg"].removeprefix("Value error, "),
            do="rätta den",
        ) from None
    except SettingsError as error:
        raise UsageProblem("miljön", "inställningen går inte att läsa", found=str(error), do="skriv JSON") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(str(FILE), "filen är inte TOML i UTF-8", found=str(error), do="rätta filen") from None


def _read_file(path: Path) -> Mapping[str, object]:
    """What the settings file says; nothing where there is none.

    It stands in whatever folder the command is run in, so it is read only where nobody else can have put or changed
    it. Raises UsageProblem else.
    """
    try:
        file = open_ordinary(path)
    except FileNotFoundError:
        return {}
    with file:
        for about, name in ((os.fstat(file.fileno()), "filen"), (path.absolute().parent.stat(), "mappen")):
            if about.st_uid not in (0, os.geteuid()):
                raise _not_trusted(path, f"{name} ägs av någon annan")
            if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise _not_trusted(path, f"{name} kan ändras av andra")
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise _not_trusted(path, f"filen är större än {_MOST_BYTES} byte")
    given = tomllib.loads(content.decode())
    _refuse_secrets(path, given.get("notify"))
    return given


def _refuse_secrets(path: Path, notify: object) -> None:
    """Raise UsageProblem where the file holds an address that is a key: many read such a file, and it is backed up."""
    for name, address in notify.items() if isinstance(notify, dict) else ():
        try:
            is_open = not is_secret(str(address))
        except ValueError:
            continue  # not an address at all: told with the other settings
        if not is_open:
            raise UsageProblem(
                f"{path}, notify.{name}",
                "adressen är hemlig och får inte stå i filen",
                do="sätt den i miljön, LAGESBILD_NOTIFY, eller gör ett block i Prefect och ange dess typ/namn",
            )


def _not_trusted(path: Path, found: str) -> UsageProblem:
    return UsageProblem(
        str(path), "inställningarna går inte att lita på", found=found, do="ta bort andras rätt att skriva (chmod go-w)"
    )


def _url_fault(url: str) -> str:
    """What is wrong with an address, without showing it."""
    try:
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return "adressen går inte att läsa"
    if parts.scheme != "https" and not is_local:
        return "adressen ska börja med https://"
    if not parts.hostname or not has_port or re.search(rf'{UNSEEN}|[\s<>"{{}}|^`\\]', url):
        return "adressen går inte att läsa"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "adressen har inloggning eller nyckel i sig"
    return ""
