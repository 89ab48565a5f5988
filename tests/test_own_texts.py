"""The coordinator's own texts: read strictly, kept out where they may name a person, marked when figures change."""

import json
import os
import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows._own_texts import (
    DECISION,
    TEXTS_LEDGER,
    Beside,
    beside,
    changed_since,
    figures_of,
    fingerprint,
    focus_areas,
    read_texts_ledger,
    text_problems,
    texts_content,
    texts_of,
    unknown,
)
from flows._plan import SAMPLE
from flows._published import append_missing
from flows._text_templates import text_templates
from flows.cli import main
from flows.pipeline import Plan, add_files, make_plan, run
from flows.settings import read_settings
from models._duckdb import connect
from reports._decision import Decision, decision_of
from reports._document import Bullets, Heading, Paragraph
from reports._language import language
from reports._own_texts import FOLDER, OwnTexts, blocks, changed_words, misnamed, read_texts
from reports.gate import find_hits_in, hits_in
from sources._problem import Problem
from sources._registry import all_sources

AS_OF = date(2026, 8, 7)
NOW = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
SIX = ["youth_mental_health", "perceived_safety", "alcohol_and_drug_attitudes"]
SIX += ["drug_dealing", "reckless_driving", "vandalism"]
DECIDED = 'status = "beslutad"\ndecided_by = "kommunstyrelsen"\ndecided_date = 2026-05-04\ndnr = "KS 2026/123"\n'


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / "1415" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path) -> OwnTexts:
    found = read_texts(folder, "1415", focus_areas(), as_of=AS_OF)
    assert not any(hits_in(problem) for problem in found.problems)
    return found


def refused(folder: Path, content: str | bytes, name: str = "analys.md") -> str:
    """The one sentence that a text is refused with; it is not shown, and the others are."""
    write(folder, name, content)
    write(folder, "laget.md", "Läget är lugnt.")
    found = read(folder)
    assert found.texts.keys() == {"laget"}
    [problem] = found.problems
    return problem


# ------------------------------------------------------------------------------------------------------------- reading


def test_paragraphs_lists_and_headings_become_blocks_in_the_coordinators_voice(tmp_path: Path) -> None:
    write(
        tmp_path,
        "vandalism.md",
        "<!-- Vad är problemet?\n- En fråga -->\nKlottret sitter kvar\nför länge.\r\n\r\n## Orsaker\n"
        "- Skymda  platser\n- Lov\n  utan verksamhet\n\n1. Först\n2. Sedan <b>detta</b> & https://www.bra.se\n",
    )
    own = read(tmp_path).texts["vandalism"]
    assert blocks(own) == (
        Paragraph(text="Klottret sitter kvar för länge.", voice="coordinator"),
        Heading(text="Orsaker"),
        Bullets(items=("Skymda platser", "Lov utan verksamhet"), voice="coordinator"),
        Bullets(items=("Först", "Sedan <b>detta</b> & https://www.bra.se"), is_ordered=True, voice="coordinator"),
    )
    assert [part.heading for part in own.parts] == ["", "Orsaker"]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("se [Brå](https://www.bra.se)", "länkar tas inte emot: skriv vad källan heter i stället"),
        ("se [Brå][1]", "länkar tas inte emot"),
        ("[1]: https://www.bra.se", "länkar tas inte emot"),
        ("<https://www.bra.se>", "länkar tas inte emot"),
        ("![karta](karta.png)", "bilder tas inte emot"),
        ("| år | antal |", "tabeller tas inte emot"),
        ("> citat", "kod och citat tas inte emot"),
        ("```", "kod och citat tas inte emot"),
        ("---", "streck tas inte emot"),
        ("det är **viktigt**", "fetstil, kursiv och kod visas inte"),
        ("det är *viktigt* att", "fetstil, kursiv och kod visas inte"),
        ("# Analys", "en rubrik skrivs med två nummertecken och ett blanksteg: skriv ## Rubrik"),
        ("### Analys", "en rubrik skrivs med två nummertecken"),
        ("##Analys", "en rubrik skrivs med två nummertecken"),
        ("## ", "en rubrik skrivs med två nummertecken"),
        ("  - under en punkt", "en lista i en lista tas inte emot"),
        ('author = "lagesbild"', "raden liknar kod"),
    ],
)
def test_the_rest_of_markdown_is_refused_with_line_and_what_to_do(tmp_path: Path, line: str, wrong: str) -> None:
    said = refused(tmp_path, f"Ett stycke.\n\n{line}\n")
    assert said.startswith(f"texts/1415/analys.md, rad 3: texten visas inte: {wrong}")


@pytest.mark.parametrize(
    "text", ["3*4 är 12 och * är en stjärna", "2026. Ett år.", "a – b", "5-7 § lagen", "#metoo"[1:]]
)
def test_what_only_looks_like_markdown_is_text(tmp_path: Path, text: str) -> None:
    write(tmp_path, "analys.md", text)
    assert blocks(read(tmp_path).texts["analys"]) == (Paragraph(text=text, voice="coordinator"),)


