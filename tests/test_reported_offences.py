"""Brå's figures: the database SOL and its form, the yearly file, the archive of rates, and what they make together."""

import csv
import io
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import SAMPLE, Plan, add_files, build_warehouse, collect_and_read, make_plan, read_source
from flows.settings import Settings
from models._duckdb import connect
from sources._http import Answer, Http
from sources._parse import parse_file
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference
from tests.publishers.sol import COUNTRY, Sol, figure, page
from tests.replay import Replay, Reply, replaying

LATER = datetime(2026, 12, 31, tzinfo=UTC)
HEADING = "Region;Brott;År;Period;Antal;/100 000 inv"
VANDALISM = "12 kap. Skadegörelsebrott"


def parse(folder: Path, source: str, content: bytes, name: str = "fil.txt") -> Parsed:
    path = folder / name
    path.write_bytes(content)
    return parse_file(all_sources()[source], path, name)


def stopped(folder: Path, source: str, content: bytes) -> str:
    with pytest.raises(Problem) as problem:
        parse(folder, source, content)
    return str(problem.value)


def refused(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(each.row_number, each.column_name, each.rule) for each in parsed.refusals]


def everything(rows: int) -> Ledger:
    return Ledger(rows_read=rows, rows_loaded=rows, rows_quarantined=0, rows_duplicate=0)


# the reviewed lists -----------------------------------------------------------------------------------------------


def test_every_municipality_has_bras_own_id(shared: Path) -> None:
    listed = read_reference("bra_regions").filter(pl.col("level") == "municipality")
    assert listed["area_code"].to_list() == read_reference("municipalities")["municipality_code"].to_list()
    with (shared / "realdata/reference/statscraper_municipalities_incl_bra_ids.csv").open(
        encoding="utf-8-sig"
    ) as lines:
        captured = {
            row["dialect:skatteverket"]: row["dialect:brå"]
            for row in csv.DictReader(lines)
            if "före" not in row["id"] and row["id"] != "Bara kommun"
        }
    assert dict(listed.select("area_code", "bra_region_id").iter_rows()) == captured
    # A municipality that changed county has another id before; its code is today's.
    former = read_reference("bra_regions").filter(pl.col("level") == "former_municipality")
    assert former.select("area_code", "bra_region_id").rows() == [("0331", "8608")]
    assert captured["0331"] == "8556"
    ids = read_reference("bra_regions")["bra_region_id"]
    assert ids.filter(ids != "").is_unique().all()


def test_no_two_offences_share_an_id_or_a_label() -> None:
    rows = read_reference("bra_offences")
    assert rows["offence"].to_list() == sorted(rows["offence"])
    for column in ("annual_id", "annual_label", "monthly_id", "monthly_label"):
        assert rows[column].filter(rows[column] != "").is_unique().all(), column
    assert set(rows["parent"]) - {""} <= set(rows["offence"])
    assert set(rows["focus_area"]) <= set(read_reference("focus_areas")["focus_area"])
    assert set(rows["kpi"]) - {""} <= set(read_reference("kolada_kpis")["kpi"])
    # What follows the police's own efforts is never judged.
    assert set(rows.filter(pl.col("is_effort_driven") == "true")["polarity"]) == {"none"}
    known = dict(rows.select("offence", "annual_id").iter_rows())
    assert (known["narcotics_supply"], known["vandalism"]) == ("11651", "11099")


# the database file ------------------------------------------------------------------------------------------------


def database(*rows: str, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *rows, ""]).encode("latin-1")


def one(folder: Path, row: str, heading: str = HEADING) -> dict[str, Any]:
    parsed = parse(folder, "reported_offences", database(row, heading=heading))
    assert parsed.ledger == everything(1), parsed.refusals
    return parsed.frame.row(0, named=True)


def test_a_row_of_the_database_is_read_whole(tmp_path: Path) -> None:
    assert one(tmp_path, f"Stenungsund kommun;{VANDALISM};2026 prel.;Aug;21;73;") == {
        "row_number": 1,
        "area_code": "1415",
        "offence": "vandalism",
        "period_type": "month",
        "period": "2026M08",
        "period_end": date(2026, 8, 31),
        "is_provisional": True,
        "reported": 21,
        "is_empty": False,
    }


@pytest.mark.parametrize(
    ("when", "kind", "period", "end", "is_provisional"),
    [
        ("År;2025", "year", "2025", date(2025, 12, 31), False),
        ("År;2026 prel.", "year", "2026", date(2026, 12, 31), True),
        ("2024;Feb", "month", "2024M02", date(2024, 2, 29), False),
        ("2026 prel.;Jan", "month", "2026M01", date(2026, 1, 31), True),
        ("2026 prel.;2026 prel., Okt", "month", "2026M10", date(2026, 10, 31), True),
        ("2025;Kvartal 3", "quarter", "2025K3", date(2025, 9, 30), False),
    ],
)
def test_years_quarters_and_months_are_told_apart(
    tmp_path: Path, when: str, kind: str, period: str, end: date, is_provisional: bool
) -> None:
    row = one(tmp_path, f"Orust kommun;{VANDALISM};{when};8;53;")
    found = (row["period_type"], row["period"], row["period_end"], row["is_provisional"])
    assert found == (kind, period, end, is_provisional)


