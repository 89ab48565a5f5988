"""Bytes that nobody meant as data: whatever comes in, a reader gives balanced rows or one sentence.

Every run tries the same examples. FUZZ_SECONDS=600 tries new ones for about that long instead.
"""

import csv
import io
import json
import os
import re
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.settings import read_settings
from sources._declare import Delivery
from sources._door import screen
from sources._identifiers import find_identifiers
from sources._landing import Observation, Part, in_force, read_manifest, record, snapshot_path
from sources._parse import parse_file
from sources._problem import UNSEEN, Problem, UsageProblem
from sources._registry import SourceModule, all_sources
from sources._strict import Parsed, content_as_of

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
RECEIVED = date(2026, 9, 1)
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
PROPERTIES = 26
T = TypeVar("T")


def fuzz(check: Callable[[T], None], made: st.SearchStrategy[T], *, examples: int = 60) -> None:
    """Hold `check` to many examples: always the same, or new ones until the time is up."""
    run = settings(
        max_examples=examples,
        deadline=None,
        derandomize=not SECONDS,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(made)(check))
    until = time.monotonic() + SECONDS / PROPERTIES
    run()
    while time.monotonic() < until:
        run()


@contextmanager
def file_of(content: bytes, name: str = "leverans.bin") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def assert_fit_to_show(text: str) -> None:
    assert re.search(rf"{UNSEEN}|[\n\r\t]", text) is None
    assert len(text) < 1500
    text.encode()


def read(module: SourceModule, content: bytes) -> Parsed | None:
    """Read some bytes as a delivery, through the door and onto disk and back; None where a sentence stops them."""
    with file_of(content) as raw:
        try:
            parsed = parse_file(module, raw, raw.name)
            if module.source.is_personal:  # a publisher may name days to come
                parsed = screen(parsed, module.source, raw.name, RECEIVED)
            if not module.source.dated_by_period:
                content_as_of([parsed.frame], module.source)
        except Problem as problem:
            assert_fit_to_show(str(problem))
            return None
        kept = raw.with_suffix(".parquet")
        parsed.write(kept)
        assert Parsed.read(kept).frame.equals(parsed.frame)
    book = parsed.ledger
    assert book.rows_loaded == parsed.frame.height
    assert book.rows_quarantined == len(parsed.refusals)
    for warning in parsed.warnings:
        assert_fit_to_show(warning)
    return parsed


# ---------------------------------------------------------------------------------------------- what is thrown at them

NASTY = (
    "\0",
    "\x1b[31m",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\U0001f600",
    "e\u0308",
    '"',
    "'; drop table x; --",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "1e999",
    "-0",
    "NaN",
    "Infinity",
    "9" * 400,
    "9999-12-31",
    "0000-01-01",
    "292277026596-01-01",
    "9999-12-31 23:59:59 -12:00",
    "0000-01-01 00:00:00 +12:00",
    "2026-02-30",
    "24:00",
    "199001011234",
    "../../etc/passwd",
    "å" * 2_000,
    "\r",
    "\n",
    ";",
)
text = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.text(st.characters(codec="utf-8"), max_size=8))
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from([10**400, -(10**18), 2**63, "\ud800", 1e308]),
        text,
    ),
    lambda child: st.one_of(st.lists(child, max_size=3), st.dictionaries(text, child, max_size=3)),
    max_leaves=4,
)
cuts = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(NASTY).map(str.encode), st.binary(max_size=12))
    ),
    min_size=1,
    max_size=4,
)


def mutated(whole: bytes, cuts: Sequence[tuple[float, int, bytes]]) -> bytes:
    """A whole file with pieces cut out and others put in."""
    for place, length, piece in cuts:
        at = int(place * len(whole))
        whole = whole[:at] + piece + whole[at + length :]
    return whole


def small_sample(name: str) -> bytes:
    """The first rows of a source's smallest sample file; all of a workbook, and of a publisher's own CSV."""
    path = min((SAMPLE / name).iterdir(), key=lambda path: path.stat().st_size)
    if path.suffix in (".xlsx", ".txt"):
        return path.read_bytes()
    if path.suffix == ".csv":
        lines = path.read_bytes().splitlines(keepends=True)
        is_whole = all_sources()[name].source.dated_by_period  # which must name every municipality
        return b"".join(lines[:6] if is_template(name, lines[0]) and not is_whole else lines)
    body = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(body, list):
        return json.dumps(body[:3]).encode()
    for name, rows in body.items():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            body[name] = rows[:3]
    return json.dumps(body).encode()