def test_an_empty_text_a_comment_alone_and_a_form_nobody_filled_in_are_no_texts(tmp_path: Path) -> None:
    for name, text in text_templates().items():
        write(tmp_path, name, text)
    found = read(tmp_path)
    assert (found.texts, found.problems) == ({}, ())
    assert found.decision == Decision(missing=("analys", *SIX))
    assert found.decision.line() == "Utkast"
    write(tmp_path, "analys.md", "\ufeff \n\n<!-- x -->\n")
    assert read(tmp_path).texts == {}


def test_a_missing_text_says_so_in_both_languages_and_may_be_left_out() -> None:
    assert blocks(None) == (Paragraph(text="Analys saknas.", voice="missing"),)
    assert blocks(None, missing="") == ()
    with language("en"):
        assert blocks(None) == (Paragraph(text="The analysis is missing.", voice="missing"),)


def test_a_text_whose_figures_have_changed_is_marked_at_its_beginning(tmp_path: Path) -> None:
    write(tmp_path, "analys.md", "Ett.\n\nTvå.\n")
    write(tmp_path, "vandalism.md", "- Ett\n- Två\n")
    texts = read(tmp_path).texts
    marked = changed_words(date(2026, 5, 4))
    assert marked == "Siffrorna har ändrats sedan texten skrevs (utgåvan 2026-05-04)."
    first, second = blocks(texts["analys"], marked)
    assert first == Paragraph(text="Ett.", voice="coordinator", changed=marked)
    assert second == Paragraph(text="Två.", voice="coordinator")
    assert blocks(texts["vandalism"], marked)[0] == Paragraph(text=marked, voice="note")
    assert blocks(texts["analys"], changed_words(None)) == blocks(texts["analys"])
    with language("en"):
        assert (
            changed_words(date(2026, 5, 4))
            == "The figures have changed since the text was written (release of 2026-05-04)."
        )
        assert changed_words(date(2026, 5, 4), is_decision=True).startswith(
            "The figures have changed since the decision"
        )
        assert blocks(texts["analys"])[0] == Paragraph(text="Ett.", voice="coordinator")  # as it was written


def test_a_priority_has_a_focus_area_a_level_and_a_motive(tmp_path: Path) -> None:
    write(
        tmp_path,
        "prioritering.md",
        "Avstämd i rådet.\n\n## Skadegörelse\nPrioritet: Hög\nDet kostar mest.\n- Glas\n\n## drug_dealing\n\n"
        "prioritet : låg.\n\nPolisens fråga.\n\n## Trygghet\nPrioritet:\n",
    )
    own = read(tmp_path).texts["prioritering"]
    assert [(each.focus_area, each.level) for each in own.priorities] == [("vandalism", "hög"), ("drug_dealing", "låg")]
    assert own.priorities[0].motive == (
        Paragraph(text="Det kostar mest.", voice="coordinator"),
        Bullets(items=("Glas",), voice="coordinator"),
    )
    assert Heading(text="Trygghet") not in blocks(own)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "## Skadegörelsen\nPrioritet: hög\nx",
            "rad 1: rubriken är inget fokusområde: rubriken ska vara ett av: Skadegörelse",
        ),
        ("## Skadegörelse\nDärför.", "rad 2: prioriteten saknas: skriv Prioritet: hög, medel, låg"),
        ("## Skadegörelse\nPrioritet: störst\nDärför.", "rad 2: prioriteten saknas"),
        ("## Skadegörelse\nPrioritet: hög\n", "rad 2: motivet saknas: skriv varför"),
        ("## Skadegörelse\nPrioritet: hög\nx\n\n## Skadegörelse\nPrioritet: låg\nx", "rad 5: fokusområdet står två"),
    ],
)
def test_a_priority_that_is_not_whole_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text, "prioritering.md").startswith(f"texts/1415/prioritering.md, {said}")


def test_a_file_with_another_name_is_told_by_what_it_resembles_never_by_its_name(tmp_path: Path) -> None:
    for name in ("Analys.md", "skadegorelse.md", "Anna Svensson åk 8.md", ".analys.md.swp", "~$laget.md", "Thumbs.db"):
        write(tmp_path, name, "x")
    (tmp_path / "1415" / "bilder").mkdir()
    assert read(tmp_path).problems[:2] == (
        "texts/1415/: en fil har ett namn som rapporten inte har: är det analys.md, döp om den.",
        "texts/1415/: en fil har ett namn som rapporten inte har: är det vandalism.md, döp om den.",
    )
    [rest] = read(tmp_path).problems[2:]
    assert rest.startswith(
        "texts/1415/: här ligger något som inte hör till rapporten: 2 namn: filerna heter laget.md, "
    )


