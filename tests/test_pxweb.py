"""The three shapes of PxWeb's answers, PX files strictly, and a client that splits what it asks and keeps the pace."""

import codecs
import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sources._http import Http
from sources._problem import Problem
from sources._px_file import read_px
from sources._pxweb import check_dimensions, read_cube
from sources._pxweb_client import (
    V1,
    V2,
    Limits,
    Variable,
    choose,
    metadata,
    split,
    v1_data,
    v1_limits,
    v1_table,
    v2_data,
    v2_limits,
    v2_table,
)
from tests.publishers._pxweb import PxWeb1, PxWeb2, Table, population, same
from tests.replay import Replay, Reply, replaying


def written(folder: Path, body: object, name: str = "svar.json") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode())
    return path


def unboxed(told: Any) -> Any:
    """A capture that R wrote has every string in a list of one."""
    if isinstance(told, dict):
        return {name: unboxed(each) for name, each in told.items()}
    if isinstance(told, list) and len(told) == 1 and isinstance(told[0], str | bool):
        return told[0]
    return [unboxed(each) for each in told] if isinstance(told, list) else told


# JSON-stat2 -------------------------------------------------------------------------------------------------------

CATEGORY = {"Region": ["1415", "1419"], "Tid": ["2018", "2019", "2020"]}


def dataset(value: Any, **more: Any) -> dict[str, Any]:
    dimension = {name: {"category": {"index": codes}} for name, codes in CATEGORY.items()}
    return {"class": "dataset", "id": list(CATEGORY), "size": [2, 3], "dimension": dimension, "value": value, **more}


def cells(cube_rows: pl.DataFrame) -> dict[tuple[str, ...], Any]:
    """By codes, the value."""
    return {tuple(row[:-2]): row[-2] for row in cube_rows.iter_rows()}


def test_values_are_row_major_over_the_dimensions(tmp_path: Path) -> None:
    assert cells(read_cube(written(tmp_path, dataset([1, 2, 3, 4, 5, 6]))).cells) == {
        (area, year): 3.0 * i + j + 1
        for (i, area), (j, year) in product(enumerate(CATEGORY["Region"]), enumerate(CATEGORY["Tid"]))
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, [None] * 6),
        ({"1": "..", "5": "-"}, [None, "..", None, None, None, "-"]),
        ([None, "..", None, None, None, "."], [None, "..", None, None, None, "."]),
        ("p", ["p"] * 6),
    ],
)
def test_symbols_stand_by_place_for_each_or_for_all(tmp_path: Path, status: Any, expected: list[str | None]) -> None:
    body = dataset([1, 2, 3, 4, 5, 6], **({} if status is None else {"status": status}))
    assert read_cube(written(tmp_path, body)).cells["status"].to_list() == expected


def test_a_dimension_of_one_code_may_have_a_label_and_no_index(tmp_path: Path) -> None:
    body = dataset([7])
    body |= {"size": [1, 1], "dimension": {"Region": {"category": {"label": {"00": "Riket"}}}, "Tid": {}}}
    body["dimension"]["Tid"] = {"category": {"index": {"2020": 0}, "label": {"2020": "år 2020"}}}
    cube = read_cube(written(tmp_path, body))
    assert cells(cube.cells) == {("00", "2020"): 7.0}
    assert cube.cells.select(cube.label("Region"), cube.label("Tid")).row(0) == ("Riket", "år 2020")


def test_an_answer_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    content = codecs.BOM_UTF8 + json.dumps(dataset([1] * 6)).encode()
    assert read_cube(written(tmp_path, content)).cells.height == 6


@pytest.mark.parametrize("cut", [10, 100, 200])
def test_half_an_answer_is_one_sentence(tmp_path: Path, cut: int) -> None:
    content = json.dumps(dataset([1] * 6)).encode()[:cut]
    with pytest.raises(Problem, match=r"^svar.json: svaret är inte hel JSON: fel vid tecken"):
        read_cube(written(tmp_path, content))