def is_template(name: str, first: bytes) -> bool:
    """Whether a CSV begins with the source's columns, as the templates that services fill in do."""
    return set(first.decode("utf-8-sig").strip().split(";")) <= set(all_sources()[name].source.column_names())


def with_replaced(body: Any, path: Sequence[int], value: Any) -> Any:
    """A JSON value with the node that `path` leads to replaced (each step is taken modulo what is there)."""
    if not path or not isinstance(body, (dict, list)) or not body:
        return value
    if isinstance(body, list):
        at = path[0] % len(body)
        return [*body[:at], with_replaced(body[at], path[1:], value), *body[at + 1 :]]
    name = list(body)[path[0] % len(body)]
    return {**body, name: with_replaced(body[name], path[1:], value)}


def rows_of(module: SourceModule) -> st.SearchStrategy[list[list[str]]]:
    """A heading that is nearly right, and rows whose cells are now and then the sample's own."""
    sample = list(csv.reader(io.StringIO(small_sample(module.name).decode("utf-8-sig")), delimiter=";"))
    known = list(module.source.column_names())
    headings = st.one_of(
        st.just(sample[0]), st.permutations(known), st.lists(st.one_of(st.sampled_from(known), text), max_size=12)
    )
    own = [st.sampled_from([row[at] for row in sample[1:]]) for at in range(len(sample[0]))]
    rows = st.lists(st.tuples(*(st.one_of(cell, cell, cell, text) for cell in own)).map(list), max_size=5)
    return st.tuples(headings, rows).map(lambda made: [made[0], *made[1]])