def test_a_folder_called_after_the_municipality_is_told_its_code(tmp_path: Path) -> None:
    for name in ("1415", "sodra_fyrbodal", "00", "Tjörn", "orust", "Lokalpolisområde Södra Fyrbodal", "Anna Svensson"):
        (tmp_path / name).mkdir()
    *known, unknown = misnamed(tmp_path)
    assert known == [
        "texts: en mapp heter efter kommunen eller området: döp om den till dess kod, 1419.",
        "texts: en mapp heter efter kommunen eller området: döp om den till dess kod, 1421.",
        "texts: en mapp heter efter kommunen eller området: döp om den till dess kod, sodra_fyrbodal.",
    ]
    assert unknown.endswith("efter en kommuns eller ett områdes kod: 1 andra namn: döp om eller ta bort dem.")
    assert misnamed(tmp_path / "nothing") == ()


# ----------------------------------------------------------------------------------------------------------- screening


@pytest.mark.parametrize(
    ("text", "place", "kinds"),
    [
        ("Läget.\n\nEleven Anna Svensson har hörts.", "rad 3, tecken 8", "namn"),
        ("- Lugnt\n- ring 070-174 06 05", "rad 2, tecken 8", "telefonnummer"),
        ("Han är 090314-2388.", "rad 1, tecken 8", "personnummer"),
        ("Epan KRB 417 igen", "rad 1, tecken 6", "registreringsnummer"),
        ("skriv till anna@example.com", "rad 1, tecken 12", "e-postadress, namn"),
        ("Stökigt på Påhittsgatan 12 b", "rad 1, tecken 12", "adress"),
        ("## Anna Svensson\nStökigt.", "rad 1, tecken 4", "namn"),
        ("Nummer 070-174\n06 05 ringer.", "rad 1–2", "telefonnummer"),
        ("Jag såg An<!-- dold -->na Svensson där", "rad 1, tecken 9", "namn"),
        ("Ａｎｎａ Svensson", "rad 1, tecken 1", "namn"),
        ("<b>Anna</b> <i>Svensson</i>", "rad 1, tecken 4", "namn"),
        ("Enligt &#65;nna Svensson", "rad 1, tecken 8", "namn"),
    ],
)
def test_a_text_that_may_point_at_a_person_is_not_shown_and_never_quoted(
    tmp_path: Path, text: str, place: str, kinds: str
) -> None:
    assert refused(tmp_path, text) == (
        f"texts/1415/analys.md, {place}: texten visas inte, den kan peka ut en person: {kinds}: skriv om den utan det."
    )


def test_every_labelled_sentence_that_the_detector_knows_is_kept_out(tmp_path: Path) -> None:
    """And what it does not is not let through by another reading: the gate's own is used."""
    lines = (Path(__file__).parent / "identifiers" / "positives.jsonl").read_text(encoding="utf-8").splitlines()
    written = [json.loads(line)["text"] for line in random.Random(6).sample(lines, 60)]
    known = [text for text in written if hits_in(text) and "\n" not in text]
    assert len(known) > 50
    for text in known:
        write(tmp_path, "analys.md", f"Läget är lugnt.\n\n{text}\n")
        found = read(tmp_path)
        assert "analys" not in found.texts
        assert not any(text in problem for problem in found.problems)


def test_what_is_shown_passes_the_gate_where_it_is_shown(tmp_path: Path) -> None:
    for sample in sorted((SAMPLE / FOLDER).iterdir()):
        for own in read_texts(SAMPLE / FOLDER, sample.name, focus_areas(), as_of=AS_OF).texts.values():
            page = tmp_path / "internal" / f"{sample.name}-{own.section}.html"
            page.parent.mkdir(exist_ok=True)
            shown = [each.text for each in blocks(own) if isinstance(each, (Paragraph, Heading))]
            shown += [item for each in blocks(own) if isinstance(each, Bullets) for item in each.items]
            page.write_text("".join(f"<p>{text}</p>" for text in shown), encoding="utf-8")
    assert len(list((tmp_path / "internal").iterdir())) > 40
    assert find_hits_in(tmp_path) == []


def test_an_authoritys_reviewed_contact_may_stand_in_a_text(tmp_path: Path) -> None:
    write(tmp_path, "analys.md", "Brå svarar på 08-527 58 440.")
    assert "analys" in read(tmp_path).texts


# --------------------------------------------------------------------------------------------------------- what is harm


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * 70_000, "analys.md: filen är orimligt stor: över 65536 byte: korta texten."),
        ("å" * 6_001, "analys.md: texten är för lång: 6001 tecken: korta den till högst 6000."),
        (b"bra\nd\xe5ligt", "analys.md, rad 2: filen är inte text i UTF-8: spara den som UTF-8."),
        (b"PK\x03\x04\x00\x00", "analys.md, rad 1, tecken 3: här står ett tecken som inte syns: U+0003"),
        ("ett\nvän\u202estra", "analys.md, rad 2, tecken 4: här står ett tecken som inte syns: U+202E: ta bort det."),
        ("ord\u200bord", "analys.md, rad 1, tecken 4: här står ett tecken som inte syns: U+200B"),
        ("slut\uffff", "analys.md, rad 1, tecken 5: här står ett tecken som inte syns: U+FFFF"),
        ("a\n<!-- b\n\nc", "analys.md, rad 2: en kommentar tar aldrig slut: avsluta den med -->."),
    ],
)
def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert refused(tmp_path, content).startswith(f"texts/1415/{said}")


