"""Describes the public files for machines: a Frictionless Data Package, CSVW metadata and a DCAT-AP-SE catalogue.

Everything is taken from what is declared elsewhere: the models say what tables and columns are, the sources whose
figures they hold and on what terms, the settings who publishes. The profile is DCAT-AP-SE 3.0.1
(docs.dataportal.se/dcat): one dataset; its formats are distributions of it, and a distribution of many files names
each by `dcat:downloadURL`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from models._model import Model, all_models
from reports._language import LANGUAGES, Language, current, language, t
from reports._origin import Origin, origins_of, together
from reports._schema import CSVW, DATA_PACKAGE, package, resource, table_group
from reports._turtle import count, day, iri, text, turtle
from sources._declare import Cadence, Reuse
from sources._registry import all_sources
from sources._strict import read_reference

LicenceName = Literal["CC0-1.0", "CC-BY-4.0"]
LANDING_PAGE = "report/index.html"

# The addresses are spelled as in the profile's own list, which portals compare letter by letter.
_CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
_LICENCES: Mapping[Reuse, tuple[LicenceName, str, str]] = {
    Reuse.FREE: ("CC0-1.0", "Creative Commons CC0 1.0", _CC0),
    Reuse.ATTRIBUTION: (
        "CC-BY-4.0",
        "Creative Commons Erkännande 4.0 Internationell",
        "http://creativecommons.org/licenses/by/4.0/",
    ),
}
_EU = "http://publications.europa.eu/resource/authority"
_FREQUENCIES: Mapping[Cadence, str] = {
    Cadence.DAILY: "DAILY",
    Cadence.WEEKLY: "WEEKLY",
    Cadence.MONTHLY: "MONTHLY",
    Cadence.YEARLY: "ANNUAL",
    Cadence.SECOND_YEAR: "BIENNIAL",
    Cadence.IRREGULAR: "IRREG",
}
_PREFIXES = {
    "adms": "http://purl.org/adms/publishertype/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrs": "http://schema.theodi.org/odrs#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SWEDEN = "http://sws.geonames.org/2661886"
_MOST_NAMED = 15


@dataclass(frozen=True, kw_only=True)
class OpenData:
    """What a municipality says of itself as a publisher of open data; all of it may be left out.

    publisher: the organisation's name; otherwise the municipalities of the area. contact: an e-mail address of a
    function, not of a person. url: where the public folder can be read, https and ending in a slash; otherwise every
    address is relative to where the catalogue is read from. licence: of what is its own; the strictest of the sources
    goes before it.
    """

    publisher: str = ""
    contact: str = ""
    url: str = ""
    licence: LicenceName = "CC-BY-4.0"


@dataclass(frozen=True, kw_only=True)
class CatalogueMeta:
    """What the catalogue says of the release it describes."""

    release: str
    as_of: date
    area: str
    municipalities: Sequence[str]
    is_synthetic: bool
    open_data: OpenData = field(default_factory=OpenData)


def write_catalogue(folder: Path, *, tables: Mapping[str, pl.DataFrame], meta: CatalogueMeta) -> None:
    """Write `datapackage.json`, `csv-metadata.json` and `catalogue.ttl` beside the files they describe.

    folder: the public audience, with everything else in it. tables: its `output` tables by name. Nothing knows the
    clock: days are the release's. The database's size and hash are left out, for its bytes are never the same.
    """
    models = [model for model in all_models() if model.schema == "output" and model.name in tables]
    origins = origins_of(tables)
    origin = together(origins.values())
    licence = _licence(origin, meta.open_data)
    said: dict[Language, Mapping[str, str]] = {}
    for code in LANGUAGES:
        with language(code):
            said[code] = _sentences(tables, meta, origin)
    resources = []
    for model in models:
        described = resource(folder, model, tables[model.name], models)
        if sources := _sources(origins[model.name]):
            described["sources"] = sources
        resources.append(described)
    packaged = package(
        name=f"lagesbild-{meta.area}",
        described=_described(said["sv"], meta, origin, licence),
        as_of=meta.as_of,
        resources=resources,
    )
    _write(folder / "datapackage.json", json.dumps(packaged, ensure_ascii=False, indent=2))
    passed_on, computed = origin.attributions()
    about = {
        "dc:title": [{"@value": said[code]["title"], "@language": code} for code in LANGUAGES],
        "dc:description": [{"@value": said[code]["description"], "@language": code} for code in LANGUAGES],
        "dc:publisher": {"@value": publisher_of(meta), "@language": "sv"},
        "dc:license": {"@id": licence.address} if licence.address else {"@value": licence.terms, "@language": "sv"},
        "dc:rights": [{"@value": each, "@language": "sv"} for each in (*passed_on, *computed)],
        "schema:version": meta.release,
        "dc:modified": {"@value": meta.as_of.isoformat(), "@type": "xsd:date"},
    }
    _write(folder / "csv-metadata.json", json.dumps(table_group(about, tables, models), ensure_ascii=False, indent=2))
    nodes = _nodes(folder, tables, models, meta, origin, licence, said)
    base = f"{meta.open_data.url}catalogue.ttl" if meta.open_data.url else ""
    _write(folder / "catalogue.ttl", turtle(_PREFIXES, nodes, base=base))


def _write(path: Path, content: str) -> None:
    path.write_text(content.rstrip("\n") + "\n", encoding="utf-8")


# ------------------------------------------------------------------------------------------- who, where, on what terms


def publisher_of(meta: CatalogueMeta) -> str:
    """The name of who publishes: as set, otherwise the municipalities that the release speaks of."""
    if meta.open_data.publisher:
        return meta.open_data.publisher
    name = _area_name(meta.area)
    return f"Kommunen {name}" if meta.area in meta.municipalities else f"Kommunerna i {name}"


def _area_name(area: str) -> str:
    """The name of an area by its code: of `areas.csv`, a municipality's, a county's, or 00, the country."""
    for table, name in (("areas", "area"), ("municipalities", "municipality"), ("counties", "county")):
        listed = read_reference(table)
        if (named := listed.filter(pl.col(f"{name}_code") == area)[name]).len():
            return str(named[0])
    return "Sverige"


def _municipalities(meta: CatalogueMeta) -> Mapping[str, str]:
    listed = read_reference("municipalities").select("municipality_code", "municipality")
    return {code: name for code, name in listed.iter_rows() if code in meta.municipalities}


@dataclass(frozen=True, kw_only=True)
class _Licence:
    """A licence by its id and address, or terms in words where no open licence can be given."""

    name: str
    title: str
    address: str = ""
    terms: str = ""


def _licence(origin: Origin, open_data: OpenData) -> _Licence:
    """The municipality's own licence, or what the strictest source asks where that is more."""
    own = next(reuse for reuse, (name, _, _) in _LICENCES.items() if name == open_data.licence)
    asked = max(own, origin.reuse())
    if asked in _LICENCES:
        name, title, address = _LICENCES[asked]
        return _Licence(name=name, title=title, address=address)
    terms = {f"{each.publisher}: {each.licence.name}." for each in origin.sources if each.licence.reuse is asked}
    return _Licence(name="other-closed", title="Villkor per källa", terms=" ".join(sorted(terms)))


