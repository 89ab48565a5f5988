"""The command line: `lagesbild run | backfill | add | list | show | sql | check | explain | diff | week | …`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NoReturn

from sources._problem import Problem, UsageProblem

# Each command imports what it needs when it runs, so that `lagesbild --help` answers at once.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 a contract or gate failed, 2 usage or settings, 3 done but a source is not.

    No traceback reaches a person: what can be mended is a sentence on standard error.
    """
    try:
        given = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = given.command
        return command(given)
    except UsageProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            Problem(str(error.filename or "lagesbild"), "går inte att läsa eller skriva", found=str(error.strerror)),
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("Avbrutet; den senaste utgåvan står kvar.", file=sys.stderr)
        return 2
    except BaseException as error:
        from flows._exhausted import exhausted
        from flows._unexpected import unexpected

        told = exhausted(error, "lagesbild") or unexpected(error)
        if told is None or sys.flags.dev_mode:  # who mends the program wants to see it all: python -X dev
            raise
        print(told, file=sys.stderr)
        return 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageProblem(self.prog, message, do=f"se {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="lagesbild", description="Lokal lägesbild: från källor till publicerade indikatorer.")
    commands = parser.add_subparsers(required=True, metavar="KOMMANDO", parser_class=_Parser)

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=run)
        added.add_argument("--data", type=Path, metavar="MAPP", help="datamapp (annars inställningen, annars data)")
        return added

    run = command("run", _run, "hämta, räkna, kontrollera och publicera en utgåva")
    run.add_argument("--sample", action="store_true", help="kör på de inbyggda exempeldata")
    run.add_argument("--offline", action="store_true", help="hämta ingenting; använd det som redan finns")
    run.add_argument("--area", metavar="ID", help="område: kod ur areas.csv, kommunkod, länskod eller 00")
    run.add_argument("--only", nargs="+", default=(), metavar="KÄLLA", help="hämta bara dessa källor")
    run.add_argument("--as-of", type=_date, metavar="DATUM", help="dag som utgåvan gäller (annars i dag)")

    again = command("backfill", _backfill, "ge ut en periods tidigare dagar, av det som då hade kommit in")
    again.add_argument("first", type=_date, metavar="FRÅN", help="periodens första dag")
    again.add_argument("last", type=_date, metavar="TILL", help="periodens sista dag; inga dagar efter i dag")
    again.add_argument("--every", choices=("day", "week", "month"), default="day", help="varje dag, söndag, månadsslut")
    again.add_argument("--sample", action="store_true", help="kör på de inbyggda exempeldata")
    again.add_argument("--area", metavar="ID", help="område: kod ur areas.csv, kommunkod, länskod eller 00")

    add = command("add", _add, "ta in handlevererade filer")
    add.add_argument("source", metavar="KÄLLA")
    add.add_argument("files", nargs="+", type=Path, metavar="FIL")
    add.add_argument("--period", default="", help="period som filen gäller, till exempel 2025")
    add.add_argument("--received", type=_date, metavar="DATUM", help="dag då filen kom in (annars i dag)")

    listing = command("list", _list, "visa källor, indikatorer, tabeller eller områden")
    listing.add_argument("what", nargs="?", default="sources", choices=("sources", "indicators", "tables", "areas"))

    show = command("show", _show, "visa en tabell ur den senaste utgåvan")
    show.add_argument("table", metavar="TABELL", help="till exempel output.indicators")

    sql = command("sql", _sql, "fråga den senaste interna utgåvans databas")
    sql.add_argument("query", metavar="FRÅGA")

    check = command("check", _check, "pröva alla kontrakt igen på den senaste utgåvan")
    what = check.add_mutually_exclusive_group()
    what.add_argument("--disclosure", action="store_true", help="pröva i stället vad en angripare kan räkna ut")
    what.add_argument(
        "--full", action="store_true", help="pröva allt som bevaras, och bygg den senaste utgåvan på nytt"
    )

    explain = command("explain", _explain, "visa hur en siffra har kommit till")
    explain.add_argument("indicator", metavar="INDIKATOR")
    explain.add_argument("area", metavar="OMRÅDE", help="områdeskod eller namn")
    explain.add_argument("period", metavar="PERIOD")

    diff = command("diff", _diff, "jämför två utgåvor")
    release = "början av en utgåvas namn, latest eller previous"
    diff.add_argument("old", metavar="GAMMAL", nargs="?", default="previous", help=f"{release} (annars previous)")
    diff.add_argument("new", metavar="NY", nargs="?", default="latest", help=f"{release} (annars latest)")
    diff.add_argument("--public", action="store_true", help="jämför de publika tabellerna")
    written = diff.add_mutually_exclusive_group()
    written.add_argument("--csv", action="store_true", help="varje cell som skiljer sig, som CSV")
    written.add_argument("--json", action="store_true", help="för ett program")

    status = command("status", _status, "visa hur det står till med källor och utgåva")
    status.add_argument("--json", action="store_true", help="för övervakning; nycklar läggs till, inga tas bort")
    status.epilog = (
        "Slutkod: 0 allt står rätt till; 1 den senaste körningen publicerade ingenting fast den skulle; 2 fel i "
        "kommando, inställningar eller datamapp; 3 något behöver ses efter: en källa är sen eller svarar inte, en fil "
        "eller text nekades, ingen körning på 26 timmar, eller för lite plats på disken."
    )

    week = command("week", _week, "skriv Veckans läge: ett A4 till mötet, och en text till webben")
    week.add_argument("week", metavar="VECKA", nargs="?", type=_monday, help="2026-v47 (annars den senaste hela)")
    week.add_argument("--area", metavar="ID", help="område eller kommun (annars inställningen)")

    forget = command("forget", _forget, "glöm en ögonblicksbild och alla utgåvor som bygger på den")
    forget.add_argument("snapshot", metavar="KONTROLLSUMMA", help="minst åtta tecken, se lagesbild explain")
    forget.add_argument("--reason", required=True, metavar="SKÄL", help="utan personuppgifter; det sparas")

    template = command("template", _template, "skriv en tom mall för en handlevererad källa, eller för egna texter")
    template.add_argument("source", metavar="KÄLLA", help="källan, eller texts: samordnarens texter till rapporten")
    template.add_argument("--area", metavar="ID", help="område vars kommuner står först i listorna; en kommun fylls i")

    new = command("new", _new, "skapa stommen till en ny källa eller indikator")
    new.add_argument("what", choices=("source", "indicator"))
    new.add_argument("name", metavar="NAMN")
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' är inte ett datum; skriv ÅÅÅÅ-MM-DD") from None