@pytest.mark.parametrize("name", ["analys.md", "report.toml"])
def test_links_pipes_and_folders_are_not_read(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("Hemligt.")
    path = write(tmp_path, name, "x")
    path.unlink()
    makers: list[Callable[[], None]] = [lambda: path.symlink_to(secret), lambda: os.mkfifo(path), path.mkdir]
    for make in makers:
        make()
        found = read(tmp_path)
        assert found.texts == {}
        assert [problem.split(": ")[:2] for problem in found.problems] == [
            [f"texts/1415/{name}", "bara vanliga filer läses"]
        ]
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def test_a_folder_that_is_a_link_or_a_file_is_not_opened(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, "analys.md", "Hemligt.")
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "1415").symlink_to(elsewhere / "1415")
    for _ in range(2):
        found = read(texts)
        assert found.texts == {}
        assert found.problems == (
            "texts/1415: mappen går inte att öppna: en länk eller en fil: lägg en vanlig mapp som går att läsa.",
        )
        (texts / "1415").unlink()
        (texts / "1415").write_text("x")


@pytest.mark.parametrize("code", ["../1415", "/etc", "1415/..", "", "14 15", "Å", "1415\n"])
def test_an_area_is_never_a_path(tmp_path: Path, code: str) -> None:
    with pytest.raises(ValueError, match="not an area's code"):
        read_texts(tmp_path, code, focus_areas(), as_of=AS_OF)


@pytest.mark.parametrize(
    "content",
    [
        "<!--" * 16_000,
        "![" * 2_900,
        "[" * 5_900,
        "* " * 2_900,
        "- " * 2_900,
        "\n".join("a" * 2_900),
        "1. " * 1_900,
        "*a " * 1_900,
        "## \n" * 1_400,
        "<!-- genomläst" + " " * 60_000,
        "070 " * 1_400,
        "hos Bo, " * 700,
    ],
)
def test_no_text_takes_long(tmp_path: Path, content: str) -> None:
    write(tmp_path, "analys.md", content)
    started = time.perf_counter()
    read(tmp_path)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"status = ",
        b"a = " + b"[" * 20_000,
        b"status = " + b"9" * 5_000,
        b"x" * 70_000,
        b"status = 'beslutad'\nstatus = 'utkast'",
        "status = 'Anna Svensson 070-174 06 05'",
        "'Anna Svensson' = 1",
        "status = {a = 1}",
    ],
)
def test_a_report_file_that_cannot_be_used_makes_a_draft(tmp_path: Path, content: str | bytes) -> None:
    write(tmp_path, "report.toml", content)
    found = read(tmp_path)
    assert found.decision.is_draft
    assert len(found.problems) == 1
    assert found.problems[0].startswith("texts/1415/report.toml")
    assert not any(word in found.problems[0] for word in ("Anna", "Svensson", "070"))


# ------------------------------------------------------------------------------------------------------------ decision


def decided(said: str, *, missing: tuple[str, ...] = (), as_of: date = AS_OF) -> tuple[Decision, list[str]]:
    found, problems = decision_of(said.encode(), "report.toml", missing=missing, as_of=as_of)
    return found, [str(each) for each in problems]


def test_a_decided_report_says_by_whom_when_and_under_which_number() -> None:
    said = 'paragraph = 12\nauthor = "Brottsförebyggande samordnaren"\nperiod = "2024-2025"\n'
    found, problems = decided(DECIDED + said)
    assert problems == []
    assert (found.is_draft, found.reasons()) == (False, ())
    assert found.line() == "Beslutad av kommunstyrelsen 2026-05-04, § 12, dnr KS 2026/123"
    assert (found.author, found.period) == ("Brottsförebyggande samordnaren", "2024–2025")
    assert found.follow_up == date(2028, 5, 4)
    assert hits_in(found.line()) == []
    assert decided(DECIDED)[0].line() == "Beslutad av kommunstyrelsen 2026-05-04, dnr KS 2026/123"
    with language("en"):
        assert found.line() == "Decided by kommunstyrelsen 2026-05-04, § 12, dnr KS 2026/123"


