"""Folkhälsodata's PxWeb."""

from tests.publishers._pxweb import PxWeb1, health
from tests.replay import Route

SOURCES = ("public_health_survey",)


def route() -> Route:
    return PxWeb1(health())