def _monday(text: str) -> date:
    from reports._calendar import read_week

    try:
        return read_week(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' är inte en vecka; skriv 2026-v47") from None


def _on_stderr(line: str, is_passing: bool) -> None:
    """A line on standard error. What goes on is shown on a terminal only, and the next line takes its place."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="" if is_passing else "\n", file=sys.stderr, flush=True)
    elif not is_passing:
        print(line, file=sys.stderr, flush=True)


def _run(given: argparse.Namespace) -> int:
    from flows._notify import Ending, ending_of, remarked_last_time
    from flows.pipeline import make_plan, run
    from flows.settings import read_settings
    from flows.summary import summary_lines

    plan = make_plan(
        read_settings(data=given.data, area=given.area),
        sample=given.sample,
        offline=given.offline,
        only=given.only,
        as_of=given.as_of,
    )
    before = remarked_last_time(plan.data)
    outcome = run(plan, _on_stderr)
    print("\n".join(summary_lines(outcome)))
    if (ending := ending_of(outcome, before, plan.as_of)) in (Ending.REMARKED_AS_BEFORE, Ending.SIGNALLED):
        print(f"{ending}.")  # by which docs/systemd/lagesbild-notify knows what is news and what is not
    return outcome.exit_code


def _backfill(given: argparse.Namespace) -> int:
    from flows._backfill import backfill, backfill_days
    from flows.settings import read_settings
    from flows.summary import day_line

    settings = read_settings(data=given.data, area=given.area)
    days = backfill_days(given.first, given.last, given.every)
    exit_codes = set()
    for day, outcome in backfill(settings, days, sample=given.sample, say=_on_stderr):
        print(day_line(day, outcome), flush=True)
        exit_codes.add(outcome.exit_code)
    return 1 if 1 in exit_codes else max(exit_codes)


def _add(given: argparse.Namespace) -> int:
    from flows.pipeline import add_files, make_plan, one_writer
    from flows.settings import read_settings

    module = _source(given.source)
    plan = make_plan(read_settings(data=given.data))
    with one_writer(plan.data):
        for taken, book in add_files(plan, module, given.files, period=given.period, received=given.received):
            print(
                f"{taken.name}: {book.rows_read} rader lästa, {book.rows_loaded} inlästa, "
                f"{book.rows_quarantined} underkända, {book.rows_duplicate} dubbletter"
            )
    print("Filerna är med i nästa körning: lagesbild run")
    return 0


def _source(name: str):  # type: ignore[no-untyped-def]  # the type would import every source
    from sources._registry import all_sources

    if name not in all_sources():
        raise UsageProblem("lagesbild", "okänd källa", found=name, do=f"kända är {', '.join(all_sources())}")
    return all_sources()[name]


def _data(given: argparse.Namespace) -> Path:
    from flows.settings import read_settings

    return read_settings(data=given.data).data


def _list(given: argparse.Namespace) -> int:
    if given.what == "sources":
        from flows._status import list_lines

        print("\n".join(list_lines(_plan_of(given))))
        return 0
    query = {
        "indicators": "select indicator, focus_area, title from output.definitions order by focus_area, indicator",
        "tables": "select schema_name || '.' || table_name as table, comment from duckdb_tables() order by 1",
        "areas": "select area_code, area_type, area from core.areas order by area_type, area_code",
    }[given.what]
    return _print_query(given, query)


def _show(given: argparse.Namespace) -> int:
    parts = given.table.split(".")
    if len(parts) != 2 or not all(part.isidentifier() for part in parts):
        raise UsageProblem("lagesbild show", "inte ett tabellnamn", found=given.table, do="skriv schema.tabell")
    return _print_query(given, f"from {given.table}")


def _sql(given: argparse.Namespace) -> int:
    return _print_query(given, given.query)


def _print_query(given: argparse.Namespace, query: str) -> int:
    import duckdb

    from lagesbild import open_release

    with closing(open_release(_data(given))) as con:
        con.execute("set enable_external_access = false; set lock_configuration = true")
        try:
            result = con.sql(query)
            if result is not None:
                result.show(max_width=200, max_rows=200)  # the query runs here, so here it can fail too
        except duckdb.Error as error:
            raise UsageProblem(
                "frågan", "går inte att köra", found=str(error).splitlines()[0], do="rätta frågan"
            ) from None
    return 0


def _check(given: argparse.Namespace) -> int:
    from flows._audit import audit_latest
    from flows._full_check import broken_contracts
    from lagesbild import open_release

    if given.full:
        return _check_everything(given)
    if given.disclosure:
        audit = audit_latest(_data(given))
        print(*audit.found, sep="\n", end="\n" if audit.found else "")
        print(
            f"{audit.hidden} av {audit.cells} tal om människor är dolda, {audit.earlier} andra utgåvor medräknade: "
            f"{len(audit.found) or 'inget'} går att räkna ut."
        )
        return 1 if audit.found else 0
    with closing(open_release(_data(given))) as con:
        tables, found = broken_contracts(con)
    print("\n".join(map(str, found)) or f"Alla kontrakt håller ({tables} tabeller).")
    return 1 if found else 0


def _check_everything(given: argparse.Namespace) -> int:
    from flows._full_check import check_everything
    from flows._log import Log

    plan = _plan_of(given)
    checked = check_everything(plan, Log(form=plan.settings.log_format, say=_on_stderr))
    print(*checked.found, *checked.remarks, sep="\n", end="\n" if checked.found or checked.remarks else "")
    print(f"{len(checked.found)} fel." if checked.found else "Inget fel: allt som ska bevaras finns och är helt.")
    return 1 if checked.found else 0


def _explain(given: argparse.Namespace) -> int:
    from flows._explain import explain_lines
    from lagesbild import open_release, release_folder

    data = _data(given)
    described = json.loads((release_folder(data) / "release.json").read_text(encoding="utf-8"))
    with closing(open_release(data)) as con:
        print("\n".join(explain_lines(con, described, given.indicator, given.area, given.period)))
    return 0


def _diff(given: argparse.Namespace) -> int:
    from flows._diff import diff_json, diff_lines, diff_releases, diff_rows

    diff = diff_releases(_data(given), given.old, given.new, "public" if given.public else "internal")
    if given.csv:
        print(diff_rows(diff).write_csv(), end="")
    elif given.json:
        print(json.dumps(diff_json(diff), ensure_ascii=False))
    else:
        print("\n".join(diff_lines(diff)))
    return 0


def _plan_of(given: argparse.Namespace):  # type: ignore[no-untyped-def]  # the type would import the pipeline
    """A plan for the data folder as it is: of the sample where it holds nothing else."""
    from flows.pipeline import make_plan
    from flows.settings import read_settings
    from sources._landing import read_manifest

    settings = read_settings(data=given.data)
    observations = read_manifest(settings.data)
    is_sample = bool(observations) and all(each.origin == "sample" for each in observations)
    return make_plan(settings, sample=is_sample)


def _status(given: argparse.Namespace) -> int:
    from flows._status import exit_code, source_statuses, status_json, status_lines
    from flows.pipeline import latest_release

    plan = _plan_of(given)
    release, statuses = latest_release(plan.data), source_statuses(plan)
    if given.json:
        print(json.dumps(status_json(plan, release, statuses), ensure_ascii=False))
    else:
        print("\n".join(status_lines(plan, release, statuses)))
    return exit_code(plan, statuses)


def _week(given: argparse.Namespace) -> int:
    from flows._data_version import check_version
    from flows._plan import one_writer
    from flows.settings import read_settings
    from lagesbild import release_folder
    from reports.week import write_weeks

    settings = read_settings(data=given.data, area=given.area)
    check_version(settings.data)
    release_folder(settings.data)  # where there is none, there is nothing to lock
    with one_writer(settings.data):
        written = write_weeks(settings.data, release_folder(settings.data), settings.area, given.week)
    for folder in written:
        print("\n".join(str(path) for path in sorted(folder.iterdir())))
    return 0


def _forget(given: argparse.Namespace) -> int:
    from flows._forget import forget, forgotten_lines

    print("\n".join(forgotten_lines(forget(_plan_of(given), given.snapshot, given.reason))))
    return 0


def _template(given: argparse.Namespace) -> int:
    from flows._scaffold import write_template
    from flows._signals import rows_to_answer
    from flows.pipeline import make_plan
    from flows.settings import read_settings

    plan = make_plan(read_settings(data=given.data, area=given.area))
    if given.source == "texts":
        return _text_templates(plan)
    source = _source(given.source).source
    asked = rows_to_answer(plan.data, plan.settings.area) if given.source == "signal_answers" else ()
    path = write_template(given.source, source, Path.cwd(), area=plan.settings.area, day=plan.as_of, asked=asked)
    if given.source == "signal_answers" and not asked:
        print("Ingen avvikelse väntar på svar; formuläret har tomma rader.")
    print(f"{path.name}: fyll i en rad per uppgift och lämna in med lagesbild add {given.source} {path.name}")
    return 0


def _text_templates(plan) -> int:  # type: ignore[no-untyped-def]  # the type would import the pipeline
    from flows._scaffold import write_text_templates
    from flows.pipeline import one_writer

    with one_writer(plan.data):
        folder, written = write_text_templates(plan.data, plan.settings.area)
    print(f"{folder}: {len(written)} nya filer; det som fanns är orört. Se docs/egna-texter.md")
    return 0


def _new(given: argparse.Namespace) -> int:
    from flows._scaffold import write_stub

    path = write_stub(given.what, given.name)
    print(f"{path}: fyll i det som står inom hakparenteser; se {path.parent.name}/README.md")
    return 0