def test_a_missing_analysis_blocks_the_decision_and_says_which(tmp_path: Path) -> None:
    write(tmp_path, "report.toml", DECIDED)
    for section in ("analys", *SIX):
        assert read(tmp_path).decision.is_draft
        write(tmp_path, f"{section}.md", "Ett stycke.")
    assert not read(tmp_path).decision.is_draft  # overall_crime is context
    write(tmp_path, "drug_dealing.md", "Anna Svensson säljer.")
    write(tmp_path, "analys.md", "## Rubrik\n")
    found = read(tmp_path).decision
    assert found.is_draft
    assert found.line() == "Utkast"
    assert found.reasons() == ("Analys saknas: Samlad analys; Droghandel.",)
    with language("en"):
        assert found.reasons() == ("The analysis is missing: Overall analysis; Drug dealing.",)
    write(tmp_path, "report.toml", 'status = "utkast"')
    assert read(tmp_path).decision.reasons() == ()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('status = "beslutat"', "report.toml, status: ska vara utkast eller beslutad: kanske beslutad."),
        ("author = 'Samordnaren'", 'report.toml, status: saknas: skriv status = "utkast".'),
        (DECIDED.replace("kommunstyrelsen", "Anna Svensson"), "report.toml, decided_by: kan peka ut en person"),
        (
            DECIDED.replace("kommunstyrelsen", "kommunchefen Zzyrp Qvolk"),
            "report.toml, decided_by: ska vara ett or",
        ),
        (DECIDED.replace("kommunstyrelsen", "vi på torget"), "report.toml, decided_by: ska vara ett organ"),
        (
            DECIDED.replace('decided_by = "kommunstyrelsen"\n', ""),
            "report.toml, decided_by: saknas fast rapporten är bes",
        ),
        (
            DECIDED.replace("2026-05-04", '"2026-05-04"'),
            "report.toml, decided_date: ska vara ett datum: skriv 2026-05-04",
        ),
        (DECIDED.replace("2026-05-04", "2026-05-04T10:00:00"), "report.toml, decided_date: ska vara ett datum"),
        (DECIDED.replace("KS 2026/123", "123"), "report.toml, dnr: ska vara ett diarienummer"),
        (DECIDED + "paragraph = true", "report.toml, paragraph: ska vara"),
        (DECIDED + 'paragraph = "tolv"', "report.toml, paragraph: ska vara paragrafens nummer: skriv paragraph = 12."),
        (DECIDED + "beslutsdag = 2026-05-04", "report.toml: okänd nyckel: de är status, decided_by"),
        (DECIDED + 'decided_bye = "x"', "report.toml: okänd nyckel: kanske decided_by."),
    ],
)
def test_a_decision_that_is_not_whole_is_a_draft_with_a_sentence(said: str, problem: str) -> None:
    if said.startswith("author"):
        said = said.replace("Samordnaren", "Brottsförebyggande samordnaren")
    found, problems = decided(said)
    assert found.is_draft
    assert found.line() == "Utkast"
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert not any(word in problems[0] for word in ("Anna", "Zzyrp", "torget"))
    if 'status = "beslutad"' in said:
        assert found.reasons() == ("Uppgifterna om beslutet är inte fullständiga.",)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('author = "Anna Svensson"', "report.toml, author: kan peka ut en person"),
        ('author = "Zzyrp Qvolk"', "report.toml, author: ska vara en funktion, aldrig en person"),
        (
            'author = "Brottsförebyggande samordnare"',
            "report.toml, author: ska vara en funktion, aldrig en person: kanske Br",
        ),
        ('period = "2025–2024"', "report.toml, period: ska vara den tid rapporten gäller"),
        ('period = "i fjol"', "report.toml, period: ska vara den tid rapporten gäller"),
        ('author = "a\\nb"', "report.toml, author: ska vara en text på en rad"),
    ],
)
def test_what_a_decision_does_not_need_is_left_out_with_a_sentence(said: str, problem: str) -> None:
    found, [told] = decided(f"{DECIDED}{said}\n")
    assert not found.is_draft
    assert (found.author, found.period) == ("", "")
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("body", "number", "period"),
    [
        ("kommunfullmäktige i Orust", "KS-2026-00123", "2025"),
        ("Tjörns kommunstyrelse", "2026/123", "tertial 1 2026"),
        ("kommunstyrelsens arbetsutskott", "KSN 2026/000123-12", "halvår 2 2025"),
        ("direktionen för Södra Bohuslän", "KS 2026:1", "2024–2025"),
        ("brottsförebyggande rådet", "TK 2026/1", "kvartal 4 2025"),
    ],
)
def test_bodies_numbers_and_periods_as_municipalities_write_them(body: str, number: str, period: str) -> None:
    said = DECIDED.replace("kommunstyrelsen", body).replace("KS 2026/123", number) + f'period = "{period}"\n'
    found, problems = decided(said)
    if "Bohuslän" in body:  # a capital that is no municipality's could be anybody's
        assert found.is_draft
        return
    assert problems == []
    assert (found.decided_by, found.number, found.period) == (body, number, period)