def test_dimensions_that_are_not_known_or_not_there_are_one_sentence(tmp_path: Path) -> None:
    cube = read_cube(written(tmp_path, dataset([1] * 6)))
    check_dimensions(cube, "x", known=("Region", "Tid", "Kon"), optional=("Kon",))
    for known in (("Region",), ("Region", "Tid", "Kon")):
        with pytest.raises(Problem, match=r"^x: andra dimensioner än väntat: Region, Tid: begär Region"):
            check_dimensions(cube, "x", known=known)


# v1's own JSON ----------------------------------------------------------------------------------------------------


def v1(rows: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, Any]:
    columns = [("Region", "d"), ("Tid", "t"), ("BE0101N1", "c"), ("BE0101N2", "c")]
    return {
        "columns": [{"code": code, "text": f"text om {code}", "type": kind} for code, kind in columns],
        "comments": [],
        "data": [{"key": key, "values": values} for key, values in rows],
    }


ROWS = [
    (["1415", "2018"], ["26503", ".."]),
    (["1415", "2019"], ["26777", "-"]),
    (["1419", "2018"], ["15900", "12.5"]),
    (["1419", "2019"], ["..", "."]),
]


def test_values_of_v1_are_text_and_each_content_a_code(tmp_path: Path) -> None:
    cube = read_cube(written(tmp_path, v1(ROWS)))
    assert cube.dimensions == ["Region", "Tid", "ContentsCode"]
    found = {row[:3]: row[3:] for row in cube.cells.iter_rows()}
    assert found["1415", "2019", "BE0101N1"] == ("26777", None)
    assert found["1415", "2019", "BE0101N2"] == (None, "-")
    assert found["1419", "2018", "BE0101N2"] == ("12.5", None)
    assert found["1419", "2019", "BE0101N1"] == (None, "..")
    assert len(found) == 8
    assert cube.labels["ContentsCode"]["BE0101N1"] == "text om BE0101N1"


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[:3],  # the last row is gone, and it is still JSON
        [*ROWS[:3], ROWS[0]],
        [*ROWS[:3], (["1419"], ["1", "2"])],
        [*ROWS[:3], (["1419", "2019"], ["1"])],
    ],
)
def test_a_v1_answer_that_lacks_a_row_or_a_field_is_one_sentence(tmp_path: Path, rows: Any) -> None:
    with pytest.raises(Problem, match=r"^svar.json: svaret är inte helt: "):
        read_cube(written(tmp_path, v1(rows)))


def test_the_captured_v1_answer_gives_its_own_figures(shared: Path, tmp_path: Path) -> None:
    body = unboxed(json.loads((shared / "realdata/pxweb/scb_v1/derived_pxd.json").read_bytes()))
    for row in body["data"]:
        row["values"] = [row["values"]] if isinstance(row["values"], str) else row["values"]
    cube = read_cube(written(tmp_path, body))
    assert cube.dimensions == ["Civilstand", "Kon", "Tid", "ContentsCode"]
    assert cube.cells.height == len(body["data"])
    assert cells(cube.cells)["OG", "1", "2015", "BE0101N1"] == "2762601"
    assert {row[:3]: row[4] for row in cube.cells.iter_rows()} == {
        tuple(row["key"]): row["values"][0] for row in body["data"]
    }


# PX files ---------------------------------------------------------------------------------------------------------

PX = """CHARSET="ANSI";
AXIS-VERSION="2006";
LANGUAGE="sv";
CREATION-DATE="20260101 12:00";
DECIMALS=1;
SHOWDECIMALS=0;
MATRIX="X";
AGGREGALLOWED=NO;
SUBJECT-AREA="Befolkning";
SUBJECT-CODE="BE";
TITLE="Folkmängd efter region (alla),"
" kön; och år";
CONTENTS="Folkmängd";
UNITS="antal";
STUB="region";
HEADING="kön","år";
VALUES("region")="Södertälje; tätort","Tjörn",
"Orust";
VALUES("kön")="män","kvinnor";
VALUES("år")="2018","2019";
TIMEVAL("år")=TLIST(A1),"2018","2019";
CODES("region")="0181","1419","1421";
CODES("kön")="1","2";
ELIMINATION("kön")=YES;
NOTE("region")="En mening som fort"
"sätter på nästa rad.";
DATA=
1 2.5 -3 ".."
5 "." 7
"-" 9 "..." 11 12;
"""


