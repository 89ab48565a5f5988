"""Reads a `.sql` file into a Model: a TOML comment block with all that is declared, and one SELECT."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from models._contracts import STATUSES, Contract
from sources._problem import Problem
from sources._strict import read_reference

LAYERS = ("parsed", "reference", "staging", "core", "indicators", "estimates", "output")
FOLDERS = ("staging", "core", "indicators", "output")
KINDS = ("counts", "published", "microdata")
METHODS = {"counts": ("rate",), "published": ("published", "self_selected"), "microdata": ("proportion",)}
POLARITIES = ("low_is_good", "high_is_good", "none")
PERIOD_TYPES = ("year", "two_years", "quarter", "month", "school_year", "survey")
FLAGS = (
    "provisional",
    "series_break",
    "revised",
    "corrected",
    "self_selected",
    "effort_driven",
    "own_trend_only",
    "overlapping",
    "late_source",
    "inferred_population",
    "few_respondents",
    "under_five",
    "under_ten",
)
LOWEST_AREAS = ("municipality", "police_area")
BASES = ("registered", "own_services", "asked")
_TABLE_KEYS = {"title", "columns", "key", "not_null", "accepted", "ranges", "at_least"}
_INDICATOR_KEYS = {
    "title",
    "title_en",
    "definition",
    "focus_area",
    "kind",
    "method",
    "per",
    "unit",
    "polarity",
    "period_type",
    "flags",
    "notes",
    "breaks",
    "measure",
    "lowest_area",
    "basis",
    "is_consequence",
}
_TYPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("key", "not_null", "flags", "notes", "breaks"), (list, "en lista, [ … ]")),
    **dict.fromkeys(("columns", "accepted", "ranges"), (dict, "en tabell, { … }")),
    **dict.fromkeys(("at_least", "per"), (int, "ett heltal")),
    "is_consequence": (bool, "true eller false"),
}
_INDICATOR_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "counts": ("municipality_code", "period", "numerator", "denominator", "is_synthetic", "data_as_of"),
    "microdata": (
        "municipality_code",
        "period",
        "numerator",
        "denominator",
        "effective_n",
        "respondents",
        "answered_yes",
        "is_synthetic",
        "data_as_of",
    ),
    "published": ("area_code", "period", "value", "margin", "is_synthetic", "data_as_of"),
}
OPTIONAL_COLUMNS = ("breakdown", "category", "status", "flags", "respondents", "response_rate", "concerns")


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What an indicator declares beside its SELECT; ids are public and never reused.

    Indicators of one `measure` count the same events or people, over other periods or per something else; a count that
    one of them hides, none shows. lowest_area: police_area where a municipality's figures are never shown. basis: what
    kind of source it rests on: registered, own_services or asked. is_consequence: what the problem leads to.
    """

    indicator: str
    title: str
    title_en: str
    definition: str
    focus_area: str
    kind: str
    method: str
    per: int
    unit: str
    polarity: str
    period_type: str
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    breaks: tuple[int, ...]
    measure: str = ""
    lowest_area: str = "municipality"
    basis: str = "registered"
    is_consequence: bool = False


@dataclass(frozen=True, kw_only=True)
class Model:
    """One table: where it stands, how it is made, and what must hold of it."""

    schema: str
    name: str
    path: Path
    query: str
    title: str
    contract: Contract
    columns: Mapping[str, str] = field(default_factory=dict)
    indicator: Indicator | None = None

    @property
    def table(self) -> str:
        """The qualified name, schema.table."""
        return f"{self.schema}.{self.name}"


@cache
def all_models(root: Path = Path(__file__).parent) -> tuple[Model, ...]:
    """Every model of the four folders, in order of layer and name."""
    return tuple(read_model(path) for folder in FOLDERS for path in sorted((root / folder).glob("*.sql")))


