"""What every table is, said to machines: a Frictionless Data Package and CSVW metadata, from the same declarations.

Both take names, types and order from the table itself and everything else from its model: texts, key, what is never
empty, closed lists and limits. Empty text and no value are the same in a CSV file, so a column of text that is never
without a value has no missing values: `breakdown` is empty for the whole, not unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from models._model import Model

Json = dict[str, Any]

DATA_PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
CSVW = "http://www.w3.org/ns/csvw"


def english(name: str) -> str:
    """An English title of a table or column, whose names are English words."""
    return name.replace("_", " ").capitalize()


def references(models: Sequence[Model]) -> Mapping[str, tuple[str, ...]]:
    """The columns by which each table refers to another: those that alone are the other's key, `indicator` of
    `definitions`. Table → columns."""
    keys = _keys(models)
    return {
        model.name: tuple(column for column in model.columns if keys.get(column, model.name) != model.name)
        for model in models
    }


def _keys(models: Sequence[Model]) -> Mapping[str, str]:
    return {model.contract.key[0]: model.name for model in models if len(model.contract.key) == 1}


# ------------------------------------------------------------------------------------------- Frictionless Data Package


def resource(folder: Path, model: Model, table: pl.DataFrame, models: Sequence[Model]) -> Json:
    """One table as a resource of a data package, with the size and hash of its file."""
    path = folder / f"{model.name}.csv"
    content = path.read_bytes()
    schema: Json = {"fields": [_field(model, name, dtype) for name, dtype in table.schema.items()]}
    if model.contract.key:
        schema["primaryKey"] = list(model.contract.key)
    if refers := references(models)[model.name]:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": _keys(models)[column], "fields": [column]}}
            for column in refers
        ]
    return {
        "name": model.name,
        "type": "table",
        "path": path.name,
        "title": model.title,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {**schema, "missingValues": [""]},
    }


def package(*, name: str, described: Json, as_of: date, resources: Sequence[Json]) -> Json:
    """A data package, version 2 of the standard. `described` holds title, licences, sources and the like."""
    return {
        "$schema": DATA_PACKAGE,
        "name": re.sub(r"[^a-z0-9._-]", "-", name.lower()),
        **described,
        "created": f"{as_of.isoformat()}T00:00:00Z",
        "resources": list(resources),
    }


def _field(model: Model, name: str, dtype: pl.DataType) -> Json:
    contract = model.contract
    constraints: Json = {}
    if name in contract.not_null:
        constraints["required"] = True
    if contract.key == (name,):
        constraints["unique"] = True
    if name in contract.accepted:
        constraints["enum"] = list(contract.accepted[name])
    low, high = contract.ranges.get(name, (None, None))
    constraints |= {key: limit for key, limit in (("minimum", low), ("maximum", high)) if limit is not None}
    field: Json = {
        "name": name,
        "type": _KINDS[dtype.base_type()][0],
        "title": english(name),
        "description": model.columns[name],
    }
    if dtype == pl.String and name in contract.not_null:
        field["missingValues"] = []
    return field | ({"constraints": constraints} if constraints else {})


# In Table Schema, in CSVW.
_KINDS: Mapping[type[pl.DataType], tuple[str, str]] = {
    pl.String: ("string", "string"),
    pl.Float64: ("number", "number"),
    pl.Int64: ("integer", "integer"),
    pl.Boolean: ("boolean", "boolean"),
    pl.Date: ("date", "date"),
    pl.Datetime: ("datetime", "dateTime"),
}

# ---------------------------------------------------------------------------------------------------------------- CSVW


def table_group(described: Json, tables: Mapping[str, pl.DataFrame], models: Sequence[Model]) -> Json:
    """Every CSV file of the folder as one group of tables.

    It is to be named `csv-metadata.json`: where no link says otherwise, a reader of CSVW looks for
    `<file>.csv-metadata.json` and then for that name in the same folder, so one file is found from every table.
    """
    return {
        "@context": [CSVW, {"@language": "sv"}],
        **described,
        "tables": [
            {
                "url": f"{model.name}.csv",
                "dc:title": _both(model.title, english(model.name)),
                "tableSchema": _table_schema(model, tables[model.name], models),
            }
            for model in models
        ],
    }


def _table_schema(model: Model, table: pl.DataFrame, models: Sequence[Model]) -> Json:
    schema: Json = {"columns": [_column(model, name, dtype) for name, dtype in table.schema.items()]}
    if model.contract.key:
        schema["primaryKey"] = list(model.contract.key)
    if refers := references(models)[model.name]:
        schema["foreignKeys"] = [
            {
                "columnReference": column,
                "reference": {"resource": f"{_keys(models)[column]}.csv", "columnReference": column},
            }
            for column in refers
        ]
    return schema


def _column(model: Model, name: str, dtype: pl.DataType) -> Json:
    contract = model.contract
    datatype: Json = {"base": _KINDS[dtype.base_type()][1]}
    low, high = contract.ranges.get(name, (None, None))
    datatype |= {key: limit for key, limit in (("minimum", low), ("maximum", high)) if limit is not None}
    if name in contract.accepted:
        datatype["format"] = "|".join(re.escape(value) for value in contract.accepted[name])
    column: Json = {
        "name": name,
        "titles": name,
        "dc:title": [{"@value": english(name), "@language": "en"}],
        "dc:description": [{"@value": model.columns[name], "@language": "sv"}],
        "datatype": datatype if len(datatype) > 1 else datatype["base"],
    }
    if name in contract.not_null:
        column["required"] = True
        if dtype == pl.String:
            column["null"] = []
    return column


def _both(swedish: str, in_english: str) -> list[Json]:
    return [{"@value": swedish, "@language": "sv"}, {"@value": in_english, "@language": "en"}]