@pytest.mark.parametrize(
    ("decided_on", "stated", "expected", "is_wrong"),
    [
        ("2026-05-04", "", "2028-05-04", False),
        ("2024-02-29", "", "2026-02-28", False),
        ("2026-05-04", "2027-01-31", "2027-01-31", False),
        ("2026-05-04", "2028-05-04", "2028-05-04", False),
        ("2026-05-04", "2028-05-05", "2028-05-04", True),
        ("2026-05-04", "2026-05-04", "2028-05-04", True),
        ("2026-05-04", "2020-01-01", "2028-05-04", True),
    ],
)
def test_the_follow_up_comes_at_the_latest_two_years_after_the_decision(
    decided_on: str, stated: str, expected: str, is_wrong: bool
) -> None:
    said = DECIDED.replace("2026-05-04", decided_on) + (f"follow_up_date = {stated}\n" if stated else "")
    found, problems = decided(said)
    assert found.follow_up == date.fromisoformat(expected)
    assert bool(problems) is is_wrong
    assert not found.is_draft
    if is_wrong:
        assert problems[0].startswith("report.toml, follow_up_date: uppföljningen ska ligga efter beslutet")


def test_a_release_of_a_day_before_the_decision_is_a_draft_and_nothing_to_mend() -> None:
    found, problems = decided(DECIDED, as_of=date(2026, 5, 3))
    assert (found.is_draft, problems) == (True, [])
    assert found.reasons() == ("Beslutet är fattat efter utgåvans dag.",)
    assert not decided(DECIDED, as_of=date(2026, 5, 4))[0].is_draft


# -------------------------------------------------------------------------------------------------------------- ledger


def figures(*values: float | None, status: str = "ok", focus_area: str = "vandalism") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "indicator": [f"i{number}" for number in range(len(values))],
            "area_code": "1415",
            "period": "2025",
            "breakdown": "",
            "category": "",
            "value": values,
            "lower_confidence_limit": [None] * len(values),
            "upper_confidence_limit": [None] * len(values),
            "status": status,
            "focus_area": focus_area,
        },
        schema_overrides={
            "value": pl.Float64,
            "lower_confidence_limit": pl.Float64,
            "upper_confidence_limit": pl.Float64,
        },
    )


def test_figures_are_compared_as_numbers_in_any_order() -> None:
    same = fingerprint(figures(1.0, 0.1 + 0.2, None))
    assert fingerprint(figures(1, 0.3, None)) == same
    assert fingerprint(figures(1, 0.3, float("nan"))) == same
    assert fingerprint(figures(1, 0.3, None).reverse()) == same
    assert fingerprint(figures(1, 0.3, None).with_columns(release=pl.lit("x"), title=pl.lit("y"))) == same
    assert fingerprint(figures(0.0)) == fingerprint(figures(-0.0))
    assert fingerprint(figures(228)) == fingerprint(figures(228).with_columns(pl.col("value").cast(pl.Int64)))
    for other in (figures(1, 0.3), figures(1, 0.3, 0), figures(1, 0.3001, None), figures(1, 0.3, None, status="x")):
        assert fingerprint(other) != same
    assert fingerprint(figures()) == fingerprint(figures().clear())


def test_a_section_speaks_of_its_own_figures_and_sources_of_none() -> None:
    before = pl.concat([figures(1, 2), figures(3, focus_area="drug_dealing")])
    after = pl.concat([figures(1, 2), figures(4, focus_area="drug_dealing")])
    was, is_ = figures_of(before), figures_of(after)
    assert {section for section in was if was[section] != is_[section]} == {
        "drug_dealing",
        "laget",
        "analys",
        "orsaker",
        "prioritering",
        DECISION,
    }


def entry(text: str, figure: float, day: str, **other: str) -> Beside:
    told = {"audience": "internal", "area": "1415", "section": "vandalism", "release": f"{day}-x"} | other
    return Beside(as_of=day, is_sample=False, text=text, figures=fingerprint(figures(figure)), **told)


def publish(data: Path, *now: Beside) -> dict[tuple[str, str, str], date]:
    """What a release marks, and what is remembered of it."""
    ledger = read_texts_ledger(data, is_sample=False)
    changed = changed_since(ledger, now)
    append_missing(data / "published" / TEXTS_LEDGER, [asdict(each) for each in unknown(ledger, now)])
    return changed


def test_a_text_is_marked_until_its_figures_are_back_or_it_is_written_anew(tmp_path: Path) -> None:
    """Figures A, B, A with one text; then another text beside B, and the first text again."""
    place = ("internal", "1415", "vandalism")
    assert publish(tmp_path, entry("t", 1, "2026-05-04")) == {}
    assert publish(tmp_path, entry("t", 2, "2026-06-01")) == {place: date(2026, 5, 4)}
    assert publish(tmp_path, entry("t", 3, "2026-07-01")) == {place: date(2026, 5, 4)}
    assert publish(tmp_path, entry("t", 1, "2026-08-01")) == {}
    assert publish(tmp_path, entry("t2", 2, "2026-09-01")) == {}
    assert publish(tmp_path, entry("t", 2, "2026-10-01")) == {place: date(2026, 5, 4)}
    assert publish(tmp_path, entry("t2", 1, "2026-11-01")) == {place: date(2026, 9, 1)}
    told = read_texts_ledger(tmp_path, is_sample=False)
    assert [(each.text, each.as_of) for each in told] == [("t", "2026-05-04"), ("t2", "2026-09-01")]


