"""The ways a message can go, and which of their addresses are secrets."""

import re
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit


class Channel(StrEnum):
    """The ways a message can go, each through a notification block of Prefect's own."""

    BLOCK = "block"  # one that a person has made in Prefect, named type/name
    EMAIL = "email"
    TEAMS = "teams"
    SLACK = "slack"
    WEBHOOK = "webhook"


_BLOCK = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
_TEAMS = (".logic.azure.com", ".webhook.office.com", ".api.powerplatform.com")
_SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def channel_of(address: str) -> Channel:
    """Which way an address of the settings' `notify` is. Raises ValueError, without the address, for none."""
    if _BLOCK.fullmatch(address):
        return Channel.BLOCK
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme in ("mailto", "mailtos"):
        if not host or not parse_qs(parts.query).keys() >= {"from", "to"}:
            raise ValueError("e-post skrivs mailtos://användare:lösenord@server?from=…&to=…")
        return Channel.EMAIL
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)):
        raise ValueError("är varken mailto(s)://, en https-adress eller ett block i Prefect (typ/namn)")
    if host in _SLACK:
        return Channel.SLACK
    return Channel.TEAMS if host.endswith(_TEAMS) else Channel.WEBHOOK


def is_secret(address: str) -> bool:
    """Whether whoever can read the address can use it: a password, or a webhook, which is a key in itself."""
    return channel_of(address) is not Channel.BLOCK and not (
        channel_of(address) is Channel.EMAIL and urlsplit(address).password is None
    )