def csv_bytes(rows: list[list[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    return written.getvalue().encode(errors="replace")


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell[:30_000])
    return written.getvalue()


def with_part(whole: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as before, zipfile.ZipFile(written, "w") as after:
        for each in before.namelist():
            after.writestr(each, change(before.read(each)) if each == name else before.read(each))
    return written.getvalue()


# --------------------------------------------------------------------------------------------------------- the readers

MODULES = list(all_sources().values())
BY_HAND = [
    module
    for module in MODULES
    if module.source.by_hand
    and (whole := small_sample(module.name))[:2] != b"PK"
    and is_template(module.name, whole.splitlines()[0])
]
FETCHED = [module for module in MODULES if not module.source.by_hand and small_sample(module.name)[:1] in (b"{", b"[")]


def named(module: SourceModule) -> str:
    return module.name


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_the_sample_that_is_mutated_here_can_be_read(module: SourceModule) -> None:
    parsed = read(module, small_sample(module.name))
    assert parsed is not None
    assert parsed.ledger.rows_loaded > 0


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_any_bytes_give_balanced_rows_or_a_sentence(module: SourceModule) -> None:
    fuzz(lambda content: assert_read(module, content), st.binary(max_size=300), examples=40)


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_a_damaged_file_gives_balanced_rows_or_a_sentence(module: SourceModule) -> None:
    whole = small_sample(module.name)
    fuzz(lambda made: assert_read(module, mutated(whole, made)), cuts, examples=100)


@pytest.mark.parametrize("module", BY_HAND, ids=named)
def test_any_table_gives_balanced_rows_or_a_sentence(module: SourceModule) -> None:
    fuzz(lambda rows: assert_read(module, csv_bytes(rows)), rows_of(module), examples=100)


@pytest.mark.parametrize("module", BY_HAND[:1], ids=named)
def test_any_workbook_gives_balanced_rows_or_a_sentence(module: SourceModule) -> None:
    fuzz(lambda rows: assert_read(module, workbook(rows)), rows_of(module), examples=40)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", None])
def test_a_damaged_workbook_gives_balanced_rows_or_a_sentence(part: str | None) -> None:
    module = BY_HAND[0]
    whole = workbook(list(csv.reader(io.StringIO(small_sample(module.name).decode("utf-8-sig")), delimiter=";")))
    parsed = read(module, whole)
    assert parsed is not None

    def damaged(made: list[tuple[float, int, bytes]]) -> None:
        content = with_part(whole, part, lambda xml: mutated(xml, made)) if part else mutated(whole, made)
        assert_read(module, content)

    fuzz(damaged, cuts, examples=60)


@pytest.mark.parametrize("module", FETCHED, ids=named)
def test_any_json_in_the_place_of_another_gives_balanced_rows_or_a_sentence(module: SourceModule) -> None:
    whole = json.loads(small_sample(module.name))
    places = st.tuples(st.lists(st.integers(0, 30), max_size=6), values)
    fuzz(
        lambda made: assert_read(module, json.dumps(with_replaced(whole, *made)).encode()),
        places,
        examples=150,
    )


def assert_read(module: SourceModule, content: bytes) -> None:
    read(module, content)


# ---------------------------------------------------------------------------------------------------- the other ways in


def test_the_detector_reads_any_text() -> None:
    def detect(given_text: str) -> None:
        for hit in find_identifiers(given_text):
            assert 0 <= hit.start < hit.end <= len(given_text)

    pieces = st.sampled_from([*NASTY, "19900101-1234", "070-123 45 67", "Anna Andersson", "a@b.se", "Storgatan 1"])
    fuzz(detect, st.one_of(st.text(max_size=80), st.lists(pieces, max_size=4).map(" ".join)), examples=300)


def test_any_settings_file_gives_settings_or_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("LAGESBILD_"):
            monkeypatch.delenv(name)
    whole = b'data = "x"\narea = "1415"\ncontact = "a@b.se"\n[base_urls]\nkolada_values = "https://x.se"\n'
    keys = st.sampled_from(["data", "area", "contact", "base_urls", "base_urls.kolada_values", "x"])
    lines = st.lists(st.tuples(keys, values).map(lambda made: f"{made[0]} = {json.dumps(made[1])}"), max_size=4)

    def settle(content: bytes) -> None:
        Path("lagesbild.toml").write_bytes(content)
        try:
            read_settings()
        except UsageProblem as problem:
            assert_fit_to_show(str(problem))
        else:
            tomllib.loads(content.decode())

    made = st.one_of(
        st.binary(max_size=60),
        cuts.map(lambda made: mutated(whole, made)),
        lines.map(lambda made: "\n".join(made).encode()),
    )
    fuzz(settle, made, examples=200)


def test_any_manifest_gives_observations_or_a_sentence() -> None:
    def remember(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder)
            path = data / "landing" / "manifest.jsonl"
            path.parent.mkdir()
            path.write_bytes(content)
            try:
                seen = read_manifest(data)
            except Problem as problem:
                assert_fit_to_show(str(problem))
                return
            for each in seen:
                for part in each.parts:
                    assert snapshot_path(data, each.source, part).resolve().is_relative_to(data.resolve() / "landing")
            in_force(seen, "x", Delivery.FULL, as_of=RECEIVED, origins=("add",))
            record(data, [OBSERVATION])
            assert read_manifest(data) == [*seen, OBSERVATION]

    line = json.loads(manifest_line())
    replaced = st.tuples(st.lists(st.integers(0, 30), max_size=4), values).map(
        lambda made: json.dumps(with_replaced(line, *made)).encode() + b"\n"
    )
    whole = manifest_line() * 2
    made = st.one_of(st.binary(max_size=60), cuts.map(lambda made: mutated(whole, made)), replaced)
    fuzz(remember, made, examples=200)


OBSERVATION = Observation(
    source="x",
    request="r",
    parts=(Part(sha256="a" * 64, extension="csv"),),
    observed_at=datetime(2026, 8, 31, 12, tzinfo=UTC),
    content_as_of=date(2026, 8, 31),
    origin="add",
)


def manifest_line() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), [OBSERVATION])
        return (Path(folder) / "landing" / "manifest.jsonl").read_bytes()


def test_a_damaged_parsed_file_is_a_sentence() -> None:
    module = all_sources()["incident_reports"]
    parsed = read(module, small_sample(module.name))
    assert parsed is not None
    with file_of(b"", "p.parquet") as path:
        parsed.write(path)
        whole = path.read_bytes()

    def reread(made: list[tuple[float, int, bytes]]) -> None:
        with file_of(mutated(whole, made), "p.parquet") as path:
            try:
                Parsed.read(path)
            except Problem as problem:
                assert_fit_to_show(str(problem))

    fuzz(reread, cuts, examples=150)