def _sources(origin: Origin) -> list[dict[str, str]]:
    """The sources as a data package lists them, each titled as its publisher wants to be named.

    A publisher's address stands only where its figures are passed on: whose figures ours are computed from is said in
    words, but they are not the publisher's.
    """
    passed_on, computed = origin.attributions()
    homepages = {each.source.attribution: each.source.homepage for each in all_sources().values()}
    return [
        *({"title": each} | ({"path": homepages[each]} if homepages[each] else {}) for each in passed_on),
        *({"title": each} for each in computed),
    ]


# -------------------------------------------------------------------------------------------------------- what is said


def _sentences(tables: Mapping[str, pl.DataFrame], meta: CatalogueMeta, origin: Origin) -> Mapping[str, str]:
    """Everything that is said in the current language."""
    passed_on, computed = (", ".join(f"”{each}”" for each in texts) for texts in origin.attributions())
    areas, names = _area_name(meta.area), _municipalities(meta)
    *most, last = _focus_areas()
    described = [
        t(
            "{n} indikatorer för {area} om {most} och {last}, med antal, osäkerhetsintervall, jämförelser och "
            "förändringar. Små antal människor är dolda. Definitionerna säger också vad varje siffra inte säger.",
            n=tables["definitions"].height,
            area=f"{areas} ({', '.join(names.values())})" if 1 < len(names) <= _MOST_NAMED else areas,
            most=", ".join(most),
            last=last,
        )
    ]
    if meta.is_synthetic:
        described.insert(0, t("Innehåller konstruerade exempeldata, som inte är verkliga uppgifter."))
    origins = []
    if passed_on:
        origins.append(t("Tal som förs vidare oförändrade anges så: {named}.", named=passed_on))
    if computed:
        origins.append(t("Tal som är framräknade här anges så: {named}.", named=computed))
    return {
        "catalogue": t("Öppna data från lokal lägesbild"),
        "catalogue_description": t("Den lokala lägesbilden som öppna data, beskriven enligt DCAT-AP-SE."),
        "title": t("Lokal lägesbild för brottsförebyggande arbete"),
        "description": " ".join(described),
        "origin": " ".join(origins) or t("Alla tal är konstruerade exempeldata."),
        "csv": t("CSV: en fil per tabell, kommatecken och decimalpunkt, UTF-8."),
        "csv_sv": t("CSV för svenskt Excel: en fil per tabell, semikolon och decimalkomma."),
        "parquet": t("Parquet: en fil per tabell, med typer."),
        "xlsx": t("Excelarbetsbok med ett blad per fokusområde, källor och definitioner."),
        "duckdb": t("DuckDB-databas med alla tabeller, kommenterade."),
        "terms": t("Villkor per källa"),
        "keywords": "\n".join([t("lägesbild"), t("brottsförebyggande arbete"), t("anmält brott"), *_focus_areas()]),
    }


