"""What the monthly report is: the printed formats of the newest release, and what has changed since a month ago."""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from flows._releases import release_folders
from models._duckdb import connect, quote

_OFFICE = (".pdf", ".docx", ".pptx")
_KEY = "indicator, area_type, area_code, period, breakdown, category"


def first_of_month_before(data: Path, day: date) -> str:
    """The first release of the month before a day's; empty where that month has none."""
    month = f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"
    return next((each.name for each in release_folders(data / "output") if each.name.startswith(month)), "")


def office_files(release: Path) -> list[Path]:
    """The printed reports of a release's folder, internal ones and public ones."""
    return sorted(path for path in release.glob("*/report/*") if path.suffix in _OFFICE)


def monthly_markdown(data: Path, release: str, before: str) -> str:
    """The month as Markdown: where the printed reports lie, and how many figures of each indicator are new or changed.

    before: the release to compare with, or nothing. Counts of the public figures only, so that nothing hidden is told.
    """
    output = data.absolute() / "output"
    links = [f"- [{path.parent.parent.name}/{path.name}]({path.as_uri()})" for path in office_files(output / release)]
    lines = [f"Utgåva `{release}`.", "", *(links or ["Inga PDF-, DOCX- eller PPTX-filer finns i utgåvan."]), ""]
    if not before or before == release:
        return "\n".join([*lines, "Ingen tidigare utgåva att jämföra med."])
    rows = [
        f"| {title} | {new} | {changed} | {gone} |"
        for title, new, changed, gone in _differences(output / before, output / release)
    ]
    if not rows:
        return "\n".join([*lines, f"Ingen siffra skiljer sig från utgåva `{before}`."])
    heading = ["| indikator | nya siffror | ändrade | borta |", "|---|---:|---:|---:|"]
    return "\n".join([*lines, f"Jämfört med utgåva `{before}`:", "", *heading, *rows])


def _differences(old: Path, new: Path) -> list[tuple[str, int, int, int]]:
    files = [folder / "public" / "indicators.parquet" for folder in (old, new)]
    query = f"""
        select
            coalesce(any_value(new.title), any_value(old.title)) as title,
            count(*) filter (where old.value is null and new.value is not null) as new_figures,
            count(*) filter (where old.value <> new.value) as changed,
            count(*) filter (where old.value is not null and new.value is null) as gone
        from read_parquet({quote(str(files[0]))}) as old
        full join read_parquet({quote(str(files[1]))}) as new using ({_KEY})
        group by indicator
        having new_figures + changed + gone > 0
        order by title
    """
    with closing(connect(folders=[file.parent for file in files])) as con:
        return con.sql(query).fetchall()