def test_each_audience_area_and_section_is_told_of_its_own(tmp_path: Path) -> None:
    publish(tmp_path, entry("t", 1, "2026-05-04"), entry("t", 9, "2026-05-04", audience="public"))
    changed = publish(
        tmp_path,
        entry("t", 2, "2026-06-01"),
        entry("t", 9, "2026-06-01", audience="public"),
        entry("t", 2, "2026-06-01", area="1419"),
        entry("t", 2, "2026-06-01", section="analys"),
    )
    assert changed == {("internal", "1415", "vandalism"): date(2026, 5, 4)}


def test_the_samples_texts_never_count_for_real_ones_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    publish(tmp_path, replace(entry("t", 1, "2026-05-04"), is_sample=True))
    assert publish(tmp_path, entry("t", 2, "2026-06-01")) == {}
    path = tmp_path / "published" / "texts.jsonl"
    path.write_bytes(path.read_bytes() + b'{"text": "t')
    assert len(read_texts_ledger(tmp_path, is_sample=False)) == 1
    publish(tmp_path, entry("t3", 1, "2026-07-01"))
    assert [json.loads(line)["text"] for line in path.read_text().splitlines()] == ["t", "t", "t3"]
    path.write_text('{"text": "t"}\n')
    with pytest.raises(Problem, match="rad 1: raden går inte att läsa: återställ data/published"):
        read_texts_ledger(tmp_path, is_sample=False)


def test_a_texts_hash_follows_its_words_and_the_day_it_was_read_again(tmp_path: Path) -> None:
    def hashed(text: str) -> str:
        write(tmp_path, "analys.md", text)
        return read(tmp_path).texts["analys"].sha256

    first = hashed("Ett två.\n\n- tre\n")
    assert hashed("\ufeff\r\nEtt\r\ntvå.   \r\n\r\n\r\n-  tre\r\n\r\n<!-- tänk på våren -->") == first
    assert hashed("Ett två!\n\n- tre\n") != first
    assert hashed("Ett två.\n\n1. tre\n") != first
    assert hashed("Ett två. - tre\n") != first
    again = hashed("Ett två.\n\n- tre\n<!-- genomläst 2026-08-10 -->\n")
    assert again != first
    assert hashed("<!-- Genomläst  2026-08-10 -->\nEtt två.\n\n- tre\n") == again
    assert blocks(read(tmp_path).texts["analys"])[0] == Paragraph(text="Ett två.", voice="coordinator")


def test_what_a_release_says_by_its_texts_decides_its_name(tmp_path: Path) -> None:
    write(tmp_path, "vandalism.md", "Ett.")
    texts = {"1415": read(tmp_path)}
    own = texts["1415"].texts["vandalism"].sha256
    alone = texts_content(texts, [])
    assert texts_content({"1415": read(tmp_path)}, []) == alone
    assert texts_content(texts, [entry("another", 1, "2026-05-04")]) == alone
    known = texts_content(texts, [entry(own, 1, "2026-05-04")])
    assert known != alone
    assert texts_content(texts, [entry(own, 1, "2026-05-04"), entry(own, 2, "2026-06-01")]) == known
    write(tmp_path, "report.toml", 'status = "utkast"\nperiod = "2025"\n')
    assert texts_content({"1415": read(tmp_path)}, []) != alone


# ----------------------------------------------------------------------------------------------------------- templates