def _focus_areas() -> list[str]:
    titles = read_reference("focus_areas")["title" if current() == "sv" else "title_en"]
    return [title[:1].lower() + title[1:] for title in titles]


def _described(said: Mapping[str, str], meta: CatalogueMeta, origin: Origin, licence: _Licence) -> dict[str, Any]:
    """What the data package says of itself, in Swedish."""
    contact = {"email": meta.open_data.contact} if meta.open_data.contact else {}
    return {
        "title": said["title"],
        "description": f"{said['description']} {said['origin']}",
        **({"homepage": meta.open_data.url + LANDING_PAGE} if meta.open_data.url else {}),
        "version": meta.release,
        "keywords": said["keywords"].split("\n"),
        "contributors": [{"title": publisher_of(meta), "roles": ["publisher"], **contact}],
        "licenses": [
            {"name": licence.name, "title": f"{licence.title}: {licence.terms}" if licence.terms else licence.title}
            | ({"path": licence.address} if licence.address else {})
        ],
        **({"sources": sources} if (sources := _sources(origin)) else {}),
    }


# --------------------------------------------------------------------------------------------------------- DCAT-AP-SE


def _nodes(
    folder: Path,
    tables: Mapping[str, pl.DataFrame],
    models: Sequence[Model],
    meta: CatalogueMeta,
    origin: Origin,
    licence: _Licence,
    said: Mapping[Language, Mapping[str, str]],
) -> Mapping[str, Mapping[str, Sequence[str] | str]]:
    def each(key: str) -> list[str]:
        return [text(said[code][key], code) for code in LANGUAGES]

    published = {"dcterms:issued": day(meta.as_of), "dcterms:modified": day(meta.as_of)}
    contact = meta.open_data.contact
    places = _places(meta)
    started = tables["indicators"]["period_start"].min()
    nodes: dict[str, Mapping[str, Sequence[str] | str]] = {
        iri("#catalog"): {
            "a": "dcat:Catalog",
            "dcterms:title": each("catalogue"),
            "dcterms:description": each("catalogue_description"),
            "dcterms:publisher": iri("#publisher"),
            **published,
            "dcterms:language": [iri(f"{_EU}/language/SWE"), iri(f"{_EU}/language/ENG")],
            "dcterms:license": iri(_CC0),  # of the description, not of the data: the profile asks for it
            "dcterms:spatial": list(places),
            "dcat:themeTaxonomy": iri(f"{_EU}/data-theme"),
            "foaf:homepage": iri(LANDING_PAGE),
            "dcat:dataset": iri("#dataset"),
        },
        iri("#publisher"): {
            "a": "foaf:Agent",
            "foaf:name": text(publisher_of(meta), "sv"),
            "dcterms:type": "adms:LocalAuthority",
        },
        iri("#dataset"): {
            "a": "dcat:Dataset",
            "dcterms:title": each("title"),
            "dcterms:description": each("description"),
            "dcterms:publisher": iri("#publisher"),
            "dcat:contactPoint": iri("#contact") if contact else [],
            "dcterms:identifier": text(f"lagesbild-{meta.area}"),
            **published,
            "dcat:version": text(meta.release),
            "dcterms:language": iri(f"{_EU}/language/SWE"),
            "dcat:theme": [iri(f"{_EU}/data-theme/{theme}") for theme in ("JUST", "SOCI")],
            "dcat:keyword": [text(word, code) for code in LANGUAGES for word in said[code]["keywords"].split("\n")],
            "dcterms:spatial": list(places),
            "dcterms:temporal": iri("#period") if isinstance(started, date) else [],
            "dcterms:accrualPeriodicity": _frequency(tables),
            "dcterms:accessRights": iri(f"{_EU}/access-right/PUBLIC"),
            "dcterms:provenance": iri("#origin"),
            "dcterms:conformsTo": [iri(DATA_PACKAGE), iri(CSVW)],
            "dcat:landingPage": iri(LANDING_PAGE),
            "dcat:distribution": [iri(f"#{key}") for key in _files(folder, models)],
        },
    }
    if contact:
        nodes[iri("#contact")] = {
            "a": "vcard:Organization",
            "vcard:fn": text(publisher_of(meta)),
            "vcard:hasEmail": iri(f"mailto:{contact}"),
        }
    if isinstance(started, date):
        # No end, as the profile asks of what goes on growing.
        nodes[iri("#period")] = {"a": "dcterms:PeriodOfTime", "dcat:startDate": day(started)}
    nodes |= {place: {"a": "dcterms:Location", **about} for place, about in places.items()}
    nodes[iri("#origin")] = {"a": "dcterms:ProvenanceStatement", "dcterms:description": each("origin")}
    if named := [text(each_of, "sv") for texts in origin.attributions() for each_of in texts]:
        nodes[iri("#rights")] = {
            "a": ["odrs:RightsStatement", "dcterms:RightsStatement"],
            "odrs:attributionText": named,
        }
    if licence.terms:
        nodes[iri("#terms")] = {
            "a": "dcterms:LicenseDocument",
            "dcterms:title": each("terms"),
            "dcterms:description": text(licence.terms, "sv"),
        }
    for address, title in ((DATA_PACKAGE, "Data Package 2.0"), (CSVW, "CSV on the Web")):
        nodes[iri(address)] = {"a": "dcterms:Standard", "dcterms:title": text(title, "en")}
    for address, title in (("datapackage.json", "Data Package"), ("csv-metadata.json", "CSV on the Web")):
        nodes[iri(address)] = {"a": "dcterms:Standard", "dcterms:title": text(f"{title}: {address}", "en")}
    for key, paths in _files(folder, models).items():
        nodes[iri(f"#{key}")] = {
            "a": "dcat:Distribution",
            "dcterms:title": [text(_FORMATS[key][1], code) for code in LANGUAGES],
            "dcterms:description": each(key),
            # One file is its own address; of several the page that tells of them all is.
            "dcat:accessURL": iri(paths[0].name if len(paths) == 1 else LANDING_PAGE),
            "dcat:downloadURL": [iri(path.name) for path in paths],
            "dcterms:format": text(_FORMATS[key][0]),
            "dcat:byteSize": [] if key == "duckdb" else count(sum(path.stat().st_size for path in paths)),
            **published,
            "dcterms:license": iri(licence.address or "#terms"),
            "dcterms:rights": iri("#rights") if named else [],
            "dcterms:conformsTo": [iri("datapackage.json"), iri("csv-metadata.json")] if key == "csv" else [],
        }
    return nodes


