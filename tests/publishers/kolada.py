"""Kolada's v3 API, in pages of 400 rows, from the sample's files."""

import json
from pathlib import Path

from tests.replay import Asked, Reply, Route, reply

SOURCES = ("kolada_values",)
_FILES = ("recovered_counts_page_1", "recovered_counts_page_2", "population_2010_2019")
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "kolada_values"


def route() -> Route:
    rows = [
        row for name in _FILES for row in json.loads((_SAMPLE / f"{name}.json").read_text(encoding="utf-8"))["values"]
    ]

    def answer(asked: Asked) -> Reply:
        _, _, _, _, kpis, _, areas = asked.path.split("/")
        wanted_kpis, wanted_areas = kpis.split(","), areas.split(",")
        if max(len(wanted_kpis), len(wanted_areas)) > 25:
            return Reply(status=400)
        found = [row for row in rows if row["kpi"] in wanted_kpis and row["municipality"] in wanted_areas]
        page = int(asked.query.get("page", ["1"])[0])
        more = f"http://{asked.headers['host']}{asked.path}?page={page + 1}" if page * 400 < len(found) else None
        values = found[(page - 1) * 400 : page * 400]
        return reply({"values": values, "count": len(found), "next_url": more, "previous_url": None})

    return answer
