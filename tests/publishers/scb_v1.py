"""Statistics Sweden's older interface, with the citizen survey's tables."""

from tests.publishers._pxweb import PxWeb1, safety
from tests.replay import Route

SOURCES = ("scb_citizen_survey",)


def route() -> Route:
    return PxWeb1(safety())
