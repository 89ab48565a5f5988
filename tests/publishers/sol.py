"""Plays Brå's database SOL as client code knows it: a session by cookie, one menu each, a form, and a file at last."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from sources._strict import read_reference
from tests.replay import Asked, Reply, Route

MOST_CELLS = 10_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Maj", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dec")
COUNTRY = "8291"
SOURCES = ("reported_offences",)


def page(text: str, cookie: str = "") -> Reply:
    headers = {"Set-Cookie": f"JSESSIONID={cookie}; Path=/; HttpOnly"} if cookie else {}
    body = f"<html><head><title>SOL</title></head><body>{text}</body></html>".encode("latin-1")
    return Reply(body=body, kind="text/html;charset=ISO-8859-1", headers=headers)


def figure(offence: str, region: str, period: str) -> int:
    """What SOL answers in a cell; any number will do, if it is another in every cell nearly."""
    return (int(offence) * 7 + int(region) * 13 + int(period) * 31) % 9973


@dataclass(kw_only=True)
class Session:
    menu: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    is_run: bool = False


@dataclass(kw_only=True)
class Sol:
    """A route for `Replay`; `years` and `months` are what its menus offer, by their labels."""

    years: tuple[str, ...] = ("2014", "2024", "2025", "2026 prel.")
    months: tuple[str, ...] = ("2025, Nov", "2025, Dec", "2026 prel., Jan", "2026 prel., Feb")
    renamed: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    questions: list[Mapping[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        offences, regions = read_reference("bra_offences"), read_reference("bra_regions")
        self.offences = {
            menu: {each: self.renamed.get(each, label) for each, label in rows if each}
            for menu, rows in (
                ("101", offences.select("annual_id", "annual_label").rows()),
                ("90", offences.select("monthly_id", "monthly_label").rows()),
            )
        }
        self.parents = {
            menu: {row[f"{kind}_id"]: by_name.get(row["parent"], "") for row in offences.to_dicts()}
            for menu, kind in (("101", "annual"), ("90", "monthly"))
            for by_name in [dict(offences.select("offence", f"{kind}_id").iter_rows())]
        }
        self.regions = {each: label for each, label in regions.select("bra_region_id", "label").iter_rows() if each}

    def __call__(self, asked: Asked) -> Reply:
        step = asked.path.split("/", 2)[2]
        if step == "start":
            name = f"S{len(self.sessions):04}"
            self.sessions[name] = Session()
            return page("<frameset/>", cookie=name)
        cookie = re.search(r"JSESSIONID=(\w+)", asked.headers.get("cookie", ""))
        session = self.sessions.get(cookie[1] if cookie else "")
        if session is None:
            return page("En obefintlig menyrad har valts")
        return getattr(self, "_" + step.rsplit("/", 1)[-1])(session, asked)  # type: ignore[no-any-return]

    def _urval(self, session: Session, asked: Asked) -> Reply:
        menu = asked.query["menyid"][0]
        if session.menu not in ("", menu) or menu not in self.offences:
            return page("En obefintlig menyrad har valts")
        session.menu = menu
        lines = [f'arrayNivaett[{n}]="{each}*{name}";' for n, (each, name) in enumerate(self._listed(menu))]
        lines += [
            f'arrayNivatva[{n}]="{each}*\\xA0\\xA0{name}*{self.parents[menu][each]}*{name}";'
            for n, (each, name) in enumerate(self._listed(menu))
        ]
        lines += [
            f'arrayRegionNivaTva[{n}] = "{each}*{name}*0*{name}";'
            for n, (each, name) in enumerate(self.regions.items())
        ]
        lines += [f'arrayPeriod[{n}]="{row}";' for n, row in enumerate(self._periods(menu))]
        return page("<script>\n" + "\n".join(lines) + "\n</script>")

    def _listed(self, menu: str) -> list[tuple[str, str]]:
        return [(each, f"{name} totalt" if each == "11650" else name) for each, name in self.offences[menu].items()]

    def _periods(self, menu: str) -> list[str]:
        if menu == "101":
            return [f"{2000 + n}*{label}*{2000 + n}*{label}*-1" for n, label in enumerate(self.years)]
        rows = [f"{3100 + n}*{each}*1*{each}*0" for n, each in enumerate(self.years)]
        return rows + [f"{3000 + n}*{each.split(', ')[1]}*1*{each}*2" for n, each in enumerate(self.months)]

    def _vantapopup(self, session: Session, asked: Asked) -> Reply:
        assert asked.method == "POST"
        form = {name: values[0] for name, values in parse_qs(asked.body.decode(), keep_blank_values=True).items()}
        session.form, session.is_run = form, False
        self.questions.append(form)
        return page("Vänta...")

    def _sok(self, session: Session, asked: Asked) -> Reply:
        cells = 1 + (session.form["antal_100k"] == "1")
        for name in ("brottstyp", "region", "period"):
            cells *= len(session.form[f"{name}_id_string"].split("*"))
        if cells > MOST_CELLS:
            return page(
                f"<h1>Fel/Error</h1>Felmeddelande: Urvalet ger {cells} celler, högst {MOST_CELLS} är tillåtet.<br>"
            )
        session.is_run = True
        return page("<frameset/>")

    def _dbfil(self, session: Session, asked: Asked) -> Reply:
        assert asked.method == "POST"
        if not session.is_run:
            return page("<h1>Fel/Error</h1>")
        offences, regions, periods = (
            session.form[f"{name}_id_string"].split("*") for name in ("brottstyp", "region", "period")
        )
        labels, parents = self.offences[session.menu], self.parents[session.menu]
        echoed = {parents[each] for each in offences if parents.get(each)} - set(offences)
        rows = ["Region;Brott;År;Period;Antal"]
        for region in regions:
            for offence in sorted({*offences, *echoed}):
                for period in periods:
                    count = ".." if offence in echoed else figure(offence, region, period)
                    rows.append(f"{self.regions[region]};{labels[offence]};{self._when(period)};{count};")
        return Reply(body="\n".join(rows).encode("latin-1"), kind="text/plain;charset=ISO-8859-1")

    def _when(self, period: str) -> str:
        number = int(period)
        return f"År;{self.years[number - 2000]}" if number < 3000 else self.months[number - 3000].replace(", ", ";")


def route() -> Route:
    return Sol()
