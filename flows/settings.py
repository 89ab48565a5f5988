"""The settings, read once: environment variables `LAGESBILD_*` over `lagesbild.toml` over the defaults."""

import os
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from sources._problem import UsageProblem

FILE = Path("lagesbild.toml")


class Settings(BaseSettings):
    """Everything a municipality may set. Unknown names are errors, so that a slip never passes for a choice."""

    model_config = SettingsConfigDict(env_prefix="LAGESBILD_", extra="forbid", frozen=True, toml_file=FILE)

    data: Path = Field(default=Path("data"), description="Datamapp")
    area: str = Field(default="sodra_fyrbodal", description="Område: kod ur areas.csv, kommunkod, länskod eller 00")
    contact: str = Field(default="", description="E-post eller telefon som utgivarna kan nå; står i User-Agent")
    base_urls: dict[str, str] = Field(default_factory=dict, description="Andra adresser än källornas egna")

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


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
        raise UsageProblem(where, "inställningen går inte att använda", found=first["msg"], do="rätta den") from None
    except SettingsError as error:
        raise UsageProblem("miljön", "inställningen går inte att läsa", found=str(error), do="skriv JSON") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(str(FILE), "filen är inte TOML i UTF-8", found=str(error), do="rätta filen") from None
