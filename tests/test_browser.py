"""The pages in a real browser: what a reader clicks, sorts and prints, and that everybody can."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)")
FOCUS = (
    "youth_mental_health",
    "perceived_safety",
    "alcohol_and_drug_attitudes",
    "drug_dealing",
    "reckless_driving",
    "vandalism",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield (opened := playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]))
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def open_page(page: Page, report: Path, name: str) -> list[str]:
    """Open a page from disk; whatever it asks of the network, or says in the console, is returned."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else said.append(request.url))
    page.goto((report / name).as_uri())
    return said


@pytest.fixture(scope="session")
def report(sample_data: Path) -> Path:
    return (sample_data / "output" / "latest").resolve() / "internal" / "report"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", ["index.html", "1415.html", "sodra_fyrbodal.html", "1421-matt.html"])
def test_axe_finds_nothing_and_nothing_is_fetched_or_said(page: Page, report: Path, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    said = open_page(page, report, name)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found.response["violations"]
    ] == []
    assert said == []
    # WCAG 1.4.10: at 320 px nothing but wide tables scrolls sideways, and those in a frame of their own.
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("focus_area", FOCUS)
def test_a_focus_area_is_one_click_away_and_begins_with_what_was_found(
    page: Page, report: Path, focus_area: str
) -> None:
    open_page(page, report, "1415.html")
    page.click(f"nav a[href='#{focus_area}']")
    section = page.locator(f"#{focus_area}")
    box = section.locator("h2").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 450
    assert page.url.endswith(f"#{focus_area}")
    assert len(section.locator("h2").inner_text()) > 10
    assert section.locator(".keys li").count() == 3
    chart = section.locator("figure.chart").first
    assert len(chart.locator(".drawing").get_attribute("aria-label") or "") > 60
    chart.locator("summary").click()
    assert chart.locator("tbody tr").count() >= 2


def test_a_table_is_sorted_by_a_column_and_back(page: Page, report: Path) -> None:
    open_page(page, report, "1415.html")

    def counts() -> list[int]:
        cells = page.locator("#brottstyper tbody tr td:nth-child(2)").all_inner_texts()
        return [int(text.replace("\u00a0", "")) for text in cells if text.replace("\u00a0", "").isdigit()]

    before = counts()
    assert len(before) >= 10
    button = page.locator("#brottstyper thead button", has_text="Antal")
    button.click()
    assert counts() == sorted(before)
    assert page.locator("#brottstyper th[aria-sort]").get_attribute("aria-sort") == "ascending"
    button.press("Enter")
    assert counts() == sorted(before, reverse=True)
    page.locator("#brottstyper thead button", has_text="Anmälda brott").click()
    titles = page.locator("#brottstyper tbody th").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)


def test_the_keyboard_reaches_the_content_first(page: Page, report: Path) -> None:
    open_page(page, report, "1415.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").is_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("#innehall")


def test_the_report_prints_on_twelve_to_sixteen_sheets_and_its_appendix_after(
    page: Page, report: Path, tmp_path: Path
) -> None:
    open_page(page, report, "1415.html")
    path = tmp_path / "print.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    sheets = [sheet.extract_text() for sheet in PdfReader(path).pages]
    after = next(n for n, text in enumerate(sheets) if "\nKällor och kvalitet\n" in f"\n{text}\n")
    assert 12 <= after <= 16
    assert any("Bilaga: metoder" in text for text in sheets[after:])
    for focus_area in ("Trygghet", "Droghandel", "Skadegörelse"):
        assert sum(f"\n{focus_area}\n" in f"\n{text}\n" for text in sheets[:after]) >= 1


def test_no_word_of_a_chart_leaves_its_drawing_or_covers_another(page: Page, report: Path) -> None:
    open_page(page, report, "1415.html")
    clashes = page.evaluate(
        """() => [...document.querySelectorAll(".drawing svg")].flatMap((svg) => {
            const frame = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll("text")].filter((each) => each.textContent.trim());
            const boxes = texts.map((each) => [each.textContent, each.getBoundingClientRect()]);
            const isOutside = (b) =>
                b.left < frame.left - 1 || b.right > frame.right + 1 ||
                b.top < frame.top - 1 || b.bottom > frame.bottom + 1;
            const covers = (a, b) =>
                Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
                Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
            const outside = boxes.filter(([, b]) => isOutside(b));
            const over = boxes.flatMap(([a, x], i) =>
                boxes.slice(i + 1).filter(([, y]) => covers(x, y)).map(([b]) => [a, b]));
            return [...outside.map(([a]) => ["outside", a]), ...over];
        })"""
    )
    assert clashes == []
    assert page.locator(".drawing svg").count() >= 10