# Media types: DuckDB has none.
_FORMATS: Mapping[str, tuple[str, str]] = {
    "csv": ("text/csv", "CSV"),
    "csv_sv": ("text/csv", "CSV, Excel"),
    "parquet": ("application/vnd.apache.parquet", "Parquet"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"),
    "duckdb": ("application/octet-stream", "DuckDB"),
}


def _files(folder: Path, models: Sequence[Model]) -> Mapping[str, list[Path]]:
    """The files of each format that there are."""
    found = {
        "csv": [folder / f"{model.name}.csv" for model in models],
        "csv_sv": [folder / f"{model.name}_sv.csv" for model in models],
        "parquet": [folder / f"{model.name}.parquet" for model in models],
        "xlsx": [folder / "lagesbild.xlsx"],
        "duckdb": [folder / "lagesbild.duckdb"],
    }
    return {key: there for key, paths in found.items() if (there := [path for path in paths if path.exists()])}


def _places(meta: CatalogueMeta) -> Mapping[str, Mapping[str, str]]:
    """The municipalities by Statistics Sweden's codes; the whole country as GeoNames has it.

    Other addresses at GeoNames are not given: which is which municipality has not been checked.
    """
    if meta.area == "00":
        return {iri(_SWEDEN): {"rdfs:label": text("Sverige", "sv")}}
    return {
        iri(f"#municipality-{code}"): {"rdfs:label": text(name, "sv"), "dcterms:identifier": text(code)}
        for code, name in _municipalities(meta).items()
    }


def _frequency(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """A release is made when any source brings something new: as often as the one that does so most."""
    names = {name for cell in tables["indicators"]["sources"].unique() for name in cell.split(",")}
    brought = [module.source.cadence for name, module in all_sources().items() if name in names]
    return [iri(f"{_EU}/frequency/{_FREQUENCIES[cadence]}") for cadence in Cadence if cadence in brought][:1]
