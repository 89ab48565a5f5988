"""What describes the public files for machines, tried by the validators that others use on it."""

import csv
import functools
import http.server
import json
import shutil
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from csvw import CSVW, TableGroup
from frictionless import Package, Report, validate
from hypothesis import given
from hypothesis import strategies as st
from pyshacl import validate as validate_shapes
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF

from flows._publish import open_data_of
from flows._version import VERSION
from flows.pipeline import build_warehouse, make_plan, read_all, release_id
from flows.settings import read_settings
from models._duckdb import connect
from models._model import all_models
from reports._origin import Origin, origins_of
from reports._turtle import iri, text, turtle
from reports.catalogue import CatalogueMeta, LicenceName, OpenData, write_catalogue
from reports.gate import find_hits, find_hits_in
from reports.release import TABLES, ReleaseMeta, write_release
from sources._declare import Reuse
from sources._registry import all_sources

FILES = ("datapackage.json", "csv-metadata.json", "catalogue.ttl")
PUBLIC = "https://data.example.se/lagesbild/"
CONTACT = "oppnadata@example.se"
BASE = f"{PUBLIC}catalogue.ttl"
SHAPES = Path(__file__).parent / "shapes" / "dcat_ap_se.ttl"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SH = Namespace("http://www.w3.org/ns/shacl#")
ODRS = Namespace("http://schema.theodi.org/odrs#")
DATASET = URIRef(f"{BASE}#dataset")
KOLADA, KOLADA_PROCESSED = "Källa: Kolada", "Egen bearbetning av uppgifter från Brå, SCB m.fl."


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample's release, its public tables and what its catalogue was told."""

    folder: Path
    tables: Mapping[str, pl.DataFrame]
    meta: CatalogueMeta


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    plan = make_plan(read_settings(data=folder / "data"), sample=True, now=datetime(2026, 9, 1, 2, 30, tzinfo=UTC))
    results = read_all(plan)
    release = release_id(plan, results)
    built = build_warehouse(plan, results, release, lambda _: None)
    meta = ReleaseMeta(
        release=release,
        as_of=plan.as_of,
        area="sodra_fyrbodal",
        municipalities=("1415", "1419", "1421"),
        version=VERSION,
        sample=True,
        snapshots=[],
        open_data=open_data_of(plan.settings),
    )
    write_release(folder / "release", plan.data / "warehouse.duckdb", meta, built.personal, lambda _: None)
    names = [table.removeprefix("output.") for table in TABLES["public"]]
    with connect(folder / "release" / "public" / "lagesbild.duckdb", read_only=True) as con:
        tables = {name: con.sql(f"from output.{name}").pl() for name in names}
    told = CatalogueMeta(
        release=release,
        as_of=plan.as_of,
        area=meta.area,
        municipalities=meta.municipalities,
        is_synthetic=True,
    )
    return Sample(folder=folder / "release" / "public", tables=tables, meta=told)