def read_model(path: Path) -> Model:
    """Read one model file. Raises Problem for a header that is no TOML, or holds an unknown or impossible key."""
    where = f"models/{path.parent.name}/{path.name}"
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    try:
        header = tomllib.loads("\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:end]))
    except tomllib.TOMLDecodeError as error:
        raise Problem(where, "huvudet är inte TOML", found=str(error), do="rätta kommentarsblocket") from None
    schema, query = path.parent.name, "\n".join(lines[end:]).strip().rstrip(";")
    known = _INDICATOR_KEYS if schema == "indicators" else _TABLE_KEYS
    if unknown := sorted(header.keys() - known):
        raise Problem(
            where, "okänd nyckel i huvudet", found=unknown[0], do=f"kända nycklar är {', '.join(sorted(known))}"
        )
    for key, value in header.items():
        kind, said = _TYPES.get(key, (str, "text"))
        if not isinstance(value, kind):
            raise Problem(where, f"fel slags värde för {key}", found=repr(value), do=f"skriv {said}")
    if "title" not in header:
        raise Problem(where, "rubrik saknas", do="lägg till title")
    if schema == "indicators":
        indicator = _indicator(path.stem, header, where)
        contract = _indicator_contract(indicator)
        return Model(
            schema=schema,
            name=path.stem,
            path=path,
            query=query,
            title=indicator.title,
            contract=contract,
            indicator=indicator,
        )
    contract = Contract(
        table=f"{schema}.{path.stem}",
        key=tuple(header.get("key", ())),
        not_null=tuple(header.get("not_null", ())),
        accepted={column: tuple(values) for column, values in header.get("accepted", {}).items()},
        ranges={column: _range(limits, where) for column, limits in header.get("ranges", {}).items()},
        at_least=header.get("at_least", 0),
    )
    return Model(
        schema=schema,
        name=path.stem,
        path=path,
        query=query,
        title=header["title"],
        contract=contract,
        columns=header.get("columns", {}),
    )


def _range(limits: Mapping[str, float], where: str) -> tuple[float | None, float | None]:
    if unknown := sorted(limits.keys() - {"min", "max"}):
        raise Problem(where, "okänd gräns", found=unknown[0], do="skriv { min = …, max = … }")
    return limits.get("min"), limits.get("max")


def _indicator(name: str, header: Mapping[str, Any], where: str) -> Indicator:
    defaults: dict[str, Any] = {"period_type": "year", "flags": [], "notes": [], "per": 100, "breaks": []}
    defaults |= {"measure": name, "lowest_area": "municipality", "is_consequence": False}
    values = {**defaults, **header}
    if absent := sorted(_INDICATOR_KEYS - values.keys()):
        raise Problem(where, "nyckel saknas i huvudet", do=f"lägg till {', '.join(absent)}")
    closed = {
        "kind": KINDS,
        "method": METHODS.get(values["kind"], ()),
        "focus_area": read_reference("focus_areas")["focus_area"].to_list(),
        "polarity": POLARITIES,
        "period_type": PERIOD_TYPES,
        "lowest_area": LOWEST_AREAS,
        "basis": BASES,
    }
    for key, accepted in closed.items():
        if values[key] not in accepted:
            raise Problem(
                where, f"okänt värde för {key}", found=str(values[key]), do=f"välj bland {', '.join(accepted)}"
            )
    if unknown := [flag for flag in values["flags"] if flag not in FLAGS]:
        raise Problem(where, "okänd flagga", found=unknown[0], do=f"välj bland {', '.join(FLAGS)}")
    for listed in ("flags", "notes", "breaks"):
        values[listed] = tuple(values[listed])
    return Indicator(indicator=name, **values)


def _indicator_contract(indicator: Indicator) -> Contract:
    area = "area_code" if indicator.kind == "published" else "municipality_code"
    return Contract(
        table=f"indicators.{indicator.indicator}",
        not_null=(area, "period", "is_synthetic", "data_as_of"),
        ranges={} if indicator.kind == "published" else {"numerator": (0, None), "denominator": (0, None)},
    )


def required_columns(indicator: Indicator) -> tuple[str, ...]:
    """The columns that an indicator's SELECT must return, by its kind."""
    return _INDICATOR_COLUMNS[indicator.kind]


def period_bounds(period: str, period_type: str) -> tuple[date, date]:
    """First and last day of a period written 2023, 2019–2020, 2023-K2 or 2023-07."""
    match period_type:
        case "quarter":
            year, quarter = int(period[:4]), int(period[-1])
            start, months = date(year, 3 * quarter - 2, 1), 3
        case "month":
            start, months = date(int(period[:4]), int(period[5:7]), 1), 1
        case "two_years":
            start, months = date(int(period[:4]), 1, 1), 24
        case "school_year":
            start, months = date(int(period[:4]), 7, 1), 12
        case _:
            start, months = date(int(period[:4]), 1, 1), 12
    after = start.month - 1 + months
    following = date(start.year + after // 12, after % 12 + 1, 1)
    return start, date.fromordinal(following.toordinal() - 1)


__all__ = ["FLAGS", "LAYERS", "STATUSES", "Indicator", "Model", "all_models", "period_bounds", "read_model"]