def px(text: str = PX, encoding: str = "cp1252") -> bytes:
    return text.encode(encoding)


def test_a_px_file_gives_code_label_and_symbol(tmp_path: Path) -> None:
    cube = read_cube(written(tmp_path, px(), "fil.px"))
    assert cube.title == "Folkmängd efter region (alla), kön; och år"
    assert cube.dimensions == ["region", "kön", "år"]
    assert [row[3:] for row in cube.cells.iter_rows()] == [
        *[("1", None), ("2.5", None), ("-3", None), (None, "..")],
        *[("5", None), (None, "."), ("7", None), (None, "-")],
        *[("9", None), (None, "..."), ("11", None), ("12", None)],
    ]
    assert cube.cells.row(7)[:3] == ("1419", "2", "2019")
    assert cube.labels["region"]["0181"] == "Södertälje; tätort"


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ('CHARSET="ANSI"', "cp1252"),
        ('CHARSET="ANSI";\nCODEPAGE="Windows-1252"', "cp1252"),
        ('CHARSET="ANSI";\nCODEPAGE="ISO-8859-1"', "iso-8859-1"),
        ('CHARSET="ANSI";\nCODEPAGE="ISO-8859-15"', "iso-8859-15"),
        ('CHARSET="ANSI";\nCODEPAGE="utf-8"', "utf-8"),
        ('CODEPAGE="UTF-8"', "utf-8"),
        ('CHARSET="ANSI"', "utf-8-sig"),  # the mark says more than the keyword
    ],
)
def test_each_charset_is_read_as_the_file_says(said: str, encoding: str) -> None:
    content = px(PX.replace('CHARSET="ANSI"', said), encoding)
    assert read_px(content, "x").labels["region"]["0181"] == "Södertälje; tätort"


def test_the_euro_sign_tells_iso_8859_15_from_windows_1252() -> None:
    text = PX.replace('UNITS="antal"', 'UNITS="€"').replace("Tjörn", "€")
    assert (
        read_px(px(text.replace('CHARSET="ANSI"', 'CODEPAGE="ISO-8859-15"'), "iso-8859-15"), "x").labels["region"][
            "1419"
        ]
        == "€"
    )
    assert read_px(px(text), "x").labels["region"]["1419"] == "€"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (px(encoding="utf-8"), "annan teckenkodning än den säger: ansi, är utf-8"),
        (px(PX.replace('CHARSET="ANSI"', 'CODEPAGE="utf-8"')), "annan teckenkodning än den säger: utf-8"),
        (px(PX.replace('CHARSET="ANSI"', 'CHARSET="OEM850"')), "okänd teckenkodning: oem850"),
        (px(PX.replace('CHARSET="ANSI";\n', "")), "okänd teckenkodning: CHARSET saknas"),
        (px()[:300], "är inte hel: DATA saknas"),
        (px().rstrip()[:-2], "är inte hel: DATA slutar inte med ';'"),  # 12 has become 1
        (px(PX.replace(" 11 12;", " 11;")), "är inte hel: 11 värden av 12"),
        (px(PX.replace(" 11 12;", " 11 12 13;")), "är inte hel: 13 värden av 12"),
        (px(PX.replace(" 11 12;", ' 11 "x";')), "varken ett tal eller en symbol"),
        (px(PX.replace('VALUES("kön")', 'VALUES("kn")')), "saknar värden: VALUES"),
        (px(PX.replace('CODES("kön")="1","2"', 'CODES("kön")="1","2","3"')), "olika många koder och värden"),
        (px(PX.replace("=YES", "=KANSKE")), "nämner ett värde som inte finns: ELIMINATION"),
        (px(PX.replace("UNITS", "units")), "går inte att läsa"),
        (px(PX.replace('MATRIX="X";', 'MATRIX="X";\nKEYS("region")=VALUES;')), "andra nycklar än väntat"),
    ],
)
def test_a_px_file_that_does_not_hold_together_is_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Problem, match=rf"^x: .*{sentence}") as problem:
        read_px(content, "x")
    assert str(problem.value).count("\n") == 0


