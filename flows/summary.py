"""Says in Swedish how a run went: for the terminal, and as Markdown for the scheduler's page."""

from datetime import date

from flows._freshness import attention
from flows._inbox import handed_lines
from flows.pipeline import Outcome, SourceResult
from reports._signals import signal_text
from sources._registry import all_sources

_EXIT_TEXTS = {
    0: "Klart.",
    1: "Ett kontrakt eller en kontroll bröts: ingenting publicerades, den gamla utgåvan står kvar.",
    3: "Publicerat, men minst en källa är försenad eller gick inte att läsa.",
}
_INBOX_TEXT = "Publicerat, men minst en fil i inkorgen nekades eller blev kvar."
_CORRECTIONS_TEXT = "Publicerat, men minst en rättelse gick inte att göra."
_TEXTS_TEXT = "Publicerat, men minst en av samordnarens texter behöver rättas."


def exit_text(outcome: Outcome) -> str:
    """One sentence on how the run ended."""
    if outcome.exit_code == 0 and not outcome.is_new:
        return "Ingenting har ändrats; den senaste utgåvan gäller."
    if outcome.exit_code == 3 and not any(result.is_late or result.problem for result in outcome.sources):
        if any(each.needs_a_person for each in outcome.inbox):
            return _INBOX_TEXT
        return _TEXTS_TEXT if outcome.texts else _CORRECTIONS_TEXT
    return _EXIT_TEXTS[outcome.exit_code]


def day_line(day: date, outcome: Outcome) -> str:
    """How one day of a period went, in a line."""
    if outcome.breaches:
        more = f" (och {len(outcome.breaches) - 1} till)" if len(outcome.breaches) > 1 else ""
        return f"{day}  stoppad: {outcome.breaches[0]}{more}"
    unwell = sorted(result.name for result in outcome.sources if result.is_late or result.problem)
    told = f"; försenade eller felande källor: {', '.join(unwell)}" if unwell else ""
    return f"{day}  {'ny utgåva' if outcome.is_new else 'säger detsamma som'} {outcome.release}{told}"


def attention_lines(outcome: Outcome) -> list[str]:
    """A Swedish sentence for each source that is late or could not be read: since when, and what is used instead."""
    told = {
        result.name: attention(
            all_sources()[result.name].source.title,
            data_as_of=result.data_as_of,
            expected_by=result.expected_by,
            is_late=result.is_late,
            problem=result.problem,
            silence=outcome.silent.get(result.name) if result.problem else None,
        )
        for result in outcome.sources
    }
    return [f"{name} – {sentence}" for name, sentence in told.items() if sentence]


def signal_lines(outcome: Outcome) -> list[str]:
    """What the early warning found that no run before has told of, and how to answer it."""
    if not outcome.signals:
        return []
    return [
        "Nya avvikelser:",
        *(f"- {signal_text(each)}" for each in outcome.signals),
        "Svara i formuläret: lagesbild template signal_answers",
    ]


def summary_lines(outcome: Outcome) -> list[str]:
    """The run in plain text: a row per source, a row per focus area, and where the release lies."""
    lines = [f"{'källa':<18}{'lästa':>8}{'inlästa':>9}{'underkända':>12}{'dubbletter':>12}  uppgifter t.o.m.  läge"]
    for result in outcome.sources:
        book = result.ledger
        until = result.data_as_of.isoformat() if result.data_as_of else "–"
        lines.append(
            f"{result.name:<18}{book.rows_read:>8}{book.rows_loaded:>9}{book.rows_quarantined:>12}"
            f"{book.rows_duplicate:>12}  {until:<18}{_state(result)}"
        )
    if outcome.indicators:
        lines += ["", f"{'fokusområde':<45}indikatorer"]
        lines += [f"{title:<45}{number:>11}" for title, number in outcome.indicators.items()]
    for result in outcome.sources:
        if result.problem:
            lines += ["", f"{result.name} – {result.problem}"]
        for warning in result.warnings[:5]:
            lines += ["", f"Varning: {warning}"]
        if len(result.warnings) > 5:
            lines.append(f"… och {len(result.warnings) - 5} varningar till, alla i output.sources")
    if outcome.inbox:
        lines += ["", *handed_lines(outcome.inbox)]
    if outcome.texts:
        lines += ["", *outcome.texts]
    if outcome.signals:
        lines += ["", *signal_lines(outcome)]
    lines += ["", exit_text(outcome), *attention_lines(outcome), *outcome.breaches]
    if outcome.path:
        lines += [
            f"Utgåva {outcome.release}: {outcome.path}",
            f"Läs rapporten: {outcome.path / 'internal' / 'report' / 'index.html'}",
        ]
    return lines


def summary_markdown(outcome: Outcome) -> str:
    """The run as Markdown; counts, dates and rules only, never the content of a row."""
    rows = [
        f"| {result.name} | {result.ledger.rows_read} | {result.ledger.rows_loaded} | {result.ledger.rows_quarantined} "
        f"| {result.ledger.rows_duplicate} | {result.data_as_of or '–'} | {_state(result)} |"
        for result in outcome.sources
    ]
    return "\n".join(
        [
            f"**{exit_text(outcome)}** Utgåva `{outcome.release}`.",
            "",
            "| källa | lästa | inlästa | underkända | dubbletter | uppgifter t.o.m. | läge |",
            "|---|---:|---:|---:|---:|---|---|",
            *rows,
            *(f"\n{line}" for line in (*attention_lines(outcome), *handed_lines(outcome.inbox), *outcome.texts)),
        ]
    )


def _state(result: SourceResult) -> str:
    if result.problem:
        return "fel, senast giltiga uppgift används" if result.observations else "fel, inga uppgifter"
    if result.is_late:
        return f"försenad (väntades {result.expected_by})"
    return "aktuell" if result.observations else "inga uppgifter"
