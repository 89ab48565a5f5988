"""What the sheets of the workbook say: tables in words, before anything is laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

import polars as pl

from reports._codes import (
    AREA_TYPES,
    ASPECTS,
    COMPARED_WITH,
    DEEDS,
    DESIGNS,
    EFFECTS,
    EXPECTED,
    KEPT,
    OUTCOMES,
    OUTCOMES_OF_PROMISES,
    POLARITIES,
    POSITIONS,
    PROFILES,
    PROMISED_BY,
    RESULTS_OF_EFFECTS,
    REVISIONS,
    SEASONS,
    VERDICTS,
)
from reports._glossary import GLOSSARY
from reports._language import current, t
from reports._phrases import series_name
from reports._rows import in_words
from reports._slot_chart import slot_name
from reports._words import (
    REASONS,
    SOURCE_STATUSES,
    Row,
    breakdown_text,
    category_text,
    decimals_of,
    number,
    period_text,
    words,
)

Tables = Mapping[str, pl.DataFrame]

# More rows than this a workbook for people does not hold: thirty municipalities fit, of all 290 the newest figures.
MOST_FIGURES = 40_000
MOST_JUDGED = 10_000
_AREA_ORDER = ("municipality", "police_area", "similar", "county", "country")
_DAY_ZERO = date(1899, 12, 30)  # days are numbers in a workbook, counted from here
_LONGEST_NAME = 31


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet. kind: how its cells are written. decimals: how many each row's number is shown with."""

    heading: str
    values: Sequence[Any]
    width: int
    kind: Literal["text", "wrapped", "day", "month", "number"] = "text"
    decimals: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet with one table. about: what the cover says of it. is_synthetic: which rows are constructed.

    printed: how many of the columns go to print; those after them are for filters and pivot tables.
    """

    title: str
    about: str
    columns: tuple[Column, ...]
    name: str
    is_synthetic: Sequence[bool]
    printed: int = 0


def sheets_of(tables: Tables, focus_areas: pl.DataFrame) -> tuple[list[Sheet], list[str]]:
    """The sheets in the reader's order, and what to say of what there was no room for.

    Where there are more figures than fit, the newest are taken, without breakdowns, and of what is judged only what can
    be told from chance. Raises ValueError for a code that has no words.
    """
    kept, back = _newest(tables["indicators"])
    judged, is_cut = _judged(tables)
    cuts = []
    if back:
        cuts.append(t("Siffrorna är för många för en arbetsbok. Alla siffror står i indicators_sv.csv."))
        cuts.append(t("Här står högst {n} mätningar av varje indikator, de senaste, utan uppdelningar.", n=back))
    if is_cut:
        cuts.append(t("Bladen Bedömningar, Månader och Tider visar bara det som går att skilja från slumpen."))
    known = {**tables, **judged, "figures": kept}
    themes = focus_areas.sort("sort_order").to_dicts()
    titles = {row["focus_area"]: _title(row) for row in themes}
    return [
        _summary(known, titles),
        *(_figures(known, theme) for theme in themes),
        _judgements(known, titles),
        _months(known),
        _profiles(known, themes),
        _places(known, themes),
        _concentration(known, themes),
        _measures(known, titles),
        _promises(known),
        _outcomes_of_promises(known),
        _effects_of_promises(known),
        _revisions(known),
        _definitions(known, titles),
        _words(),
    ], cuts


def place_of(indicators: pl.DataFrame, code: str) -> tuple[str, str]:
    """The name of an area, and its municipalities by name or, where they are many, by number."""
    named = dict(indicators.select("area_code", "area").unique().iter_rows())
    inside = sorted(set(indicators.filter(area_type="municipality")["area"]))
    said = ", ".join(inside) if len(inside) <= 15 else t("{n} kommuner", n=number(len(inside)))
    return str(named.get(code, said)), said


def sources_table(rows: pl.DataFrame) -> tuple[Column, ...]:
    """The sources with their dates and how each wants to be named."""
    late = t("försenad källa; senast giltiga uppgift används")
    states = [
        ", ".join(filter(None, (words(status, SOURCE_STATUSES, "source status"), late if is_late else "")))
        for status, is_late in rows.select("status", "is_late").iter_rows()
    ]
    return (
        _wrapped(t("Källa"), rows["title"], 40),
        _wrapped(t("Utgivare"), rows["publisher"], 34),
        _day(t("Uppgifter till och med"), rows["data_as_of"]),
        _day(t("Hämtad"), _days(rows["observed_at"])),
        _wrapped(t("Läge"), states, 18),
        _wrapped(t("Så anges källan för tal som förs vidare"), rows["attribution"], 34),
        _wrapped(t("Så anges källan för tal som räknats fram här"), rows["attribution_processed"], 36),
        _wrapped(t("Villkor"), rows["licence"], 30),
        _wrapped(t("Konstruerade exempeldata"), [_yes_or_no(value) for value in rows["is_synthetic"]], 14),
    )


def _newest(indicators: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """All figures and 0; where they are too many, as many measurements back as fit without breakdowns, and how many."""
    if indicators.height <= MOST_FIGURES:
        return indicators, 0
    series = ("indicator", "area_type", "area_code")
    is_whole = pl.col("breakdown") == ""
    back = pl.col("period_start").rank("ordinal", descending=True).over(*series, "breakdown", "category")
    whole = indicators.filter(is_whole | ~is_whole.any().over(series)).with_columns(_back=back)
    counts = whole.group_by("_back").len().sort("_back").with_columns(pl.col("len").cum_sum())
    most = max(1, counts.filter(pl.col("len") <= MOST_FIGURES).height)
    return whole.filter(pl.col("_back") <= most).drop("_back"), most


def _judged(tables: Tables) -> tuple[Tables, bool]:
    """What is judged, and whether it had to be cut down to what can be told from chance."""
    judged = {name: tables[name] for name in ("comparisons", "changes", "trends", "ranks", "months", "profiles")}
    if sum(frame.height for frame in judged.values()) <= MOST_JUDGED:
        return judged, False
    told = pl.col("result").is_in(["higher", "lower", "increasing", "decreasing"])
    return {name: frame if name == "ranks" else frame.filter(told) for name, frame in judged.items()}, True


# --- Sheets -----------------------------------------------------------------------------------------------------------


def _figures(tables: Tables, theme: Row) -> Sheet:
    """Every figure of a focus area: by indicator, then area, then group, the newest period first."""
    names = _names(tables)
    rows = tables["figures"].filter(pl.col("focus_area") == theme["focus_area"])
    rows = rows.with_columns(
        _indicator=_ordered("indicator", list(names)), _area=_ordered("area_type", _AREA_ORDER)
    ).sort(
        *("_indicator", "_area", "area_code", "breakdown", "category", "period_start"),
        descending=[False, False, False, False, False, True],
    )
    said = in_words(rows, {row["source"]: row for row in tables["sources"].to_dicts()})
    weighed = ("unit", "respondents", "denominator", "lower_confidence_limit", "upper_confidence_limit")
    decimals = [decimals_of(row) for row in rows.select(weighed).iter_rows(named=True)]
    title = _title(theme)
    return Sheet(
        name=_tab(title),
        title=title,
        about=t("Alla siffror, med osäkerhet, status och källa"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(t("Indikator"), _told(rows, names.__getitem__, "indicator"), 52),
            _text(t("Område"), said["area"], 30),
            _text(t("Områdestyp"), said["area_type"], 16),
            _text(t("Period"), said["period"], 17),
            _wrapped(t("Grupp"), said["category"], 16),
            _number(t("Värde"), said["value"], decimals=decimals),
            _wrapped(t("Enhet"), said["unit"], 22),
            _number(t("Nedre gräns"), said["lower_confidence_limit"], decimals=decimals),
            _number(t("Övre gräns"), said["upper_confidence_limit"], decimals=decimals),
            _number(t("Täljare"), said["numerator"]),
            _number(t("Nämnare"), said["denominator"], 12),
            _number(t("Svarande"), said["respondents"]),
            _number(t("Svarsfrekvens, procent"), (100 * said["response_rate"]).round(1), 15),
            _wrapped(t("Status"), said["status"], 28),
            _wrapped(t("Märkningar"), said["flags"], 34),
            _yes(said["is_synthetic"]),
            _text(t("Områdeskod"), said["area_code"], 15),
            _day(t("Första dag"), said["period_start"]),
            _day(t("Sista dag"), said["period_end"]),
            _text(t("Uppdelning"), said["breakdown"], 12),
            _text(t("Metod"), said["method"], 58),
            _text(t("Källa"), said["source_line"], 60),
            _day(t("Uppgifter till och med"), said["data_as_of"], 13),
        ),
        printed=16,
    )


def _summary(tables: Tables, titles: Mapping[str, str]) -> Sheet:
    """Five judgements per area and focus area, the area's focus areas in the reader's order."""
    names = _names(tables)
    rows = (
        tables["judgements"]
        .with_columns(_theme=_ordered("focus_area", list(titles)), _aspect=_ordered("aspect", list(ASPECTS)))
        .sort("area_code", "_theme", "_aspect")
    )
    constructed = set(tables["indicators"].filter("is_synthetic").select("area_code", "indicator").iter_rows())
    based = [(code, grounds.split(",")) for code, grounds in rows.select("area_code", "grounds").iter_rows()]
    return Sheet(
        name=t("Läget i korthet"),
        title=t("Läget i korthet: fem frågor om varje fokusområde"),
        about=t("Omfattning, utveckling, jämförelse, oro och konsekvens, utan sammanlagd poäng"),
        is_synthetic=[any((code, name) in constructed for name in grounds) for code, grounds in based],
        columns=(
            _wrapped(t("Område"), rows["area"], 24),
            _wrapped(t("Fokusområde"), _told(rows, titles.__getitem__, "focus_area"), 28),
            _wrapped(t("Fråga"), _coded(rows, "aspect", ASPECTS), 14),
            _wrapped(t("Bedömning"), _coded(rows, "judgement", VERDICTS), 22),
            _wrapped(t("I ord"), rows["text"], 72),
            _wrapped(t("Vilar på"), ["; ".join(names[name] for name in all_ if name) for _, all_ in based], 72),
            _number(t("Mått som är bättre"), rows["figures_better"]),
            _number(t("Mått som är sämre"), rows["figures_worse"]),
            _number(t("Ingen säkerställd skillnad"), rows["figures_similar"], 14),
            _number(t("Går inte att bedöma"), rows["figures_not_judged"]),
            _number(t("Skulle skilja av slump"), rows["figures_by_chance"], 13, decimals=[1] * rows.height),
        ),
    )


def _judgements(tables: Tables, titles: Mapping[str, str]) -> Sheet:
    """Comparisons, changes, trends and ranks of an indicator and area, one below the other."""
    names = _names(tables)
    whole = {name: pl.lit("") for name in ("breakdown", "category")}
    frames = {
        t("Jämförelse"): tables["comparisons"].with_columns(benchmark_period="period"),
        t("Förändring"): tables["changes"].with_columns(benchmark_code="area_code"),
        t("Trend"): tables["trends"].with_columns(period=pl.concat_str("period_from", "period_to", separator="–")),
        t("Plats bland alla kommuner"): tables["ranks"].with_columns(
            area_type=pl.lit("municipality"), result=pl.col("funnel_position").cast(pl.String), **whole
        ),
    }
    rows = pl.concat([frame.with_columns(kind=pl.lit(kind)) for kind, frame in frames.items()], how="diagonal")
    rows = (
        rows.join(tables["definitions"].select("indicator", "focus_area", "unit"), on="indicator", how="left")
        .with_columns(
            _theme=_ordered("focus_area", list(titles)),
            _indicator=_ordered("indicator", list(names)),
            _area=_ordered("area_type", _AREA_ORDER),
            _kind=_ordered("kind", list(frames)),
        )
        .sort("_theme", "_indicator", "_area", "area_code", "breakdown", "category", "_kind", "benchmark_type")
    )
    units = [_usual_decimals(unit) for unit in rows["unit"]]
    effects = [2 if measure == "ratio" else 1 for measure in rows["measure"]]
    return Sheet(
        name=t("Bedömningar"),
        title=t("Bedömningar: jämförelser, förändringar, trender och platser"),
        about=t("Vad som går att säga om siffrorna, och varför det ibland inte går"),
        is_synthetic=_constructed(rows, tables["indicators"]),
        columns=(
            _wrapped(t("Indikator"), _told(rows, names.__getitem__, "indicator"), 52),
            _text(t("Slag"), rows["kind"], 24),
            _text(t("Område"), rows["area"], 30),
            _wrapped(t("Grupp"), _told(rows, category_text, "breakdown", "category"), 16),
            _text(t("Period"), _periods(rows, "period", tables), 17),
            _text(t("Jämförs med"), _coded(rows, "benchmark_type", COMPARED_WITH), 20),
            _text(t("Jämförelsens period"), _periods(rows, "benchmark_period", tables), 17),
            _number(t("Värde"), rows["value"], decimals=units),
            _number(t("Jämförelsens värde"), rows["benchmark_value"], 13, decimals=units),
            _text(t("Räknat som"), _coded(rows, "measure", EFFECTS), 10),
            _number(t("Kvot eller skillnad"), rows["effect"], decimals=effects),
            _number(t("Nedre gräns"), rows["effect_lower"], decimals=effects),
            _number(t("Övre gräns"), rows["effect_upper"], decimals=effects),
            _number(t("Förändring, procent"), rows["percent_change"], 12, decimals=[1] * rows.height),
            _number(t("Plats bland kommunerna"), rows["rank"], 13),
            _number(t("Lägsta plats"), rows["best"], 9),
            _number(t("Högsta plats"), rows["worst"], 9),
            _number(t("Av kommuner"), rows["of"], 12),
            _wrapped(t("Utfall"), _coded(rows, "result", {**OUTCOMES, **POSITIONS}), 28),
            _wrapped(t("Bedömning"), _coded(rows, "judgement", VERDICTS), 29),
            _wrapped(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 46),
            _text(t("Fokusområde"), _told(rows, titles.__getitem__, "focus_area"), 40),
            _text(t("Områdestyp"), _coded(rows, "area_type", AREA_TYPES), 16),
            _text(t("Uppdelning"), _told(rows, breakdown_text, "breakdown"), 12),
            _text(t("Jämförelsens namn"), rows["benchmark"], 31),
            _text(t("Enhet"), _told(rows, t, "unit"), 34),
        ),
        printed=21,
    )


def _months(tables: Tables) -> Sheet:
    names, rows = _names(tables), tables["months"]
    tenths = [1] * rows.height
    return Sheet(
        name=t("Månader"),
        title=t("De senaste tolv månaderna mot samma månader tidigare år"),
        about=t("Inget larm: ungefär var tjugonde månad ligger utanför av slump"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _text(t("Räknade händelser"), _told(rows, names.__getitem__, "indicator"), 62),
            _text(t("Områdestyp"), _coded(rows, "area_type", AREA_TYPES), 16),
            _text(t("Område"), rows["area"], 31),
            _day(t("Månad"), rows["month"].str.to_date("%Y-%m"), kind="month"),
            _number(t("Antal"), rows["events"]),
            _number(t("Väntat antal"), rows["expected"], decimals=tenths),
            _number(t("Väntat minst"), rows["expected_lower"]),
            _number(t("Väntat högst"), rows["expected_upper"]),
            _number(t("Tidigare år"), rows["years"]),
            _text(t("Årstider"), _coded(rows, "seasons", SEASONS), 16),
            _text(t("Utfall"), _coded(rows, "result", OUTCOMES), 28),
            _text(t("Bedömning"), _coded(rows, "judgement", VERDICTS), 26),
            _text(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 52),
            _yes(rows["is_synthetic"]),
        ),
    )


def _profiles(tables: Tables, themes: Sequence[Row]) -> Sheet:
    rows = tables["profiles"]
    tenths = [1] * rows.height
    return Sheet(
        name=t("Tider"),
        title=t("Årshjul, veckomönster och tid på dygnet"),
        about=t("Antal per månad, veckodag och tre timmar mot vad som väntas om inget skilde"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(t("Vad som räknas"), _series(rows, themes), 40),
            _text(t("Områdestyp"), _coded(rows, "area_type", AREA_TYPES), 16),
            _text(t("Område"), rows["area"], 31),
            _text(t("Mönster"), _coded(rows, "profile", PROFILES), 16),
            _text(t("Månad, veckodag eller klockslag"), _told(rows, slot_name, "profile", "slot"), 18),
            _number(t("Antal"), rows["events"]),
            _number(t("Väntat antal"), rows["expected"], decimals=tenths),
            _number(t("Väntat minst"), rows["expected_lower"]),
            _number(t("Väntat högst"), rows["expected_upper"]),
            _text(t("Utfall"), _coded(rows, "result", OUTCOMES), 16),
            _text(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 30),
            _text(t("Flest kring"), _told(rows, partial(slot_name, "month"), "season_peak"), 12),
            _number(t("Händelser utan klockslag"), rows["events_without_time"], 12),
            _day(t("Första dag"), rows["period_start"]),
            _day(t("Sista dag"), rows["period_end"]),
            _yes(rows["is_synthetic"]),
            _day(t("Uppgifter till och med"), rows["data_as_of"], 13),
        ),
    )


def _places(tables: Tables, themes: Sequence[Row]) -> Sheet:
    rows = tables["places"]
    tenths = [1] * rows.height
    return Sheet(
        name=t("Platser"),
        title=t("Namngivna platser: händelser om saker och platser under tolv månader"),
        about=t("Händelser per namngiven plats, och vilka platser som återkommer"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _text(t("Kommun"), rows["area"], 18),
            _wrapped(t("Plats"), rows["place"], 28),
            _wrapped(t("Vad som räknas"), _series(rows, themes), 40),
            _number(t("Händelser"), rows["events"]),
            _number(t("Månader med händelser"), rows["months_with_events"], 12),
            _number(t("Andel av händelserna, procent"), (100 * rows["share"]).round(1), 14, decimals=tenths),
            _number(
                t("Andel om alla vore lika, procent"), (100 * rows["expected_share"]).round(1), 14, decimals=tenths
            ),
            _wrapped(t("Återkommande plats"), _told(rows, _yes_or_no, "is_recurrent"), 14),
            _wrapped(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 26),
            _day(t("Första dag"), rows["period_start"]),
            _day(t("Sista dag"), rows["period_end"]),
            _yes(rows["is_synthetic"]),
            _day(t("Uppgifter till och med"), rows["data_as_of"], 13),
        ),
    )


def _concentration(tables: Tables, themes: Sequence[Row]) -> Sheet:
    rows = tables["concentration"]
    tenths = [1] * rows.height

    def share(name: str) -> pl.Series:
        return (100 * rows[name]).round(1)

    return Sheet(
        name=t("Samlat på få platser"),
        title=t("Hur händelserna samlas på få platser"),
        about=t("Andelen på de platser som hade flest händelser året före"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _text(t("Kommun"), rows["area"], 18),
            _wrapped(t("Vad som räknas"), _series(rows, themes), 40),
            _wrapped(t("Platserna som hade hälften året före"), rows["busiest_places"], 46),
            _number(t("Antal sådana"), rows["busiest_number"]),
            _number(t("Namngivna platser"), rows["places_number"], 12),
            _number(t("Händelser på namngivna platser"), rows["events"], 14),
            _number(t("Händelser utan namngiven plats"), rows["events_elsewhere"], 14),
            _number(t("Andel, procent"), share("share"), decimals=tenths),
            _number(t("Nedre gräns"), share("share_lower"), decimals=tenths),
            _number(t("Övre gräns"), share("share_upper"), decimals=tenths),
            _number(t("Andel om alla vore lika, procent"), share("expected_share"), 14, decimals=tenths),
            _text(t("Utfall"), _coded(rows, "result", OUTCOMES), 16),
            _wrapped(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 26),
            _day(t("Första dag"), rows["period_start"]),
            _day(t("Sista dag"), rows["period_end"]),
            _yes(rows["is_synthetic"]),
            _day(t("Uppgifter till och med"), rows["data_as_of"], 13),
        ),
    )


def _measures(tables: Tables, titles: Mapping[str, str]) -> Sheet:
    rows = tables["measures"]
    return Sheet(
        name=t("Åtgärder"),
        title=t("Åtgärder: vad som görs och hur mycket som gjorts av det som lovats"),
        about=t("Kommunernas åtgärdslogg"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(t("Kommun"), rows["area"], 18),
            _number(t("Nummer"), rows["number"], 10),
            _wrapped(t("Fokusområde"), _told(rows, titles.__getitem__, "focus_area"), 28),
            _wrapped(t("Vad som görs"), rows["action"], 48),
            _wrapped(t("Plats"), rows["place"], 24),
            _wrapped(t("Ansvarig funktion"), rows["responsible"], 24),
            _wrapped(t("Läge"), _coded(rows, "status", DEEDS), 12),
            _day(t("Beslutad"), rows["decided_date"]),
            _day(t("Klart senast"), rows["due_date"]),
            _day(t("Klart"), rows["done_date"]),
            _wrapped(t("Försenad"), _told(rows, _yes_or_no, "is_late"), 11),
            _number(t("Lovat"), rows["quantity_promised"]),
            _number(t("Gjort"), rows["quantity_done"]),
            _wrapped(t("Vad antalet räknar"), rows["quantity_unit"], 20),
            _number(t("Kostnad, kronor"), rows["cost_kr"], 12),
            _yes(rows["is_synthetic"]),
            _day(t("Uppgifter till och med"), rows["data_as_of"], 13),
        ),
    )


def _revisions(tables: Tables) -> Sheet:
    """What publishers have changed of what an indicator builds on, the newest first; the rest stands in the CSV."""
    names = _names(tables)
    titles = {row["source"]: str(row["title"]) for row in tables["sources"].to_dicts()}
    rows = tables["revisions"].filter(pl.col("indicators").is_not_null())
    rows = rows.sort(pl.col("first_seen_at"), descending=True, nulls_last=False, maintain_order=True)
    rows = rows.head(MOST_JUDGED)
    tenths = [3] * rows.height
    return Sheet(
        name=t("Ändrade uppgifter"),
        title=t("Ändrade uppgifter: vad utgivarna har ändrat, och vad som är rättat här"),
        about=t("Uppgifter bakom siffrorna, före och efter"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(t("Indikator"), _told(rows, lambda ids: _titles(ids, names), "indicators"), 52),
            _text(t("Område"), rows["area"], 30),
            _text(t("Period"), rows["period"], 17),
            _wrapped(t("Slag"), _coded(rows, "kind", REVISIONS), 24),
            _number(t("Före"), rows["old_value"], decimals=tenths),
            _number(t("Efter"), rows["new_value"], decimals=tenths),
            _day(t("Förra sågs senast"), _days(rows["last_seen_at"])),
            _day(t("Ändringen sågs"), _days(rows["first_seen_at"])),
            _wrapped(t("Varför den är rättad här"), rows["reason"], 40),
            _wrapped(t("Vem som har sagt det"), rows["provider"], 30),
            _wrapped(t("Källa"), _told(rows, lambda name: str(titles.get(name, name)), "source"), 34),
            _text(t("Serie"), rows["series"], 30),
            _yes(rows["is_synthetic"]),
        ),
    )


def _days(moments: pl.Series) -> pl.Series:
    """The day in Sweden of each instant."""
    return moments.dt.convert_time_zone("Europe/Stockholm").dt.date()


def _promises(tables: Tables) -> Sheet:
    rows = tables["promises"]
    return Sheet(
        name=t("Löften"),
        title=t("Löften: lovat, gjort och nått"),
        about=t("Vad som lovats och vad åtgärdsloggarna säger är gjort, per tertial och för hela löftet"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(t("Löfte"), _told(rows, "{} {}".format, "promise_number", "promise_title"), 36),
            _wrapped(t("Överenskommelse"), rows["agreement_title"], 26),
            _wrapped(t("Löftet med egna ord"), rows["wording"], 60),
            _wrapped(t("Av"), _coded(rows, "promised_by", PROMISED_BY), 16),
            _wrapped(t("Område"), rows["area"], 30),
            _text(t("Period"), rows["period"], 13),
            _number(t("Lovat"), rows["quantity_promised"]),
            _wrapped(t("Vad antalet räknar"), _told(rows, t, "quantity_unit"), 20),
            _number(t("Åtgärder klara"), rows["measures_done"], 11),
            _number(t("Gjort"), rows["quantity_done"]),
            _number(t("Gjort hittills"), rows["quantity_done_so_far"], 11),
            _number(t("Platser"), rows["places_reached"]),
            _number(t("Deltagare"), rows["people_reached"], 11),
            _wrapped(t("Bedömning"), _coded(rows, "kept", KEPT), 28),
            _wrapped(t("Så kan det mätas"), rows["measurable_wording"], 60),
            _wrapped(t("Källa"), rows["promise_source"], 40),
            _yes(rows["is_synthetic"]),
            _day(t("Uppgifter till och med"), rows["data_as_of"], 13),
        ),
        printed=15,
    )


def _outcomes_of_promises(tables: Tables) -> Sheet:
    names = _names(tables)
    known = {row["promise"]: row for row in tables["promises"].to_dicts()}
    rows = tables["promise_outcomes"].filter(pl.col("indicator").is_in(list(names)))
    units = dict(tables["definitions"].select("indicator", "unit").iter_rows())
    decimals = [_usual_decimals(units[indicator]) for indicator in rows["indicator"]]
    effects = [2] * rows.height
    return Sheet(
        name=t("Löftenas utfall"),
        title=t("Löftenas utfall: löftets år mot åren före"),
        about=t("Vad som hände med det som löftena rör; säger aldrig om löftet är orsaken"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(
                t("Löfte"),
                _told(rows, lambda name: f"{known[name]['promise_number']} {known[name]['promise_title']}", "promise"),
                36,
            ),
            _wrapped(t("Överenskommelse"), _told(rows, lambda name: known[name]["agreement_title"], "promise"), 26),
            _wrapped(t("Område"), rows["area"], 30),
            _wrapped(t("Indikator"), _told(rows, names.__getitem__, "indicator"), 52),
            _text(t("Löftet låter vänta"), _coded(rows, "expected_direction", EXPECTED), 24),
            _text(t("Period"), rows["period"], 13),
            _text(t("Jämförelsens period"), rows["baseline_period"], 17),
            _number(t("Värde"), rows["value"], decimals=decimals),
            _number(t("Jämförelsens värde"), rows["benchmark_value"], 13, decimals=decimals),
            _number(t("Kvot eller skillnad"), rows["effect"], decimals=effects),
            _number(t("Nedre gräns"), rows["effect_lower"], decimals=effects),
            _number(t("Övre gräns"), rows["effect_upper"], decimals=effects),
            _wrapped(t("Utfall"), _coded(rows, "outcome", OUTCOMES_OF_PROMISES), 30),
            _wrapped(t("Varför det inte bedöms"), _coded(rows, "reason", REASONS), 46),
            _yes(rows["is_synthetic"]),
        ),
    )


def _effects_of_promises(tables: Tables) -> Sheet:
    """What could be computed, each figure in each way; what could not be stands in the table of the release."""
    names = _names(tables)
    known = {row["promise"]: row for row in tables["promises"].to_dicts()}
    rows = tables["promise_effects"].filter(
        pl.col("indicator").is_in(list(names)) & (pl.col("result") != "not_possible")
    )
    ratios, whole = [2] * rows.height, [0] * rows.height
    return Sheet(
        name=t("Löften mot andra"),
        title=t("Löftena mot andra kommuner, månad för månad och mot grannarna"),
        about=t("Vad som har gått att räkna på fyra sätt; säger aldrig om löftet är orsaken"),
        is_synthetic=rows["is_synthetic"].to_list(),
        columns=(
            _wrapped(
                t("Löfte"),
                _told(rows, lambda name: f"{known[name]['promise_number']} {known[name]['promise_title']}", "promise"),
                36,
            ),
            _wrapped(t("Överenskommelse"), _told(rows, lambda name: known[name]["agreement_title"], "promise"), 26),
            _wrapped(t("Område"), rows["area"], 30),
            _wrapped(t("Indikator"), _told(rows, names.__getitem__, "indicator"), 44),
            _wrapped(t("Jämfört"), _coded(rows, "design", DESIGNS), 22),
            _text(t("Löftet låter vänta"), _coded(rows, "expected_direction", EXPECTED), 24),
            _text(t("Period"), rows["period"], 13),
            _text(t("Jämförelsens period"), rows["baseline_period"], 17),
            _number(t("Antal under löftet"), rows["events_during"], 11),
            _number(t("Antal före"), rows["events_before"]),
            _number(t("Kvot mot det väntade"), rows["effect"], decimals=ratios),
            _number(t("Nedre gräns"), rows["effect_lower"], decimals=ratios),
            _number(t("Övre gräns"), rows["effect_upper"], decimals=ratios),
            _number(
                t("Minsta minskning som hade synts, procent"), rows["smallest_detectable_fall"], 17, decimals=whole
            ),
            _wrapped(t("Utfall"), _coded(rows, "result", RESULTS_OF_EFFECTS), 30),
            _wrapped(t("Varför det inte avgörs"), _coded(rows, "reason", REASONS), 46),
            _wrapped(t("Jämfört med"), rows["compared_with"], 44),
            _wrapped(t("Ändrade regler i hela landet"), rows["rule_changes"], 44),
            _yes(rows["is_synthetic"]),
        ),
        printed=16,
    )


def _definitions(tables: Tables, titles: Mapping[str, str]) -> Sheet:
    rows = tables["definitions"].with_columns(_theme=_ordered("focus_area", list(titles)))
    rows = rows.sort("_theme", maintain_order=True)
    known = dict(tables["sources"].select("source", "title").iter_rows())
    return Sheet(
        name=t("Definitioner"),
        title=t("Definitioner: vad varje indikator är och inte är"),
        about=t("Id, namn, definition, enhet, riktning, anmärkningar och källor"),
        is_synthetic=[False] * rows.height,
        columns=(
            _wrapped(t("Namn"), rows["title"], 44),
            _wrapped(t("Namn på engelska"), rows["title_en"], 44),
            _wrapped(t("Id"), rows["indicator"], 40),
            _wrapped(t("Fokusområde"), _told(rows, titles.__getitem__, "focus_area"), 28),
            _wrapped(t("Definition"), rows["definition"], 60),
            _wrapped(t("Enhet"), _told(rows, t, "unit"), 22),
            _wrapped(t("Riktning"), _coded(rows, "polarity", POLARITIES), 15),
            _wrapped(t("Vad siffran inte säger"), rows["notes"], 60),
            _wrapped(t("Källor"), _told(rows, lambda ids: _titles(ids, known), "sources"), 40),
        ),
    )


def _words() -> Sheet:
    said = [(t(word), t(meaning)) for word, meaning in GLOSSARY]
    return Sheet(
        name=t("Ord"),
        title=t("Ord och begrepp"),
        about=t("Vad orden betyder"),
        is_synthetic=[False] * len(said),
        columns=(
            _wrapped(t("Ord"), [word for word, _ in said], 36),
            _wrapped(t("Betyder"), [meaning for _, meaning in said], 100),
        ),
    )


# --- What a row says --------------------------------------------------------------------------------------------------


def _title(row: Row) -> str:
    return str(row["title_en"] if current() == "en" else row["title"])


def _titles(ids: str, titles: Mapping[str, str]) -> str:
    return "; ".join(titles.get(name, name) for name in ids.split(",") if name)


def _series(rows: pl.DataFrame, themes: Sequence[Row]) -> list[str]:
    """What each row of profiles or places counts, in words."""
    return [series_name(row, themes) for row in rows.select("series", "focus_area").iter_rows(named=True)]


def _names(tables: Tables) -> Mapping[str, str]:
    return {row["indicator"]: _title(row) for row in tables["definitions"].to_dicts()}


def _ordered(column: str, names: Sequence[str]) -> pl.Expr:
    """The place of a column's value among names, those that are not there last."""
    return pl.col(column).replace_strict(
        {name: at for at, name in enumerate(names)}, default=len(names), return_dtype=pl.Int64
    )