@pytest.mark.parametrize("filler", ["\n", ' "x",', '"x"\n', 'A="x";\n', "A(", "["])
def test_a_px_file_made_to_be_slow_is_read_or_refused_at_once(filler: str) -> None:
    made = PX.replace("DATA=", filler * 100_000 + "DATA=")
    started = time.perf_counter()
    with contextlib.suppress(Problem):
        read_px(px(made), "x")
    assert time.perf_counter() - started < 5


def test_a_last_semicolon_may_be_lacking_where_no_figure_can_be_cut() -> None:
    assert read_px(px(PX.replace(" 12;\n", " 12 \n")), "x").cells[-1] == "12"


PX_FILES = Path(__file__).resolve().parents[2] / "shared/realdata/pxweb/px_files"


def last_figures(path: Path) -> list[str]:
    """The cells as they stand in the file, read in another way than the reader does: by splitting at blanks."""
    text = path.read_bytes().decode("cp1252")
    words = text[text.rindex("DATA=") + 5 :].replace(";", " ").split()
    return [word.split(",")[-1].strip('"') for word in words if not word.endswith(('",', "county"))]


@pytest.mark.parametrize("path", sorted(PX_FILES.glob("*.px")), ids=lambda path: str(path.stem))
def test_every_captured_px_file_gives_its_own_figures_or_one_sentence(path: Path) -> None:
    broken = path.stem.removeprefix("BE0101F1").startswith(("error", "missing")) or path.stem.endswith("contvarerror")
    if broken:
        with pytest.raises(Problem, match=rf"^{path.name}: ") as problem:
            read_cube(path)
        assert "\n" not in str(problem.value)
        return
    cube = read_cube(path)
    found = [value or symbol for value, symbol in cube.cells.select("value", "status").iter_rows()]
    if path.stem == "BE0101F1symbnotkeys":  # each row begins with its keys
        assert found[:4] == ["456", ".", "223", "327"]
        assert found[-4:] == ["20", "23", "33", "35"]
        assert len(found) == 48
    else:
        assert found == last_figures(path)
    assert cube.cells.height == prod(cube.cells[name].n_unique() for name in cube.dimensions)


def test_the_captured_px_files_are_52_of_which_21_are_broken(shared: Path) -> None:
    files = list((shared / "realdata/pxweb/px_files").iterdir())
    broken = 0
    for path in files:
        try:
            read_cube(path)
        except Problem:
            broken += 1
    assert (len(files), broken) == (52, 21)


def test_a_captured_code_that_is_empty_is_its_label(shared: Path) -> None:
    cube = read_cube(shared / "realdata/pxweb/px_files/BE101ACE.px")  # CODES("sex")="1","2",; of men, women, total
    figures = cells(cube.cells)
    sexes = [int(figures["SI", "-4", "1968", sex]) for sex in ("1", "2", "total")]
    assert sexes == [306443, 290460, 596903]


def test_other_captured_files_of_statistics_agencies_are_one_sentence_each(shared: Path) -> None:
    answers = {"TAB6471_data.json", "derived_pxd.json"}
    for folder in ("pxweb/scb_v1", "pxweb/scb_v2"):
        for path in sorted((shared / "realdata" / folder).iterdir()):
            if path.name not in answers:
                with pytest.raises(Problem, match=rf"^{path.name}: "):
                    read_cube(path)


# the client -------------------------------------------------------------------------------------------------------


def test_both_spellings_of_code_lists_are_read(shared: Path) -> None:
    body = json.loads((shared / "realdata/pxweb/scb_v2/TAB6471_metadata.json").read_bytes())
    extension = body["dimension"]["Region"]["extension"]
    for _ in range(2):
        table = metadata(json.dumps(body).encode(), "TAB6471")
        assert table["Region"].lists == ["vs_CKM01Riket", "vs_CKM02Län", "vs_CKM03Kommun"]
        assert table["Kon"].lists == []
        extension["codeLists"] = extension.pop("codelists", None)


