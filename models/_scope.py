"""Which municipalities and areas a release speaks of."""

from functools import cache

from models._beside import Benchmarks
from models._estimate import Scope
from models._promises import compared_years
from sources._problem import UsageProblem
from sources._strict import read_reference


@cache
def members_of(area: str) -> tuple[str, ...]:
    """The municipalities of an area (a code of `areas.csv`, a county's code, 00) or of a municipality: itself."""
    municipalities = read_reference("municipalities")["municipality_code"].to_list()
    listed = read_reference("areas")
    if area in municipalities:
        return (area,)
    named = listed.filter(listed["area_code"] == area)["municipality_code"].to_list()
    if named or area == "00":
        return tuple(named or municipalities)
    return tuple(code for code in municipalities if len(area) == 2 and code.startswith(area))


@cache
def benchmarks() -> Benchmarks:
    """Whom areas are compared with, by the reviewed lists."""
    larger = {"00", *read_reference("areas")["area_code"], *read_reference("counties")["county_code"]}
    pairs = {
        table: read_reference(table).select("municipality_code", column).rows()
        for table, column in (("similar_municipalities", "similar_code"), ("neighbours", "neighbour_code"))
    }
    similar, neighbours = (
        {code: frozenset(other for one, other in listed if one == code) for code in {one for one, _ in listed}}
        for listed in pairs.values()
    )
    return Benchmarks(
        members={area: frozenset(members_of(area)) for area in sorted(larger)},
        similar=similar,
        neighbours=neighbours,
        periods=compared_years(),
    )


@cache
def scope_of(area: str) -> Scope:
    """The municipalities of an area, and the areas they are summed to or shown beside.

    area: a code of `areas.csv`, a municipality's code, a county's code, or 00 for all 290. Raises UsageProblem for
    any other.
    """
    members = members_of(area)
    if not members:
        raise UsageProblem(
            "--area",
            "okänt område",
            found=f"'{area}'",
            do="ange en kod ur data/reference/areas.csv, en kommunkod, länskod eller 00",
        )
    above = {"00", *(code[:2] for code in members)} | ({area} if area not in members else set())
    return Scope(municipalities=tuple(sorted(members)), areas=tuple(sorted(above)))


@cache
def shown_areas(area: str) -> frozenset[str]:
    """The areas that a release speaks of, and those that they are compared with."""
    scope, others = scope_of(area), benchmarks()
    similar = (others.similar.get(code, frozenset()) for code in scope.municipalities)
    near = (others.neighbours.get(code, frozenset()) for code in scope.municipalities)
    return frozenset({*scope.municipalities, *scope.areas}.union(*similar, *near))