def _told(rows: pl.DataFrame, say: Callable[..., str], *names: str) -> list[str]:
    """What is said of each row's values in some columns, nothing where the first is empty."""
    keys = list(zip(*(rows[name].to_list() for name in names), strict=True))
    said = {key: say(*key) if key[0] is not None else "" for key in dict.fromkeys(keys)}
    return [said[key] for key in keys]


def _coded(rows: pl.DataFrame, column: str, known: Mapping[str, str]) -> list[str]:
    return _told(rows, lambda code: words(code, known, column) if code else "", column)


def _yes_or_no(value: bool) -> str:
    return t("ja") if value else t("nej")


def _periods(rows: pl.DataFrame, column: str, tables: Tables) -> list[str]:
    """Periods as the figures write them; one that no figure has, such as the years of a promise, as it stands."""
    kinds = ("indicator", "period", "period_type", "period_start", "period_end")
    known = {
        (row["indicator"], row["period"]): period_text(row)
        for row in tables["indicators"].select(kinds).unique(maintain_order=True).iter_rows(named=True)
    }
    return [
        known.get((indicator, period), period or "")
        for indicator, period in rows.select("indicator", column).iter_rows()
    ]


def _constructed(rows: pl.DataFrame, indicators: pl.DataFrame) -> list[bool]:
    """Whether a judgement rests on a constructed figure: its own, the one compared with, or a year of the trend."""
    keys = ("indicator", "breakdown", "category", "area_code", "period")
    constructed = set(indicators.filter("is_synthetic").select(keys).iter_rows())
    found = []
    for row in rows.iter_rows(named=True):
        code, period = row["area_code"], row["period"]
        figures = {(code, period), (row["benchmark_code"] or code, row["benchmark_period"] or period)}
        if row["period_from"]:
            figures = {(code, str(year)) for year in range(int(row["period_from"]), int(row["period_to"]) + 1)}
        series = (row["indicator"], row["breakdown"], row["category"])
        found.append(any((*series, *figure) in constructed for figure in figures))
    return found