def test_the_command_writes_the_empty_texts_and_leaves_what_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / FOLDER, "laget.md", "Mitt.")
    assert main(["template", "texts", "--area", "1415", "--data", str(tmp_path)]) == 0
    assert "13 nya filer; det som fanns är orört" in capsys.readouterr().out
    folder = tmp_path / FOLDER / "1415"
    assert sorted(path.name for path in folder.iterdir()) == sorted(text_templates())
    assert (folder / "laget.md").read_text() == "Mitt."
    assert "Skadegörelse: din bedömning, högst 3500 tecken." in (folder / "vandalism.md").read_text()
    found = read(tmp_path / FOLDER)
    assert [*found.texts, *found.problems] == ["laget"]
    assert main(["template", "texts", "--area", "nowhere", "--data", str(tmp_path)]) == 2
    assert main(["status", "--data", str(tmp_path)]) == 3  # sources that were never fetched
    told = capsys.readouterr().out.splitlines()
    assert "Texter för 1415: 1 skrivna. Utkast." in told
    assert main(["status", "--data", str(tmp_path), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["texts"]["1415"] == {"sections": ["laget"], "is_draft": True}
    assert said["text_problems"] == []


def test_the_decided_lines_of_the_template_work_when_they_are_uncommented() -> None:
    lines = text_templates()["report.toml"].replace("utkast", "beslutad", 1).splitlines()
    said = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)
    found, problems = decided(said)
    assert problems == []
    assert found.line() == "Beslutad av kommunstyrelsen 2026-05-04, § 12, dnr KS 2026/123"


# ----------------------------------------------------------------------------------------------------------- whole runs


def test_the_samples_texts_are_marked_as_constructed_and_show_every_state() -> None:
    plan = make_plan(read_settings(data=Path("nowhere")), sample=True, now=NOW)
    texts = texts_of(plan)
    assert text_problems(plan, texts) == ()
    assert {area: own.decision.line() for area, own in texts.items()} == {
        "sodra_fyrbodal": "Utkast",
        "1415": "Beslutad av kommunstyrelsen 2026-06-15, § 12, dnr EXEMPEL 2026/1",
        "1419": "Utkast",
        "1421": "Utkast",
    }
    assert texts["1421"].decision.reasons() == ("Analys saknas: Droghandel.",)
    for own in texts.values():
        for text in own.texts.values():
            first = blocks(text)[0]
            assert isinstance(first, Paragraph)
            assert first.text.startswith("Konstruerad exempeltext. ")
        assert len(own.texts["prioritering"].priorities) >= 3
    for path in (SAMPLE / FOLDER).glob("*/*"):
        assert path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ").startswith("Konstruerad exempeltext.")


def test_an_own_folder_takes_the_place_of_the_samples(tmp_path: Path) -> None:
    write(tmp_path / FOLDER, "laget.md", "Mitt eget.")
    texts = texts_of(make_plan(read_settings(data=tmp_path), sample=True, now=NOW))
    assert texts["1415"].texts.keys() == {"laget"}
    assert len(texts["1419"].texts) == 13
    real = texts_of(make_plan(read_settings(data=tmp_path), as_of=AS_OF, now=NOW))
    assert {area: [*own.texts] for area, own in real.items() if own.texts} == {"1415": ["laget"]}


def small_plan(data: Path, as_of: date = date(2026, 9, 1)) -> Plan:
    now = max(NOW, datetime(as_of.year, as_of.month, as_of.day, 2, 30, tzinfo=UTC))
    return make_plan(read_settings(data=data), offline=True, as_of=as_of, now=now)


def hand_in(data: Path, share: str, received: date) -> None:
    file = data.parent / f"{share}.csv"
    file.write_text(
        "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
        f"1415;2025;Dialog;otrygg_utomhus;{share};400;;sjalvvalda;\n"
    )
    add_files(small_plan(data), all_sources()["citizen_survey"], [file], period="2025", received=received)


def marks(plan: Plan) -> dict[tuple[str, str, str], date]:
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        now = beside(con, plan, "now", texts_of(plan))
    return changed_since(read_texts_ledger(plan.data, is_sample=False), now)


@pytest.mark.slow
def test_texts_are_remembered_with_their_release_and_a_refused_one_stops_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    hand_in(data, "12,5", date(2026, 8, 1))
    write(data / FOLDER, "perceived_safety.md", "De flesta är trygga.")
    write(data / FOLDER, "vandalism.md", "Anna Svensson klottrar.")
    first = run(small_plan(data))
    sentence = "texts/1415/vandalism.md, rad 1, tecken 1: texten visas inte, den kan peka ut en person: namn"
    assert (first.is_new, first.exit_code) == (True, 3)
    assert [problem.split(": skriv")[0] for problem in first.texts] == [sentence]
    for path in data.rglob("*"):
        if path.is_file() and FOLDER not in path.parts:
            assert b"Svensson klottrar" not in path.read_bytes()

    written = read_texts_ledger(data, is_sample=False)
    assert {each.place for each in written} == {
        (audience, "1415", "perceived_safety") for audience in ("internal", "public")
    }
    assert {each.release for each in written} == {first.release}
    assert run(small_plan(data)).is_new is False

    hand_in(data, "22,5", date(2026, 8, 2))
    write(data / FOLDER, "vandalism.md", "Klottret minskar.")
    earlier = run(small_plan(data, date(2026, 8, 20)))  # beside the newest, and not remembered
    assert earlier.is_new
    assert read_texts_ledger(data, is_sample=False) == written
    second = run(small_plan(data, date(2026, 9, 2)))
    assert (second.is_new, second.exit_code, second.texts) == (True, 0, ())
    assert marks(small_plan(data)) == {
        (audience, "1415", "perceived_safety"): date(2026, 9, 1) for audience in ("internal", "public")
    }
    assert run(small_plan(data, date(2026, 9, 3))).is_new is False
