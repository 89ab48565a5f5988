"""A polite client: names itself, keeps each publisher's pace, follows nothing it was not asked to, verifies TLS."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sources._problem import Problem

if TYPE_CHECKING:
    import httpx

_TRIES = 4
_TOO_LARGE = 200 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A publisher's whole answer to one request: every page's bytes, in order."""

    request: str
    bodies: tuple[bytes, ...]
    extension: str


@dataclass(kw_only=True)
class Http:
    """Gets bodies from one publisher, at least `pause` seconds apart.

    `base_urls` replaces a source's declared address, for a replica or a test's own publisher. 429 and 5xx are tried
    again with `Retry-After` or a doubling wait; anything else is a Problem.
    """

    user_agent: str
    base_urls: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda _: None
    _client: "httpx.Client | None" = None
    _last: float = 0.0

    def __enter__(self) -> "Http":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def base(self, source: str, declared: str) -> str:
        """The address a source is asked at: the declared one unless settings replace it."""
        return self.base_urls.get(source, declared).rstrip("/")

    def get(self, url: str, *, params: Mapping[str, str] | None = None, pause: float = 0.2) -> bytes:
        """The body of one GET. Raises Problem when the publisher does not give a whole, plausible answer."""
        import httpx

        if self._client is None:
            self._client = httpx.Client(headers={"User-Agent": self.user_agent}, timeout=60, follow_redirects=True)
        found = ""
        for attempt in range(_TRIES):
            wait = self._last + pause - time.monotonic()
            if wait > 0:
                self.sleep(wait)
            self._last = time.monotonic()
            try:
                answer = self._client.get(url, params=dict(params) if params else None)
            except httpx.HTTPError as error:
                found = type(error).__name__
            else:
                if answer.status_code == 200:
                    return _whole(url, answer)
                found = f"HTTP {answer.status_code}"
                if answer.status_code != 429 and answer.status_code < 500:
                    break
                retry_after = answer.headers.get("Retry-After", "")
                if retry_after.isdigit():
                    self.sleep(min(float(retry_after), 120.0))
            if attempt < _TRIES - 1:
                self.sleep(2.0**attempt)
        raise Problem(url.split("?")[0], "utgivaren svarade inte", found=found, do="senast giltiga uppgifter används")


def _whole(url: str, answer: Any) -> bytes:
    content: bytes = answer.content
    if len(content) > _TOO_LARGE:
        raise Problem(url, "orimligt stort svar", found=f"{len(content)} byte", do="kontrollera adressen")
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind:
        raise Problem(
            url, "svaret är en webbsida, inte data", found=kind, do="kontrollera adressen eller försök senare"
        )
    return content