def test_the_captured_metadata_says_what_a_table_holds(shared: Path) -> None:
    told = metadata((shared / "realdata/pxweb/scb_v2/TAB6471_metadata.json").read_bytes(), "TAB6471")
    assert {name: len(each.codes) for name, each in told.items()} == {
        "Region": 312,
        "Alder": 134,
        "Kon": 3,
        "ContentsCode": 1,
        "Tid": 16,
    }
    assert [name for name, each in told.items() if each.may_be_left_out] == ["Region", "Kon"]
    assert told["Kon"].labels["1"] == "män"
    hbsc = metadata((shared / "realdata/fohm/transcribed/fohm_metadata_mobbning.json").read_bytes(), "mobbning")
    assert hbsc["Hur ofta"].codes == ["2-3 ggr/månad", "Minst 1 gång/vecka"]
    assert [name for name, each in hbsc.items() if each.may_be_left_out] == ["Region", "Kön"]
    boxed = json.loads((shared / "realdata/pxweb/scb_v1/derived_px_meta.json").read_bytes())
    scb = metadata(json.dumps(unboxed(boxed)).encode(), "BefolkningNy")
    assert "Region" in scb
    assert scb["Region"].codes[:3] == ["00", "01", "0114"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"variables": [{}]}', b'{"id": ["a"], "dimension": {}}', b"\xff"]
)
def test_a_description_of_another_form_is_one_sentence(body: bytes) -> None:
    with pytest.raises(Problem, match=r"^TAB1: tabellens beskrivning går inte att läsa: \w+: "):
        metadata(body, "TAB1")


@pytest.mark.parametrize("most", [1, 2, 7, 29, 30, 59, 60, 1000])
def test_a_question_is_split_below_the_limit_and_loses_nothing(most: int) -> None:
    selection = {"a": list("12345"), "b": list("xyz"), "c": list("pqrs")}
    parts = list(split(selection, most))
    assert all(prod(map(len, part.values())) <= most for part in parts)
    asked = [combination for part in parts for combination in product(*(part[name] for name in selection))]
    assert sorted(asked) == sorted(product(*selection.values()))
    assert len(parts) == {1: 60, 30: 3, 60: 1, 1000: 1}.get(most, len(parts))


TABLE = {
    "Region": Variable(codes=["00", "1415"], labels={}, may_be_left_out=False),
    "Kon": Variable(codes=["1", "2"], labels={}, may_be_left_out=True),
}


def test_what_is_wanted_is_taken_in_the_table_s_order_and_the_rest_left_out() -> None:
    assert choose(TABLE, {"Region": {"1415", "00", "9999"}}, "T") == {"Region": ["00", "1415"]}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"Region": {"00"}, "Alder": {"0"}}, "dimensionen finns inte längre: Alder"),
        ({"Kon": {"1"}}, "dimensionen har ingen summa: Region"),
        ({"Region": {"9999"}}, "inget av det som begärs finns: Region"),
    ],
)
def test_a_table_that_has_changed_is_one_sentence(wanted: Mapping[str, set[str]], sentence: str) -> None:
    with pytest.raises(Problem, match=rf"^T: {sentence}"):
        choose(TABLE, wanted, "T")


def test_the_stricter_limits_hold() -> None:
    assert V2.pause == pytest.approx(10 / 29)
    assert V2.at_most(1000, 3, 1) == Limits(cells=1000, calls=3, seconds=1.0)  # 0.5 s is longer than 0.34 s
    assert V2.at_most(10**9, 1000, 1) == V2
    assert V2.at_most("x", None, 0) == V2
    # Evenly spaced, no ten seconds hold more than thirty calls, whichever moment they begin at.
    assert sum(number * V2.pause <= V2.seconds + 1e-9 for number in range(60)) == V2.calls