@pytest.mark.parametrize("when", ["2026 prel.;Helår", "År;2025, våren", "År;", "2026 prel.;August", "År;25"])
def test_a_period_of_another_kind_is_refused_and_seen(tmp_path: Path, when: str) -> None:
    parsed = parse(tmp_path, "reported_offences", database(f"Orust kommun;{VANDALISM};{when};8;53;"))
    assert refused(parsed) == [(1, "period_type", "missing")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hela landet", "00"),
        ("Tjörn kommun", "1419"),
        ("TJÖRN KOMMUN", "1419"),
        ("Malung-Sälen kommun", "2023"),
        ("Falun kommun", "2080"),
        ("Falu kommun", "2080"),
        ("Heby kommun (Uppsala län from 2007)", "0331"),
        ("Heby kommun (Västmanlands län tom 2006)", "0331"),
        ("Region Gotland", "0980"),
        ("Västra Götalands län", "14"),
    ],
)
def test_a_region_is_known_by_bras_name_of_it(tmp_path: Path, name: str, code: str) -> None:
    assert one(tmp_path, f"{name};{VANDALISM};År;2025;8;53;")["area_code"] == code


def test_police_regions_and_city_districts_are_refused_row_by_row(tmp_path: Path) -> None:
    names = ("Region Väst", "Polisregion Syd", "Nordost stadsområde", "Bromma stadsdelsområde", "Orust kommun")
    parsed = parse(tmp_path, "reported_offences", database(*(f"{name};{VANDALISM};År;2025;8;53;" for name in names)))
    assert refused(parsed) == [(number, "area_code", "missing") for number in range(1, 5)]
    assert parsed.frame["area_code"].to_list() == ["1421"]


def test_a_municipality_nobody_knows_stops_the_source(tmp_path: Path) -> None:
    said = stopped(tmp_path, "reported_offences", database(f"Stenungsand kommun;{VANDALISM};År;2025;8;53;"))
    assert said == (
        "fil.txt, kolumn omrade: okänt område: 'stenungsand kommun' på rad 1: "
        "rätta värdet, eller lägg till det i data/reference om det är nytt."
    )


def test_parents_echoed_without_figures_do_not_clash_with_their_own_rows(tmp_path: Path) -> None:
    narcotics = "Orust kommun;Brott mot narkotikastrafflagen;År;2025"
    parsed = parse(
        tmp_path,
        "reported_offences",
        database(
            "Orust kommun;Brott mot specialstraffrättsliga författningar;År;2025;..;..;",
            f"{narcotics};..;..;",
            "Orust kommun;Överlåtelse m.m. (1-3 a §);År;2025;8;52;",
            "Orust kommun;Framställning (1-3 a §);År;2025;-;-;",
            "Orust kommun;Eget bruk (1-3 a §);År;2025;0;0;",
            f"{narcotics};57;374;",
            f"{narcotics};..;..;",
        ),
    )
    assert parsed.ledger == Ledger(rows_read=7, rows_loaded=6, rows_quarantined=0, rows_duplicate=1)
    assert parsed.frame.select("offence", "reported", "is_empty").rows() == [
        ("special_laws", None, True),
        ("narcotics", None, True),
        ("narcotics_supply", 8, False),
        ("narcotics_production", None, True),
        ("narcotics_use", 0, False),
        ("narcotics", 57, False),
    ]


def test_an_offence_has_another_label_by_month_than_by_year(tmp_path: Path) -> None:
    assert one(tmp_path, "Orust kommun;Alkohollagen;2025;Jan;8;53;")["offence"] == "alcohol_law"
    assert one(tmp_path, "Orust kommun;Alkohollagen (10 kap.);År;2025;8;53;")["offence"] == "alcohol_law"
    assert one(tmp_path, "Orust kommun;Totalt antal brott;2025;Jan;8;53;")["offence"] == "all_offences"
    assert one(tmp_path, f"Orust kommun;{VANDALISM} totalt;År;2025;8;53;")["offence"] == "vandalism"
    for row in ("Alkohollagen;År;2025", "Häleri, häleriförseelse (6, 7 §);År;2025"):
        parsed = parse(tmp_path, "reported_offences", database(f"Orust kommun;{row};8;53;"))
        assert refused(parsed) == [(1, "offence", "not_in_list")]