def _usual_decimals(unit: str) -> int:
    unknown = ("respondents", "denominator", "lower_confidence_limit", "upper_confidence_limit")
    return decimals_of({"unit": unit, **dict.fromkeys(unknown)})


def _tab(title: str) -> str:
    """A title as the name of a sheet, which Excel lets be 31 characters and without some signs."""
    plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in title)
    if len(plain) <= _LONGEST_NAME:
        return plain
    kept = plain[:_LONGEST_NAME].rsplit(" ", 1)[0].removesuffix(t(" och ").rstrip())
    return kept[: _LONGEST_NAME - 1].rstrip() + "…"


# --- Columns ----------------------------------------------------------------------------------------------------------


def _text(heading: str, values: Sequence[Any] | pl.Series, width: int) -> Column:
    return Column(heading=heading, values=list(values), width=width)


def _wrapped(heading: str, values: Sequence[Any] | pl.Series, width: int) -> Column:
    return Column(heading=heading, values=list(values), width=width, kind="wrapped")


def _yes(values: pl.Series) -> Column:
    return _text(t("Konstruerade exempeldata"), [_yes_or_no(value) for value in values], 14)


def _day(heading: str, values: pl.Series, width: int = 12, kind: Literal["day", "month"] = "day") -> Column:
    days = (values - _DAY_ZERO).dt.total_days()
    return Column(heading=heading, values=days.to_list(), width=width, kind=kind)


def _number(heading: str, values: pl.Series, width: int = 11, decimals: Sequence[int] = ()) -> Column:
    return Column(heading=heading, values=values.to_list(), width=width, kind="number", decimals=decimals)