@pytest.fixture
def public(sample: Sample, tmp_path: Path) -> Path:
    """A copy of the public folder that a test may spoil."""
    folder = tmp_path / "public"
    shutil.copytree(sample.folder, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def site(sample: Sample) -> Iterator[str]:
    """The public folder as a municipality would put it on the web."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(sample.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def written(folder: Path, sample: Sample, tables: Mapping[str, pl.DataFrame] | None = None, **told: Any) -> Graph:
    """Describe the folder anew with something else told, and read its catalogue."""
    write_catalogue(folder, tables=tables or sample.tables, meta=replace(sample.meta, **told))
    return read(folder)


def read(folder: Path) -> Graph:
    return Graph().parse(data=(folder / "catalogue.ttl").read_text(encoding="utf-8"), format="turtle", publicID=BASE)


def said(graph: Graph, node: URIRef) -> dict[str, str]:
    """A node's description by language."""
    descriptions = [each for each in graph.objects(node, DCTERMS.description) if isinstance(each, Literal)]
    return {str(each.language): str(each) for each in descriptions}


def described(folder: Path, tmp_path: Path) -> Path:
    """A folder with nothing but the descriptions, for the gate to read."""
    alone = tmp_path / "described"
    alone.mkdir()
    for name in FILES:
        shutil.copyfile(folder / name, alone / name)
    return alone


def package_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def spoil(path: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    """Change the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# ------------------------------------------------------------------------------------------------------- what is there


def test_only_the_public_folder_is_described(sample: Sample) -> None:
    assert all((sample.folder / name).is_file() for name in FILES)
    internal = sample.folder.parent / "internal"
    assert not any((internal / name).exists() for name in FILES)


def test_the_same_release_is_described_in_the_same_bytes_whatever_the_database_weighs(
    sample: Sample, public: Path
) -> None:
    before = {name: (public / name).read_bytes() for name in FILES}
    with (public / "lagesbild.duckdb").open("ab") as database:
        database.write(b"\0" * 4096)
    written(public, sample)
    assert {name: (public / name).read_bytes() for name in FILES} == before
    assert sample.meta.as_of.isoformat() == "2026-08-07"  # the release's day, long before the day of this test


def test_every_table_and_every_column_is_described_from_its_declaration(sample: Sample) -> None:
    models = {model.name: model for model in all_models() if model.table in TABLES["public"]}
    package = package_of(sample.folder)
    group = json.loads((sample.folder / "csv-metadata.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in package["resources"]] == list(models)
    assert [each["url"] for each in group["tables"]] == [f"{name}.csv" for name in models]
    for one, other in zip(package["resources"], group["tables"], strict=True):
        model = models[one["name"]]
        heading = (sample.folder / one["path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        fields, columns = one["schema"]["fields"], other["tableSchema"]["columns"]
        assert [field["name"] for field in fields] == [column["name"] for column in columns] == heading
        assert [field["description"] for field in fields] == [model.columns[name] for name in heading]
        assert [column["dc:description"][0]["@value"] for column in columns] == [
            field["description"] for field in fields
        ]
        assert one["schema"].get("primaryKey", []) == list(model.contract.key)
    [indicators] = [each for each in package["resources"] if each["name"] == "indicators"]
    value = next(each for each in indicators["schema"]["fields"] if each["name"] == "response_rate")
    assert value == {
        "name": "response_rate",
        "type": "number",
        "title": "Response rate",
        "description": "Svarsfrekvens 0–1",
        "constraints": {"minimum": 0, "maximum": 1},
    }


def test_the_output_gate_finds_nobody_in_it(sample: Sample, tmp_path: Path) -> None:
    assert find_hits_in(described(sample.folder, tmp_path)) == []


# -------------------------------------------------------------------------------------------------------- Frictionless


def faults(report: Report) -> set[tuple[str, str]]:
    found = report.flatten(["type", "fieldName"])
    return {(str(kind), str(field or "")) for kind, field in found}


def test_the_data_package_is_valid_with_every_file_it_describes(sample: Sample) -> None:
    report = validate(str(sample.folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "fieldName", "message"])
    assert report.stats["tasks"] == len(TABLES["public"])


@pytest.mark.parametrize(
    ("table", "change", "fault"),
    [
        ("indicators", lambda rows: rows[0].update(status="hemlig"), ("constraint-error", "status")),
        ("indicators", lambda rows: rows[0].update(value="-1"), ("constraint-error", "value")),
        ("indicators", lambda rows: rows[0].update(value="1,5"), ("type-error", "value")),
        ("indicators", lambda rows: rows[0].update(period_start="1/1 2024"), ("type-error", "period_start")),
        ("indicators", lambda rows: rows[0].update(confidence=""), ("constraint-error", "confidence")),
        ("indicators", lambda rows: rows.append(rows[0]), ("primary-key", "")),
        ("indicators", lambda rows: rows[0].update(indicator="nowhere_rate"), ("foreign-key", "")),
        ("sources", lambda rows: rows[0].update(observed_at="i går"), ("type-error", "observed_at")),
        ("sources", lambda rows: rows[0].update(is_late="kanske"), ("type-error", "is_late")),
    ],
)
def test_a_file_that_breaks_its_description_is_found(
    public: Path, table: str, change: Callable[[list[dict[str, str]]], object], fault: tuple[str, str]
) -> None:
    package = package_of(public)
    referred = {"definitions"} if fault[0] == "foreign-key" else set()
    package["resources"] = [each for each in package["resources"] if each["name"] in {table, *referred}]
    for each in package["resources"]:
        del each["hash"], each["bytes"]  # they would find any change, and say no more
        if fault[0] != "foreign-key":
            each["schema"].pop("foreignKeys", None)
    spoil(public / f"{table}.csv", change)
    report = Package(package, basepath=str(public)).validate()
    assert fault in faults(report)


def test_a_file_that_is_not_the_one_described_is_found(public: Path) -> None:
    package = package_of(public)
    package["resources"] = [each for each in package["resources"] if each["name"] in ("definitions", "ranks")]
    assert Package(package, basepath=str(public)).validate().valid
    spoil(public / "ranks.csv", lambda rows: rows[0].update(area="Någon annan kommun"))  # nothing wrong with that
    assert {kind for kind, _ in faults(Package(package, basepath=str(public)).validate())} == {
        "hash-count",
        "byte-count",
    }


def test_a_whole_is_told_from_what_is_not_known(sample: Sample) -> None:
    row = Package(str(sample.folder / "datapackage.json")).get_resource("indicators").read_rows(size=1)[0]  # type: ignore[attr-defined]
    assert row["breakdown"] == ""  # the whole
    assert row["response_rate"] is None  # not known
    assert row["period_start"] == date(2024, 1, 1)


# ---------------------------------------------------------------------------------------------------------------- CSVW


def test_a_reader_finds_the_description_from_a_table_alone(site: str) -> None:
    for table in ("ranks", "sources"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = CSVW(f"{site}/{table}.csv", validate=True)
        assert len(found.tables) == len(TABLES["public"])
        assert [str(each.url) for each in found.tables if str(each.url) == f"{table}.csv"]


def test_every_table_reads_as_its_description_says(sample: Sample) -> None:
    group = TableGroup.from_file(sample.folder / "csv-metadata.json")
    rows = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for table in group.tables:
            name = str(table.url).removesuffix(".csv")
            rows[name] = list(table.iterdicts(strict=True))
            assert len(rows[name]) == sample.tables[name].height
            assert table.check_primary_key()
    assert group.check_referential_integrity()
    first, same = rows["indicators"][0], sample.tables["indicators"].row(0, named=True)
    assert {key: value for key, value in first.items() if key not in ("period_start", "period_end", "data_as_of")} == {
        key: value for key, value in same.items() if key not in ("period_start", "period_end", "data_as_of")
    }
    assert first["period_start"].date() == same["period_start"]
    assert rows["sources"][0]["observed_at"] == sample.tables["sources"]["observed_at"][0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "hemlig"}, "status"),
        ({"value": "-1"}, "value"),
        ({"value": "1,5"}, "value"),
        ({"respondents": "12.5"}, "respondents"),
        ({"period_start": "2024"}, "period_start"),
        ({"is_synthetic": "ja"}, "is_synthetic"),
        ({"confidence": ""}, "confidence"),
    ],
)
def test_a_cell_that_is_not_of_its_column_is_refused(public: Path, change: dict[str, str], sentence: str) -> None:
    spoil(public / "indicators.csv", lambda rows: rows[0].update(change))
    group = TableGroup.from_file(public / "csv-metadata.json")
    [table] = [each for each in group.tables if str(each.url) == "indicators.csv"]
    with pytest.raises(ValueError, match=sentence):
        next(iter(table.iterdicts(strict=True)))


# --------------------------------------------------------------------------------------------------------- DCAT-AP-SE


def broken(graph: Graph) -> set[tuple[str, URIRef]]:
    """What the shapes say of a catalogue: how grave, and of which property."""
    _, report, _ = validate_shapes(graph, shacl_graph=Graph().parse(SHAPES))
    return {
        (str(report.value(each, SH.resultSeverity)).rpartition("#")[2], URIRef(str(report.value(each, SH.resultPath))))
        for each in report.subjects(RDF.type, SH.ValidationResult)
    }


def test_the_catalogue_keeps_the_profile_and_only_what_nobody_has_decided_is_missing(
    sample: Sample, public: Path
) -> None:
    availability = ("Warning", URIRef("http://data.europa.eu/r5r/availability"))
    assert broken(read(sample.folder)) == {("Warning", DCAT.contactPoint), availability}
    assert broken(written(public, sample, open_data=OpenData(contact=CONTACT))) == {availability}


def mandatory() -> list[tuple[URIRef, URIRef]]:
    shapes = Graph().parse(SHAPES)
    return sorted(
        (URIRef(str(target)), URIRef(str(shapes.value(rule, SH.path))))
        for shape, target in shapes.subject_objects(SH.targetClass)
        for rule in shapes.objects(shape, SH.property)
        if shapes.value(rule, SH.minCount) == Literal(1) and (rule, SH.severity, SH.Warning) not in shapes
    )


def test_no_mandatory_property_can_be_left_out(sample: Sample, public: Path) -> None:
    whole = written(public, sample, open_data=OpenData(contact=CONTACT))
    assert len(mandatory()) == 15
    for target, path in mandatory():
        less = Graph()
        less += whole
        node = min(less.subjects(RDF.type, target), key=str)
        less.remove((node, path, None))
        assert ("Violation", path) in broken(less), (target, path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (DCTERMS.issued, Literal("i går")),
        (DCTERMS.title, Literal("utan språk")),
        (DCAT.theme, URIRef("http://publications.europa.eu/resource/authority/data-theme/CRIM")),
        (DCAT.landingPage, URIRef("urn:uuid:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60")),
        (DCTERMS.publisher, URIRef("https://example.se/nobody")),
    ],
)
def test_a_value_that_the_profile_does_not_know_is_found(sample: Sample, path: URIRef, value: URIRef | Literal) -> None:
    graph = read(sample.folder)
    graph.add((DATASET, path, value))
    assert ("Violation", path) in broken(graph)


def test_every_address_in_the_catalogue_leads_to_a_file(site: str, sample: Sample) -> None:
    graph = Graph().parse(f"{site}/catalogue.ttl", format="turtle")
    addresses = {str(each) for path in (DCAT.downloadURL, DCAT.accessURL) for each in graph.objects(None, path)}
    for path in (DCAT.landingPage, FOAF.homepage):
        addresses |= {str(each) for each in graph.objects(None, path)}
    assert len(addresses) == 3 * len(TABLES["public"]) + 3  # and the database, the workbook, the report
    for address in addresses:
        assert address.startswith(f"{site}/")
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200
    csvs = [each for each in graph.subjects(DCTERMS["format"], Literal("text/csv")) if str(each).endswith("#csv")]
    size = sum((sample.folder / f"{table.removeprefix('output.')}.csv").stat().st_size for table in TABLES["public"])
    assert [int(str(graph.value(each, DCAT.byteSize))) for each in csvs] == [size]


def test_a_catalogue_that_knows_its_address_says_what_it_says_when_read_from_there(
    sample: Sample, public: Path
) -> None:
    from_there = set(read(sample.folder))
    written(public, sample, open_data=OpenData(url=PUBLIC))
    by_itself = set(Graph().parse(data=(public / "catalogue.ttl").read_text(), format="turtle", publicID="urn:x:"))
    assert by_itself == from_there
    assert package_of(public)["homepage"] == f"{PUBLIC}report/index.html"
    assert "homepage" not in package_of(sample.folder)


def test_a_workbook_is_a_distribution_where_there_is_one(sample: Sample, public: Path) -> None:
    graph = read(public)
    assert len(list(graph.objects(DATASET, DCAT.distribution))) == 5
    assert str(graph.value(URIRef(f"{BASE}#xlsx"), DCAT.downloadURL)) == f"{PUBLIC}lagesbild.xlsx"
    (public / "lagesbild.xlsx").chmod(0o600)
    (public / "lagesbild.xlsx").unlink()
    assert len(list(written(public, sample).objects(DATASET, DCAT.distribution))) == 4


@pytest.mark.parametrize(
    ("area", "municipalities", "publisher", "places"),
    [
        ("1421", ("1421",), "Kommunen Orust", {"1421"}),
        ("sodra_fyrbodal", ("1415", "1419"), "Kommunerna i Lokalpolisområde Södra Fyrbodal", {"1415", "1419"}),
        ("14", ("1401", "1402"), "Kommunerna i Västra Götalands län", {"1401", "1402"}),
        ("00", ("0114", "1421"), "Kommunerna i Sverige", {"http://sws.geonames.org/2661886"}),
    ],
)
def test_who_publishes_and_where_follow_from_the_area(
    sample: Sample, public: Path, area: str, municipalities: tuple[str, ...], publisher: str, places: set[str]
) -> None:
    graph = written(public, sample, area=area, municipalities=municipalities)
    assert str(graph.value(URIRef(f"{BASE}#publisher"), FOAF.name)) == publisher
    spatial = list(graph.objects(DATASET, DCTERMS.spatial))
    assert {str(graph.value(each, DCTERMS.identifier) or each) for each in spatial} == places
    assert "Violation" not in {severity for severity, _ in broken(graph)}
    named = written(public, sample, open_data=OpenData(publisher="Orusts kommun"))
    assert str(named.value(URIRef(f"{BASE}#publisher"), FOAF.name)) == "Orusts kommun"


def test_it_speaks_swedish_and_english_and_says_that_the_data_are_constructed(sample: Sample, public: Path) -> None:
    told = said(read(sample.folder), DATASET)
    assert told["sv"].startswith("Innehåller konstruerade exempeldata")
    assert told["en"].startswith("Contains constructed sample data")
    assert package_of(sample.folder)["description"].startswith("Innehåller konstruerade exempeldata")
    real = said(written(public, sample, is_synthetic=False), DATASET)
    assert real["sv"].startswith("116 indikatorer för Lokalpolisområde Södra Fyrbodal (Stenungsund, Tjörn, Orust) om")
    assert real["en"].startswith("116 indicators for Lokalpolisområde Södra Fyrbodal (Stenungsund, Tjörn, Orust) on")


# ----------------------------------------------------------------------------------------- whose figures, on what terms


def small(indicators: list[tuple[str, str, str, bool]], **others: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Tables with these figures: indicator, method, sources, is_synthetic."""
    columns = ["indicator", "method", "sources", "is_synthetic"]
    frame = pl.DataFrame(
        indicators, schema=dict(zip(columns, [pl.String] * 3 + [pl.Boolean], strict=True)), orient="row"
    )
    return {"indicators": frame.with_columns(area_code=pl.lit("1415")), **others}


def judged(*indicators: str, **more: object) -> pl.DataFrame:
    return pl.DataFrame({"indicator": indicators}).with_columns(
        area_code=pl.lit("1415"), **{k: pl.lit(v) for k, v in more.items()}
    )


def test_a_figure_passed_on_is_koladas_and_one_computed_is_not() -> None:
    rows = [
        ("few_problems_share", "published", "kolada_kpis,kolada_values", False),
        ("reported_theft_rate", "rate_byar", "kolada_kpis,kolada_values", False),
    ]
    found = origins_of(small(rows, comparisons=judged("few_problems_share")))
    assert found["indicators"].attributions() == ((KOLADA,), (KOLADA_PROCESSED,))
    # A difference from others is ours, though the figure it was taken of is passed on.
    assert found["comparisons"].attributions() == ((), (KOLADA_PROCESSED,))


def test_nobody_published_a_constructed_figure() -> None:
    rows = [
        ("reported_theft_rate", "rate_byar", "kolada_values", True),
        ("bullying_share", "published", "school_survey", False),
    ]
    months = judged("bullying_share", is_synthetic=True)
    found = origins_of(small(rows, months=months, trends=judged("reported_theft_rate")))
    assert found == {
        "indicators": Origin(passed_on=frozenset({"school_survey"})),
        "months": Origin(),
        "trends": Origin(),
    }


def test_rows_of_a_source_are_passed_on_and_what_says_nothing_of_an_area_has_no_origin() -> None:
    actions = pl.DataFrame({"area_code": ["1415"], "number": [1], "is_synthetic": [False]})
    grounds = pl.DataFrame({"area_code": ["1415", "1415"], "grounds": ["", "a_rate,b_rate"]})
    rows = [("a_rate", "published", "population", False), ("b_rate", "rate_byar", "rescue_callouts,population", False)]
    found = origins_of(
        small(rows, measures=actions, judgements=grounds, sources=pl.DataFrame({"source": ["population"]}))
    )
    assert found["measures"].attributions() == (("Källa: kommunens åtgärdslogg",), ())
    assert found["judgements"].computed == {"population", "rescue_callouts"}
    assert found["sources"] == Origin()


def test_promises_are_nobodys_figures_but_what_is_done_of_them_is_counted_in_the_log() -> None:
    told = pl.DataFrame({"area_code": ["1415", "1421"], "measures_done": [None, 2], "is_synthetic": [False, False]})
    assert origins_of(small([], promises=told.head(1)))["promises"] == Origin()
    counted = origins_of(small([], promises=told))["promises"]
    assert counted.attributions() == ((), ("Egen bearbetning av kommunens åtgärdslogg",))


def test_the_sample_names_its_publishers_as_they_ask_for_each_kind_of_figure(sample: Sample) -> None:
    real = sample.tables["indicators"].filter(~pl.col("is_synthetic"))
    published = real.filter(pl.col("method").str.starts_with("published"))["sources"].unique().to_list()
    assert published == ["kolada_kpis,kolada_values"]
    package = package_of(sample.folder)
    assert package["sources"][0] == {"title": KOLADA, "path": "https://www.kolada.se"}
    computed = package["sources"][1:]
    assert KOLADA_PROCESSED in [each["title"] for each in computed]
    assert all(each.keys() == {"title"} and each["title"].startswith("Egen bearbetning") for each in computed)
    by_table = {each["name"]: [source["title"] for source in each.get("sources", [])] for each in package["resources"]}
    assert KOLADA in by_table["indicators"]
    assert KOLADA not in by_table["comparisons"] + by_table["changes"] + by_table["trends"] + by_table["ranks"]
    assert by_table["sources"] == by_table["definitions"] == by_table["measures"] == []  # none, and constructed ones
    graph = read(sample.folder)
    assert {str(each) for each in graph.objects(URIRef(f"{BASE}#rights"), ODRS.attributionText)} == {
        each["title"] for each in package["sources"]
    }


@pytest.mark.parametrize(
    ("sources", "wanted", "found"),
    [
        ("population,service_counts", "CC0-1.0", "CC0-1.0"),
        ("population,service_counts", "CC-BY-4.0", "CC-BY-4.0"),
        ("population,reported_offences", "CC0-1.0", "CC-BY-4.0"),
        ("kolada_values", "CC-BY-4.0", "CC-BY-4.0"),
        ("population,police_extracts", "CC-BY-4.0", "other-closed"),
        ("road_accidents", "CC0-1.0", "other-closed"),
    ],
)
def test_the_strictest_source_decides_the_licence(
    sample: Sample, public: Path, sources: str, wanted: LicenceName, found: str
) -> None:
    figures = sample.tables["indicators"].with_columns(sources=pl.lit(sources), is_synthetic=pl.lit(False))
    graph = written(public, sample, {**sample.tables, "indicators": figures}, open_data=OpenData(licence=wanted))
    [licence] = package_of(public)["licenses"]
    assert licence["name"] == found
    [address] = graph.objects(URIRef(f"{BASE}#csv"), DCTERMS.license)
    if found == "other-closed":
        assert str(address) == f"{BASE}#terms"
        publisher = "Polismyndigheten" if "police" in sources else "Transportstyrelsen"
        assert publisher in str(graph.value(URIRef(f"{BASE}#terms"), DCTERMS.description))
        assert publisher in licence["title"]
    else:
        assert str(address) == licence["path"]
    assert "Violation" not in {severity for severity, _ in broken(graph)}
    # Only the description of the data is free whatever the data are.
    assert str(graph.value(URIRef(f"{BASE}#catalog"), DCTERMS.license)).endswith("/zero/1.0/")


def test_every_source_says_what_it_asks_and_only_free_ones_ask_nothing() -> None:
    asked = {name: module.source.licence for name, module in all_sources().items()}
    free = {name for name, licence in asked.items() if licence.reuse is Reuse.FREE}
    assert all(asked[name].name in ("CC0 1.0", "Internt underlag") for name in free)
    assert {name for name, licence in asked.items() if licence.reuse is Reuse.AGREED} == {
        "police_extracts",
        "road_accidents",
    }


def test_a_release_of_constructed_figures_only_names_no_publisher(sample: Sample, public: Path) -> None:
    tables = {
        name: table.with_columns(is_synthetic=pl.lit(True)) if "is_synthetic" in table.columns else table
        for name, table in sample.tables.items()
    }
    graph = written(public, sample, tables)
    assert "sources" not in package_of(public)
    assert Package(str(public / "datapackage.json")).resource_names == list(tables)
    assert not list(graph.objects(None, ODRS.attributionText))
    assert said(graph, URIRef(f"{BASE}#origin")) == {
        "sv": "Alla tal är konstruerade exempeldata.",
        "en": "All figures are constructed sample data.",
    }
    assert "Violation" not in {severity for severity, _ in broken(graph)}


# ----------------------------------------------------------------------------------------------- settings and the gate


def test_the_contact_that_is_set_passes_the_gate_and_no_other(sample: Sample, public: Path, tmp_path: Path) -> None:
    written(public, sample, open_data=OpenData(contact=CONTACT))
    assert package_of(public)["contributors"][0]["email"] == CONTACT
    folder = described(public, tmp_path)
    hits = ["catalogue.ttl: email", "datapackage.json: email"]
    assert find_hits(folder, tmp_path, own_contact=CONTACT) == []
    assert find_hits(folder, tmp_path, own_contact="annat@example.se") == hits
    assert find_hits(folder, tmp_path) == find_hits_in(folder) == hits


def test_a_person_as_publisher_does_not_pass_the_gate(sample: Sample, public: Path, tmp_path: Path) -> None:
    written(public, sample, open_data=OpenData(publisher="Brottsförebyggare Anna Svensson"))
    assert find_hits_in(described(public, tmp_path)) == [f"{name}: name" for name in sorted(FILES)]


def test_a_release_is_another_when_its_description_says_something_else(tmp_path: Path) -> None:
    def name(**settings: str) -> str:
        return release_id(make_plan(read_settings(data=tmp_path, **settings), as_of=date(2026, 9, 1)), [])

    names = {
        name(),
        name(public_url=PUBLIC),
        name(public_contact=CONTACT),
        name(licence="CC0-1.0"),
        name(publisher="Orusts kommun"),
    }
    assert len(names) == 5
    assert name() == name()


# -------------------------------------------------------------------------------------------------------------- Turtle


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_reads_back_as_it_was(words: str) -> None:
    document = turtle({"x": "https://example.se/"}, {iri("#a"): {"x:b": [text(words, "sv"), text(words)]}})
    graph = Graph().parse(data=document, format="turtle", publicID=BASE)
    assert set(graph.objects(URIRef(f"{BASE}#a"), URIRef("https://example.se/b"))) == {
        Literal(words, "sv"),
        Literal(words),
    }


@pytest.mark.parametrize("address", ["a b", "a>b", 'a"b', "a\nb", "a{b}", "a\\b", "a\x00"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        iri(address)
