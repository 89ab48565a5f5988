"""Statistics Sweden's PxWebApi v2, with the two tables of population."""

from tests.publishers._pxweb import PxWeb2, population
from tests.replay import Route

SOURCES = ("population",)


def route() -> Route:
    return PxWeb2(population())
