"""How a published figure came about, in Swedish: what was counted, how, and what can and cannot be said of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from models._duckdb import quote
from reports._figure import figure
from reports._words import (
    FLAGS,
    JUDGEMENTS,
    METHODS,
    REASONS,
    RESULTS,
    category_text,
    flags_of,
    number,
    period_text,
)
from sources._problem import UsageProblem

Row = Mapping[str, Any]


def explain_lines(
    con: duckdb.DuckDBPyConnection, described: Mapping[str, Any], indicator: str, area: str, period: str
) -> Iterator[str]:
    """The explanation of every row of an indicator, area (code or name) and period of a release, line by line.

    described: the release's `release.json`. Raises UsageProblem when there is no such figure.
    """
    here = f"indicator = {quote(indicator)} and (area_code = {quote(area)} or area = {quote(area)})"
    rows = _rows(con, f"from output.indicators where {here} and period = {quote(period)} order by breakdown, category")
    if not rows:
        raise UsageProblem(
            "lagesbild explain",
            "siffran finns inte",
            found=f"{indicator} {area} {period}",
            do="se lagesbild list indicators och lagesbild list areas",
        )
    [definition] = _rows(con, f"from output.definitions where indicator = {quote(indicator)}")
    yield from (definition["title"], definition["definition"])
    for row in rows:
        yield from ("", *_figure_lines(row))
        same = f"{here} and breakdown = {quote(row['breakdown'])} and category = {quote(row['category'])}"
        yield from _judgement_lines(con, same, period)
    yield from _month_lines(con, here)
    if definition["notes"]:
        yield from ("", "Vad siffran inte säger:", *(f"  {note}" for note in definition["notes"].split("\n")))
    yield from ("", "Ögonblicksbilder som källorna bygger på:")
    sources = rows[0]["sources"].split(",")
    ledgers = {source["source"]: source for source in described["sources"]}
    for name in sources:
        if ledger := ledgers.get(name):
            yield (
                f"  {name}: {ledger['rows_read']} rader lästa, {ledger['rows_loaded']} inlästa, "
                f"{ledger['rows_quarantined']} underkända, {ledger['rows_duplicate']} dubbletter"
            )
    for each in described["snapshots"]:
        if each["source"] in sources:
            hashes = ", ".join(name[:12] for name in each["snapshots"])
            yield f"    {each['source']:<20}{each['observed_at'][:10]}  {each['request'][:40]:<42}{hashes}"


def _figure_lines(row: Row) -> Iterator[str]:
    shown = figure(row)
    group = f", {category_text(row['breakdown'], row['category'])}" if row["category"] else ""
    yield f"{row['area']} {period_text(row)}{group}"
    if shown.status:
        told = f" ({shown.numerator})" if shown.numerator else ""
        yield f"  {shown.status}{told}"
    else:
        yield f"  värde               {shown.value}{', ' + shown.interval if shown.interval else ''}"
    if row["numerator"] is not None:
        yield f"  täljare             {row['numerator']:g}"
    if row["denominator"] is not None:
        yield f"  nämnare             {row['denominator']:.10g}"
    if row["respondents"] is not None:
        yield f"  svarande            {row['respondents']}"
    yield f"  metod               {row['method']}. {METHODS.get(row['method'], '')}".rstrip()
    if row["dispersion"] is not None:
        times = number(row["dispersion"], 1)
        yield f"  överspridning       tal av den storleken har {times} gånger slumpens varians; så bedöms de"
    if row["flags"]:
        yield f"  märkning            {', '.join(FLAGS[flag] for flag in flags_of(row))}"
    yield f"  uppgifter t.o.m.    {row['data_as_of']}{'; konstruerade exempeldata' if row['is_synthetic'] else ''}"


def _judgement_lines(con: duckdb.DuckDBPyConnection, same: str, period: str) -> Iterator[str]:
    """What is said of the figure beside others; nothing of it for a period that is not the newest."""
    for row in _rows(con, f"from output.comparisons where {same} and period = {quote(period)} order by benchmark_type"):
        yield f"  jämfört med         {row['benchmark']}: {_said(row)}"
    for row in _rows(con, f"from output.changes where {same} and period = {quote(period)} order by benchmark_type"):
        yield f"  mot {row['benchmark_period']:<16}{_said(row)}{_visible(row)}"
    for row in _rows(con, f"from output.trends where {same} and period_to = {quote(period)}"):
        yield f"  trend {row['period_from']}–{row['period_to']:<9}{_said(row)}"
    for row in _rows(con, f"from output.ranks where {same.split(' and breakdown')[0]} and period = {quote(period)}"):
        if "breakdown = ''" in same:
            yield (
                f"  plats               {row['rank']} av {row['of']} ({row['best']}–{row['worst']}); "
                "1 är lägsta värdet, spannet är osäkerheten"
            )


def _month_lines(con: duckdb.DuckDBPyConnection, here: str) -> Iterator[str]:
    """The newest twelve months that could be held against the same months before, and those that differ."""
    months = _rows(con, f"from output.months where {here} and result <> 'not_compared' order by month")
    if not months:
        return
    since, until = months[0]["month"], months[-1]["month"]
    yield f"  mot samma månader   {len(months)} månader {since}–{until}; av slump hamnar ungefär en av tjugo utanför"
    for row in months:
        if row["result"] != "similar":
            low, high = number(row["expected_lower"]), number(row["expected_upper"])
            yield f"    {row['month']}           {row['events']}, väntat {low}–{high}: {RESULTS[row['result']]}"


def _said(row: Row) -> str:
    if row["result"] in ("not_compared", "cannot_be_calculated"):
        return f"jämförs inte: {REASONS[row['reason']]}"
    effect = ""
    if row.get("effect") is not None:
        kind = "kvot" if row["measure"] == "ratio" else "skillnad"
        one, low, high = (number(row[name], 2) for name in ("effect", "effect_lower", "effect_upper"))
        effect = f"{kind} {one} ({low}–{high}): "
    why = f" ({REASONS[row['reason']]})" if row["reason"] else ""
    judged = JUDGEMENTS[row["judgement"]]
    return f"{effect}{RESULTS[row['result']]}{', ' + judged if judged else ''}{why}"


def _visible(row: Row) -> str:
    rise, fall = row["smallest_detectable_rise"], row["smallest_detectable_fall"]
    if rise is None:
        return ""
    seen = f"{number(fall)} %" if fall is not None else "ingen minskning"
    return f"; minsta ändring som syns: {seen} eller +{number(rise)} %"


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Sequence[Row]:
    return con.sql(query).pl().to_dicts()