@pytest.mark.parametrize(
    "content",
    [
        database(f"Orust kommun;{VANDALISM};År;2025;1 234;8100;"),
        database(f"Orust kommun;{VANDALISM};År;2025;1 234;", heading="Region;Brott;År;Period;Antal"),
        database(f"Orust&nbsp;kommun;{VANDALISM};År;2025;1&nbsp;234;8100;"),
        database(f"Orust kommun;{VANDALISM};År;2025;1234;8100", heading=HEADING + ";").replace(b"\n", b"\r\n"),
        database(f"Orust kommun;{VANDALISM};År;2025;1234;8100;").decode("latin-1").encode("utf-8-sig"),
    ],
    ids=["blank", "counts only", "nbsp", "crlf", "saved as UTF-8"],
)
def test_the_same_file_in_other_dress_gives_the_same_count(tmp_path: Path, content: bytes) -> None:
    parsed = parse(tmp_path, "reported_offences", content)
    assert parsed.ledger == everything(1), parsed.refusals
    assert parsed.frame.select("area_code", "offence", "period", "reported").rows() == [
        ("1421", "vandalism", "2025", 1234)
    ]


WHOLE = database(*(f"Orust kommun;{VANDALISM};År;{year};{year - 1990};9;" for year in range(2015, 2026)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (WHOLE.replace(b"Period", b"Tid", 1), "fil.txt: okänd kolumn: 'Tid'"),
        (WHOLE.replace(b"Antal;/", b"Antal;Andel;/", 1), "fil.txt: okänd kolumn: 'Andel'"),
        (WHOLE.replace(b"Antal;", b"Antal per 1 000 inv;", 1), "fil.txt: okänd kolumn: 'Antal per 1 000 inv'"),
        (WHOLE.replace(b"Region;", b"", 1), "fil.txt: kolumn saknas"),
        (WHOLE.decode("latin-1").encode("utf-8").decode("cp1252").encode("utf-8"), "fil.txt: okänd kolumn: 'Ã…r'"),
        (WHOLE.decode("latin-1").encode("utf-16"), "fil.txt: okänd kolumn"),
        (WHOLE[: len(WHOLE) // 2], "fil.txt: en rad är avbruten eller har för många fält: rad 6"),
        (WHOLE[:-3], "fil.txt: en rad är avbruten eller har för många fält: rad 11"),
        (WHOLE[:-4], "fil.txt: en rad är avbruten eller har för många fält: rad 11"),
        (WHOLE.replace(b";9;\n", b";9;7;8;\n", 1), "fil.txt: en rad är avbruten eller har för många fält: rad 1 har"),
        (WHOLE + WHOLE.splitlines()[1].replace(b";25;", b";26;"), "fil.txt: samma nyckel"),
        (b"", "fil.txt: filen är ingen databasfil från Brå: 0 tecken"),
        (page("En obefintlig menyrad har valts").body, "fil.txt: filen är ingen databasfil från Brå: en webbsida"),
        (HEADING.encode("latin-1"), "fil.txt: för få rader: 0"),
    ],
    ids=[
        "renamed",
        "extra",
        "unit",
        "lost",
        "twice encoded",
        "utf-16",
        "half",
        "rate cut",
        "no rate",
        "overlong",
        "clash",
        "empty",
        "page",
        "none",
    ],
)
def test_a_database_file_of_another_form_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    assert parse(tmp_path, "reported_offences", WHOLE).ledger == everything(11)
    found = stopped(tmp_path, "reported_offences", content)
    assert found.startswith(said)
    assert "\n" not in found


@pytest.mark.parametrize("cell", ["12,5", "-3", "ca 20", "1e3"])
def test_a_cell_that_is_no_count_refuses_its_row_only(tmp_path: Path, cell: str) -> None:
    parsed = parse(tmp_path, "reported_offences", WHOLE.replace(b";25;9", f";{cell};9".encode()))
    assert (parsed.ledger.rows_read, parsed.ledger.rows_loaded, len(parsed.refusals)) == (11, 10, 1)
    assert parsed.refusals[0].column_name == "reported"


# the form ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sol() -> Iterator[tuple[Replay, Sol]]:
    with replaying() as server:
        route = Sol()
        server.routes["sol"] = route
        yield server, route


def fetched(server: Replay) -> list[Answer]:
    module = all_sources()["reported_offences"]
    assert module.fetch is not None
    bases = {"reported_offences": f"{server.url}/sol"}
    with Http(user_agent="test", base_urls=bases, sleep=lambda _: None) as http:
        return list(module.fetch(http, ["1415"]))


def test_the_form_is_walked_through_for_every_municipality_within_its_limit(
    tmp_path: Path, sol: tuple[Replay, Sol]
) -> None:
    server, route = sol
    year, month = fetched(server)
    assert (year.request, month.request) == ("year", "month")
    # Of four years one is before 2015, so three of a year each; four months two by two.
    assert (len(year.bodies), len(month.bodies)) == (3, 2)
    assert len(route.sessions) == 2, "a session holds one menu"
    assert {form["antal_100k"] for form in route.questions} == {"0"}
    assert len(server.asked) == 2 * 2 + 3 * 5
    parsed = [parse(tmp_path, "reported_offences", body) for answer in (year, month) for body in answer.bodies]
    assert not [each.refusals for each in parsed if each.refusals]
    rows = pl.concat([each.frame for each in parsed])
    asked = read_reference("bra_offences").filter(pl.col("is_asked") == "true")
    by_year, by_month = (asked.filter(pl.col(name) != "").height for name in ("annual_id", "monthly_id"))
    assert rows.filter(~pl.col("is_empty")).height == 291 * (by_year * 3 + by_month * 4)
    assert rows.filter("is_empty")["reported"].drop_nulls().is_empty()
    assert sorted(rows["period"].unique()) == ["2024", "2025", "2025M11", "2025M12", "2026", "2026M01", "2026M02"]
    assert rows.filter(pl.col("is_provisional"))["period"].str.slice(0, 4).unique().to_list() == ["2026"]
    cell = rows.filter(area_code="1415", offence="narcotics_supply", period="2025")["reported"]
    assert cell.to_list() == [figure("11651", "8680", "2002")]
    cell = rows.filter(area_code="00", offence="vandalism", period="2026M02")["reported"]
    assert cell.to_list() == [figure("13216", COUNTRY, "3003")]


def test_more_periods_than_fit_are_asked_for_in_parts(sol: tuple[Replay, Sol]) -> None:
    server, route = sol
    route.months = tuple(f"{year}, {name}" for year in range(2019, 2026) for name in ("Jan", "Maj", "Okt", "Dec") * 3)
    _, month = fetched(server)
    asked = [form["period_id_string"].split("*") for form in route.questions if len(form["brottstyp_id_string"]) < 90]
    assert sum(len(each) for each in asked) == 60, "five years of months"
    assert {len(each) for each in asked} == {3}
    assert len(month.bodies) == 20


def test_too_many_cells_is_the_publishers_own_sentence(
    sol: tuple[Replay, Sol], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources._sol.MOST_CELLS", 100_000)
    with pytest.raises(Problem, match="Brås databas svarade med ett fel: Urvalet ger 22698 celler, högst 10000"):
        fetched(sol[0])


def test_a_publisher_that_is_busy_is_asked_again_and_the_answer_is_whole(sol: tuple[Replay, Sol]) -> None:
    server, _ = sol
    whole = fetched(server)
    server.faults["sol"] = [Reply(status=503), Reply(status=429, headers={"Retry-After": "0"})]
    assert fetched(server) == whole


@pytest.mark.parametrize(
    ("at", "fault", "said"),
    [
        (1, page("En obefintlig menyrad har valts"), "gav inga listor att välja ur: En obefintlig menyrad har valts"),
        (1, page("Ny webbplats"), "gav inga listor att välja ur: 69 tecken utan urvalslistor"),
        (3, page("<h1>Fel/Error</h1>Felmeddelande: Sessionen har upphört <br>"), "med ett fel: Sessionen har upphört:"),
        (4, page("Underhåll"), "svaret är en webbsida, inte databasfilen"),
        (4, Reply(status=404), "utgivaren svarade inte: HTTP 404"),
        (7, Reply(kind="text/plain"), "svaret är en webbsida, inte databasfilen: 0 byte"),
    ],
)
def test_a_page_in_the_place_of_an_answer_is_one_sentence(
    sol: tuple[Replay, Sol], at: int, fault: Reply, said: str
) -> None:
    server, route = sol

    def broken(asked: Any) -> Reply:
        return fault if len(server.asked) == at + 1 else route(asked)

    server.routes["sol"] = broken
    with pytest.raises(Problem) as problem:
        fetched(server)
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("each", "table"), [("11651", "bra_offences"), ("13216", "bra_offences"), ("8680", "bra_regions")]
)
def test_an_id_that_means_something_else_now_stops_the_fetch(sol: tuple[Replay, Sol], each: str, table: str) -> None:
    server, route = sol
    for names in (*route.offences.values(), route.regions):
        if each in names:
            names[each] = "Något annat"
    with pytest.raises(Problem, match=f"Brås lista har ändrats: {each}: Något annat: .*{table}.csv"):
        fetched(server)


def test_half_a_fetch_never_replaces_a_whole_one(tmp_path: Path, sol: tuple[Replay, Sol]) -> None:
    server, route = sol
    module = all_sources()["reported_offences"]
    route.years, route.months = ("2025",), ("2026 prel., Jan",)
    bases = {"reported_offences": f"{server.url}/sol"}

    def night(hour: int) -> Plan:
        return make_plan(Settings(data=tmp_path, base_urls=bases), now=datetime(2026, 3, 1, hour, tzinfo=UTC))

    whole = collect_and_read(night(1), module)
    assert (whole.status, len(whole.observations)) == ("ok", 2)
    route.years = ("2024", "2025")
    seen = len(server.asked)
    server.routes["sol"] = lambda asked: Reply(status=404) if len(server.asked) == seen + 6 else route(asked)
    half = collect_and_read(night(2), module)
    assert "HTTP 404" in half.problem
    assert half.ledger == whole.ledger


def test_a_missing_intermediate_certificate_is_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, intermediate = certificates(tmp_path)
    server = Replay()
    server.routes["sol"] = Sol(years=("2025",), months=("2026 prel., Jan",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")  # without the intermediate, as SOL does
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"https://localhost:{server.server_address[1]}/sol"
    trusted = tmp_path / "trusted.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    module = all_sources()["reported_offences"]
    assert module.fetch is not None
    try:
        trusted.write_bytes(root)
        with (
            Http(user_agent="test", base_urls={"reported_offences": base}, sleep=lambda _: None) as http,
            pytest.raises(Problem, match=r"certifikatet går inte att lita på: .*SSL_CERT_FILE"),
        ):
            next(module.fetch(http, []))
        assert server.asked == [], "nothing is said to a server that cannot be trusted"
        trusted.write_bytes(root + intermediate)
        with Http(user_agent="test", base_urls={"reported_offences": base}, sleep=lambda _: None) as http:
            assert len(next(module.fetch(http, [])).bodies) == 1
    finally:
        server.shutdown()
        server.server_close()


def certificates(folder: Path) -> tuple[bytes, bytes]:
    """A root and an intermediate under it, in PEM; below that a server's certificate and key, in files."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def certificate(name: str, key: Any, issuer: str, issuer_key: Any, is_authority: bool) -> bytes:
        def called(common: str) -> Any:
            return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common)])

        now = datetime.now(UTC)
        authority = x509.SubjectKeyIdentifier.from_public_key(issuer_key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(called(name))
            .issuer_name(called(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False)
        )
        if is_authority:
            usage = dict.fromkeys(
                (
                    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                    "key_agreement", "encipher_only", "decipher_only",
                ),
                False,
            )  # fmt: skip
            builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        return bytes(builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    top, middle, end = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (folder / "server.pem").write_bytes(certificate("localhost", end, "mellan", middle, False))
    (folder / "server.key").write_bytes(
        end.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate("rot", top, "rot", top, True), certificate("mellan", middle, "rot", top, True)


# the yearly file --------------------------------------------------------------------------------------------------


def yearly(year: int) -> bytes:
    return (SAMPLE / "reported_offences_yearly" / f"synthetic_{year}.csv").read_bytes()


def changed(content: bytes, old: str, new: str) -> bytes:
    text = content.decode("utf-8-sig")
    assert old in text
    return text.replace(old, new, 1).encode("utf-8-sig")


def test_the_yearly_file_is_read_by_name_with_and_without_a_heading(tmp_path: Path) -> None:
    later = parse(tmp_path, "reported_offences_yearly", yearly(2025))
    assert later.ledger == everything(290)
    assert yearly(2025).startswith(b"\xef\xbb\xbfKommun;Antal;Per 100 000 inv.\r\nAle;2 789;")
    assert later.frame.filter(area_code="1440")["reported"].to_list() == [2789]
    earlier = parse(tmp_path, "reported_offences_yearly", yearly(2021))
    assert earlier.ledger == Ledger(rows_read=292, rows_loaded=290, rows_quarantined=2, rows_duplicate=0)
    assert refused(earlier) == [(291, "area_code", "not_in_list"), (292, "area_code", "not_in_list")]
    codes = sorted(read_reference("municipalities")["municipality_code"])
    assert sorted(earlier.frame["area_code"]) == sorted(later.frame["area_code"]) == codes
    assert later.frame["year"].null_count() == 290, "the file does not say its year"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Arjeplogs kommun", "2506"),
        ("Malung–Sälens kommun", "2023"),
        ("Falu kommun", "2080"),
        ("Borås kommun", "1490"),
        ("Ale kommun", "1440"),
    ],
)
def test_genitives_and_dashes_lead_to_the_municipality(tmp_path: Path, name: str, code: str) -> None:
    assert f"{name};" in yearly(2021).decode("utf-8-sig")
    content = yearly(2021).decode("utf-8-sig").splitlines()
    count = next(line for line in content if line.startswith(f"{name};")).split(";")[1]
    parsed = parse(tmp_path, "reported_offences_yearly", yearly(2021))
    assert parsed.frame.filter(area_code=code)["reported"].to_list() == [int(count)]


def test_the_country_stands_beside_its_municipalities(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "reported_offences_yearly", yearly(2025) + b"Hela landet;1 478 879;13 941\r\n")
    assert parsed.ledger == everything(291)
    assert parsed.frame.filter(area_code="00")["reported"].to_list() == [1478879]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(yearly(2025), "Antal;", "Antal brott;"), "fil.txt: okänd kolumn: 'Antal brott'"),
        (changed(yearly(2025), "Per 100 000", "Per 1 000"), "fil.txt: okänd kolumn: 'Per 1 000 inv.'"),
        (changed(yearly(2025), "inv.\r\n", "inv.;Län\r\n"), "fil.txt: okänd kolumn: 'Län'"),
        (changed(yearly(2025), "Kommun;", "Antal;"), "fil.txt: samma rubrik två gånger"),
        (changed(yearly(2025), "Orust;", "Ourst;"), "fil.txt: kommuner saknas i filen: 1 av 290: Orust"),
        (changed(yearly(2025), "Orust;", "Tjörn;"), "fil.txt: kommuner saknas i filen: 1 av 290: Orust"),
        (yearly(2025)[:3000], "fil.txt: kommuner saknas i filen: 154 av 290"),
        (yearly(2025).rpartition(b";")[0], "fil.txt: en rad är avbruten eller har för många fält: rad 290: 2"),
        (b"\r\n".join(yearly(2021).split(b"\r\n")[:150]), "fil.txt: kommuner saknas i filen: 1"),
        (yearly(2025).decode("utf-8-sig").encode().decode("cp1252", "replace").encode(), "fil.txt: kommuner saknas"),
        (b"", "fil.txt: filen är inte Brås fil över kommunerna: 0 tecken"),
        (page("Sidan finns inte").body, "fil.txt: filen är inte Brås fil över kommunerna: en webbsida"),
        (yearly(2025) + b"Orust;12;3\r\n", "fil.txt: samma nyckel (area_code) med olika innehåll"),
    ],
)  # fmt: skip
def test_a_yearly_file_of_another_form_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    assert stopped(tmp_path, "reported_offences_yearly", content).startswith(said)


def test_the_year_is_that_of_the_delivery_and_a_later_one_replaces_it(tmp_path: Path) -> None:
    raw, module = tmp_path / "brott.csv", all_sources()["reported_offences_yearly"]
    raw.write_bytes(yearly(2025))

    def plan(day: int) -> Plan:
        return make_plan(Settings(data=tmp_path / "data"), now=datetime(2026, 4, day, tzinfo=UTC))

    for period, said in (("", "period saknas"), ("våren 2025", "inget år"), ("2024-2025", "inget år")):
        with pytest.raises(UsageProblem, match=said):
            add_files(plan(1), module, [raw], period=period)
    add_files(plan(1), module, [raw], period="2024")
    raw.write_bytes(changed(yearly(2025), "Ale;2 789", "Ale;2 790"))
    add_files(plan(2), module, [raw], period="2025")
    raw.write_bytes(changed(yearly(2025), "Ale;2 789", "Ale;2 791"))
    add_files(plan(3), module, [raw], period="2025")
    result = read_source(plan(4), module)
    assert [each.content_as_of for each in result.observations] == [date(2024, 12, 31), date(2025, 12, 31)]
    assert (result.data_as_of, result.expected_by) == (date(2025, 12, 31), date(2027, 4, 15))
    build(plan(4))
    found = (
        "select year, reported, data_as_of from staging.reported_offences_yearly where area_code = '1440' order by 1"
    )
    assert ask(plan(4), found) == [(2024, 2789, date(2024, 12, 31)), (2025, 2791, date(2025, 12, 31))]


# the archive of rates ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(shared: Path) -> Path:
    return shared / "realdata/bra/hack4sweden2017_brott_per10k_1990-2015.csv"


def cells(content: str) -> dict[tuple[str, str, int], str]:
    """Code, heading without its destroyed letter, year → cell, read without the project's own reader."""
    heading, *rows = csv.reader(io.StringIO(content), delimiter=";")
    names = [name.replace("\ufffd", "").rsplit(" ", 1) for name in heading[1:]]
    return {
        (row[0][:4], group, int(year)): cell for row in rows for (group, year), cell in zip(names, row[1:], strict=True)
    }


GROUPS = {"Vldsbrott": "violent_offences", "vriga brott": "other_offences", "Totalt": "all_offences"}


def test_the_archive_goes_in_whole_and_says_what_the_file_says(tmp_path: Path, archive: Path) -> None:
    plan = make_plan(Settings(data=tmp_path), now=LATER)
    [(_, book)] = add_files(plan, all_sources()["reported_offence_rates"], [archive])
    assert book == everything(290 * 78)
    result = read_source(plan, all_sources()["reported_offence_rates"])
    assert (result.data_as_of, result.expected_by, result.is_late) == (date(2015, 12, 31), None, False)
    build(plan)
    expected = {
        (code, GROUPS[group], year): (int(cell), "ok")
        if cell.isdigit()
        else (None, "not_applicable" if cell == "." else "not_reported")
        for (code, group, year), cell in cells(archive.read_text(encoding="utf-8")).items()
    }
    found = "from core.reported_offence_rates_by_municipality_year"
    rows = ask(plan, f"select municipality_code, offence_group, year, rate_per_10000, status {found}")
    assert {row[:3]: row[3:] for row in rows} == expected
    # The file's own cells: 1415 Stenungsund, Totalt 2015 and 1996; 0114 Upplands Väsby, Våldsbrott 2015.
    assert expected["1415", "all_offences", 2015] == (953, "ok")
    assert expected["1415", "all_offences", 1996] == (984, "ok")
    assert expected["0114", "violent_offences", 2015] == (141, "ok")
    # No figures before 1996, and none before Knivsta and Nykvarn were municipalities of their own.
    missing = f"select status, count(*), min(year), max(year) {found} where status <> 'ok' group by 1 order by 1"
    assert ask(plan, missing) == [("not_applicable", 72, 1990, 2002), ("not_reported", 288 * 6 * 3, 1990, 1995)]
    parts = (
        f"select count(*) from (pivot (select * exclude (status) {found}) on offence_group using sum(rate_per_10000)"
    )
    whole = "group by municipality_code, year) where violent_offences + other_offences = all_offences"
    assert ask(plan, f"{parts} {whole}") == [(5788,)]


def test_the_sample_holds_the_archives_own_figures(archive: Path) -> None:
    captured = cells(archive.read_text(encoding="utf-8"))
    sample = cells((SAMPLE / "reported_offence_rates/rates_1990_2015.csv").read_text(encoding="utf-8"))
    assert len(sample) == 3 * 78
    assert sample.items() <= captured.items()


def rates(*rows: str) -> bytes:
    groups = ("V\ufffdldsbrott", "\ufffdvriga brott", "Totalt")
    heading = ";".join(["Region", *(f"{group} {year}" for group in groups for year in range(2015, 1989, -1))])
    return "\n".join([heading, *rows]).encode()


RATES = rates("1415 Stenungsund;" + ";".join(["12"] * 78))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (RATES.replace(b"Totalt 2015", b"Totalt 2016", 1), "fil.txt: okänd kolumn: 'Totalt 2016'"),
        (RATES.replace("V\ufffdldsbrott 2015".encode(), "Våldsbrott 2015".encode(), 1), "fil.txt: okänd kolumn"),
        (RATES.replace(b"Region;", b"Region;Befolkning;", 1), "fil.txt: okänd kolumn: 'Befolkning'"),
        (
            RATES.replace(b";Totalt 1990", b"").replace(b";12", b"", 1),
            "fil.txt: kolumn saknas: 78 kolumner: väntat: Totalt 1990",
        ),
        (
            RATES.replace(b"1415 Stenu", b"St\xef\xbf\xbdnu"),
            "fil.txt, kolumn kommunkod: okänd kommun: 'St\ufffdnungsund'",
        ),
        (RATES.replace(b"1415 Sten", b"1417 Sten"), "fil.txt, kolumn kommunkod: okänd kommun: '1417'"),
        (RATES[:800], "fil.txt: "),
    ],
)
def test_an_archive_of_another_form_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    assert parse(tmp_path, "reported_offence_rates", RATES).ledger == everything(78)
    assert stopped(tmp_path, "reported_offence_rates", content).startswith(said)


def test_a_rate_that_is_none_refuses_its_cell_only(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "reported_offence_rates", RATES.replace(b";12", b";ej klart", 1))
    assert refused(parsed) == [(1, "rate_per_10000", "not_a_number")]
    assert parsed.ledger.rows_loaded == 77


# what they make together ------------------------------------------------------------------------------------------


def build(plan: Plan) -> None:
    """Every table, from what has been brought in to the plan's folder alone."""
    results = [read_source(plan, module) for module in all_sources().values()]
    assert not [result.problem for result in results if result.problem]
    built = build_warehouse(plan, results, "2026-12-31-0000000000", lambda _: None)
    assert {each.table for each in built.breaches} <= {"output.indicators"}, "no indicator without its sources"


def ask(plan: Plan, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    plan = make_plan(Settings(data=tmp_path_factory.mktemp("bra")), sample=True)
    for name in ("kolada_values", "population", "reported_offences", "reported_offences_yearly"):
        assert collect_and_read(plan, all_sources()[name]).problem == ""
    build(plan)
    return plan


def test_bra_and_kolada_count_the_same_offences(sample: Plan) -> None:
    rows = ask(
        sample,
        "select other, offence, count(*), count(*) filter (where is_equal) from core.reported_offences_compared "
        "group by all order by all",
    )
    offences = ("all_offences", "liberty_and_peace", "narcotics", "sexual_offences", "theft", "traffic")
    expected = [("kolada", offence, 9, 9) for offence in (*offences, "vandalism_and_arson")]
    assert rows == [*expected, ("yearly_file", "all_offences", 6, 6)]


def test_a_count_that_differs_is_shown_to_differ(tmp_path: Path, sample: Plan) -> None:
    """Of Stenungsund 2019 Kolada holds 228 reported offences of vandalism and arson."""
    plan = make_plan(Settings(data=tmp_path), now=LATER)
    kolada = [SAMPLE / "kolada_values" / f"{name}.json" for name in ("population_2010_2019", "recovered_counts_page_1")]
    kolada.append(SAMPLE / "kolada_values" / "recovered_counts_page_2.json")
    add_files(plan, all_sources()["kolada_values"], kolada)
    raw = tmp_path / "uttag.txt"
    raw.write_bytes(
        database(
            *(
                f"{name} kommun;{label};År;2019;{count};0;"
                for name, vandalism, arson in (("Stenungsund", 225, 3), ("Tjörn", 108, 1), ("Orust", 81, ".."))
                for label, count in ((VANDALISM, vandalism), ("Mordbrand inkl. grov (1, 2 §)", arson))
            )
        )
    )
    add_files(plan, all_sources()["reported_offences"], [raw])
    build(plan)
    compared = "select area_code, offence, reported, reported_by_other, is_equal from core.reported_offences_compared"
    assert ask(plan, compared) == [
        ("1415", "vandalism_and_arson", 228, 228, True),
        ("1419", "vandalism_and_arson", 109, 108, False),
    ]


def test_a_count_by_month_says_when_it_is_preliminary_or_withheld(sample: Plan) -> None:
    rows = ask(
        sample,
        "select month, reported is null, status, is_provisional from core.reported_offences_by_area_month "
        "where area_code = '1421' and offence = 'narcotics' and month in ('2025-02-01', '2025-12-01', '2026-06-01') "
        "order by month",
    )
    assert rows == [
        (date(2025, 2, 1), True, "not_reported", False),
        (date(2025, 12, 1), False, "ok", False),
        (date(2026, 6, 1), False, "ok", True),
    ]
    bounds = (
        "select count(*), count(distinct offence), min(month), max(month) from core.reported_offences_by_area_month"
    )
    assert ask(sample, bounds) == [(3 * 6 * 24, 6, date(2024, 7, 1), date(2026, 6, 1))]


def test_where_the_database_has_nothing_the_yearly_file_stands_in(sample: Plan) -> None:
    rows = ask(
        sample,
        "select area_code, origin, list(year order by year) from core.reported_offences_by_area_year "
        "where offence = 'all_offences' and area_code in ('1415', '1480') group by all order by all",
    )
    assert rows == [("1415", "database", [2021, 2022, 2023, 2024, 2025]), ("1480", "yearly_file", [2021, 2025])]


def test_a_preliminary_year_is_flagged_until_the_final_one_comes(tmp_path: Path) -> None:
    module = all_sources()["reported_offences"]

    def night(day: int, rows: str) -> Plan:
        plan = make_plan(Settings(data=tmp_path), now=datetime(2026, 2, day, tzinfo=UTC))
        raw = tmp_path / "uttag.txt"
        raw.write_bytes(database(*rows.splitlines()))
        add_files(plan, module, [raw])
        return plan

    scb = SAMPLE / "population" / "tab638_2024_2025_synthetic.json"
    add_files(make_plan(Settings(data=tmp_path), now=LATER.replace(month=1)), all_sources()["population"], [scb])
    supply = "Orust kommun;Överlåtelse m.m. (1-3 a §);År;2025"
    found = (
        "select numerator, denominator, flags, status from output.indicators "
        "where indicator = 'reported_narcotics_supply_rate' and area_code = '1421'"
    )
    plan = night(1, f"{supply} prel.;8;52;")
    build(plan)
    assert ask(plan, found) == [(8.0, 15241.0, "effort_driven,provisional", "ok")]
    plan = night(2, f"{supply};9;59;\nOrust kommun;Brott mot narkotikastrafflagen;År;2025;..;..;")
    build(plan)
    assert ask(plan, found) == [(9.0, 15241.0, "effort_driven,revised", "ok")]
    # A later export of something else echoes its parents empty; that takes no figure away.
    plan = night(3, f"{supply};..;..;")
    build(plan)
    assert ask(plan, found) == [(9.0, 15241.0, "effort_driven,revised", "ok")]