@pytest.fixture
def publisher() -> Iterator[Replay]:
    small = Table(
        dimensions={"Hur ofta": same(["2-3 ggr/månad", "Ofta"]), "Kön": same(["1", "2"]), "År": same(["2020", "2021"])},
        may_be_left_out=("Kön",),
        value=lambda often, sex, year: None if sex == "2" and year == "2020" else len(often) + int(year),
    )
    with replaying() as server:
        server.routes = {
            "v2": PxWeb2(population(), cells=1000),
            "v1": PxWeb1({"A/B/mobbning.px": small}, cells=3),
        }
        yield server


def test_v2_is_asked_what_it_gives_and_answers_in_parts(publisher: Replay, tmp_path: Path) -> None:
    waited: list[float] = []
    with Http(user_agent="test", sleep=waited.append) as http:
        base = f"{publisher.url}/v2"
        limits = v2_limits(http, base)
        assert limits.cells == 1000
        table = v2_table(http, base, "TAB638", limits)
        wanted = {"Region": set(table["Region"].codes), "ContentsCode": {"BE0101N1"}, "Tid": {"2023", "2024"}}
        wanted |= {"Alder": {"0", "1", "2"}, "Kon": {"1", "2"}}
        bodies = list(v2_data(http, base, "TAB638", choose(table, wanted, "T"), limits))
    assert len(bodies) == 4  # 313 regions × 3 ages × 2 sexes × 2 years = 3,756 cells
    rows = pl.concat(read_cube(written(tmp_path, body)).cells for body in bodies)
    assert rows.height == rows.unique(rows.columns[:-2]).height == 3756
    asked = [each for each in publisher.asked if each.method == "POST"]
    assert asked[0].query == {"lang": ["sv"], "outputFormat": ["json-stat2"]}
    assert all(wait <= limits.pause for wait in waited)
    assert len(waited) >= len(publisher.asked) - 2


def test_v1_is_asked_by_post_in_its_own_letters_and_may_begin_with_a_mark(publisher: Replay, tmp_path: Path) -> None:
    with Http(user_agent="test", sleep=lambda _: None) as http:
        base = f"{publisher.url}/v1"
        limits = v1_limits(http, base)
        assert limits == Limits(cells=3, calls=10, seconds=10.0)
        url = f"{base}/A/B/mobbning.px"
        table = v1_table(http, url, limits)
        selection = choose(table, {name: set(each.codes) for name, each in table.items()}, "T")
        bodies = list(v1_data(http, url, selection, limits))
    assert all(body.startswith(codecs.BOM_UTF8) for body in bodies)
    found = {row[:3]: row[3:] for body in bodies for row in read_cube(written(tmp_path, body)).cells.iter_rows()}
    assert len(found) == 8
    assert found["2-3 ggr/månad", "1", "2021"] == (2034.0, None)
    assert found["Ofta", "2", "2020"] == (None, "..")


def test_a_publisher_that_does_not_tell_its_limits_has_the_declared(publisher: Replay) -> None:
    publisher.routes = {"v2": lambda _: Reply(body=b"[]"), "v1": lambda _: Reply(status=404)}
    with Http(user_agent="test", sleep=lambda _: None) as http:
        assert v2_limits(http, f"{publisher.url}/v2") == V2
        assert v1_limits(http, f"{publisher.url}/v1") == V1


def test_patience_that_is_asked_for_is_given_and_a_refusal_is_one_sentence(publisher: Replay) -> None:
    waited: list[float] = []
    publisher.faults["v1"] = [Reply(status=429, headers={"Retry-After": "7"})]
    with Http(user_agent="test", sleep=waited.append) as http:
        table = v1_table(http, f"{publisher.url}/v1/A/B/mobbning.px", V1)
        assert 7.0 <= waited[0] < 10  # what was asked for, and a little chance
        with pytest.raises(Problem, match="HTTP 403"):  # eight cells where three are given
            list(v1_data(http, f"{publisher.url}/v1/A/B/mobbning.px", {n: v.codes for n, v in table.items()}, V1))
