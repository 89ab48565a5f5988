"""Kolada's v3 API from the sample's files: values in pages of 400 rows, lists of what there is in pages of ten."""

import json
from pathlib import Path
from typing import Any

from tests.replay import Asked, Reply, Route, reply

SOURCES = ("kolada_values", "kolada_kpis", "kolada_groups", "kolada_municipalities")
_VALUES = ("recovered_counts_page_1", "recovered_counts_page_2", "population_2010_2019")
_LISTS = {"kpi": "kolada_kpis", "municipality_groups": "kolada_groups", "municipality": "kolada_municipalities"}
_MOST_IDS = 25
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


def route() -> Route:
    values = _rows(*(_SAMPLE / "kolada_values" / f"{name}.json" for name in _VALUES))
    lists = {what: _rows(*sorted((_SAMPLE / folder).iterdir())) for what, folder in _LISTS.items()}

    def answer(asked: Asked) -> Reply:
        match asked.path.split("/")[2:]:
            case ["data", "kpi", kpis, "municipality", areas]:
                wanted, places = kpis.split(","), areas.split(",")
                if max(len(wanted), len(places)) > _MOST_IDS:
                    return Reply(status=400)
                found = [row for row in values if row["kpi"] in wanted and row["municipality"] in places]
                return _page(asked, found, 400)
            case [what, *rest] if what in lists and len(ids := rest[0].split(",") if rest else []) <= _MOST_IDS:
                return _page(asked, [row for row in lists[what] if not ids or row["id"] in ids], 10)
        return Reply(status=400)

    return answer


def _rows(*paths: Path) -> list[dict[str, Any]]:
    return [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))["values"]]


def _page(asked: Asked, found: list[dict[str, Any]], size: int) -> Reply:
    page = int(asked.query.get("page", ["1"])[0])
    more = f"http://{asked.headers['host']}{asked.path}?page={page + 1}" if page * size < len(found) else None
    values = found[(page - 1) * size : page * size]
    return reply({"values": values, "count": len(found), "next_url": more, "previous_url": None})
