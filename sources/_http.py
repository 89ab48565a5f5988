"""A polite client: names itself, keeps each publisher's pace, follows nothing it was not asked to, verifies TLS."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from sources._problem import Problem

if TYPE_CHECKING:
    import httpx

_TRIES = 4
_MOST_REDIRECTS = 3
_MOST_BYTES = 50 * 1024 * 1024
_MOST_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A publisher's whole answer to one request: every page's bytes, in order.

    is_latest: whether it is known to hold the newest there is; one that is not says nothing of freshness.
    """

    request: str
    bodies: tuple[bytes, ...]
    extension: str
    is_latest: bool = True


@dataclass(kw_only=True)
class Http:
    """Gets bodies from one publisher, at least `pause` seconds apart.

    `base_urls` replaces a source's declared address, for a replica or a test's own publisher. 429 and 5xx are tried
    again with `Retry-After` or a doubling wait; anything else is a Problem. No message shows the query of an address.
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
        return self._ask("GET", url, pause, params=params)

    def post(
        self, url: str, *, json: object = None, form: Mapping[str, str] | None = None, pause: float = 0.2
    ) -> bytes:
        """The body of one POST, of JSON or of a form, as `get`. Only for questions: it may be asked more than once."""
        return self._ask("POST", url, pause, json=json, data=form)

    def _ask(self, method: str, url: str, pause: float, **sent: Any) -> bytes:
        import httpx

        if self._client is None:
            headers = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip"}
            self._client = httpx.Client(headers=headers, timeout=60)
        found = ""
        for attempt in range(_TRIES):
            wait = self._last + pause - time.monotonic()
            if wait > 0:
                self.sleep(wait)
            self._last = time.monotonic()
            try:
                status, retry_after, body = _body(self._client, self._client.build_request(method, url, **sent))
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                found = type(error).__name__
            else:
                if status == 200:
                    return body
                found = f"HTTP {status}"
                if status != 429 and status < 500:
                    break
                if retry_after.isascii() and retry_after.isdecimal():
                    self.sleep(min(float(retry_after), 120.0))
            if attempt < _TRIES - 1:
                self.sleep(2.0**attempt)
        raise Problem(_named(url), "utgivaren svarade inte", found=found, do="senast giltiga uppgifter används")


def next_page(asked: str, reference: str) -> str:
    """The address of an answer's next page, at the host that was asked and over the same protocol.

    Raises Problem for a reference to another host: an answer must not send us where it likes.
    """
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, reference))
        is_same = there.hostname == here.hostname and there.scheme in ("http", "https")
    except ValueError:
        is_same = False
    if not is_same:
        raise Problem(_named(asked), "svaret hänvisar till en annan adress", do="kontrollera adressen; ingen följs")
    return there._replace(scheme=here.scheme, netloc=here.netloc, fragment="").geturl()


def _body(client: "httpx.Client", request: "httpx.Request") -> tuple[int, str, bytes]:
    """Status, Retry-After and body; redirects are followed within the same scheme, host and port only."""
    url = str(request.url)
    for _ in range(_MOST_REDIRECTS + 1):
        answer = client.send(request, stream=True)
        try:
            if answer.next_request is None:
                retry_after = str(answer.headers.get("Retry-After", ""))
                return answer.status_code, retry_after, _whole(url, answer) if answer.status_code == 200 else b""
            here, request = answer.url, answer.next_request
            if (request.url.scheme, request.url.host, request.url.port) != (here.scheme, here.host, here.port):
                raise Problem(_named(url), "utgivaren hänvisar till en annan adress", do="kontrollera adressen")
        finally:
            answer.close()
    raise Problem(_named(url), "utgivaren hänvisar runt i en ring", do="kontrollera adressen eller försök senare")


def _whole(url: str, answer: "httpx.Response") -> bytes:
    """The unpacked body, counted while it comes: a small answer can unpack to more than the memory holds."""
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind:
        raise Problem(
            _named(url), "svaret är en webbsida, inte data", found=kind, do="kontrollera adressen eller försök senare"
        )
    packing = answer.headers.get("Content-Encoding", "identity").lower()
    if packing not in ("identity", "gzip"):
        raise Problem(_named(url), "svaret är packat på ett sätt som inte begärdes", found=packing, do="försök senare")
    until = time.monotonic() + _MOST_SECONDS
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Problem(_named(url), "orimligt stort svar", found=f"över {_MOST_BYTES} byte", do="dela frågan")
        if time.monotonic() > until:
            raise Problem(_named(url), "svaret kom för långsamt", found=f"{len(body)} byte", do="försök senare")
    return bytes(body)


def _named(url: str) -> str:
    """An address for a message: without its query, where a key may stand."""
    return url.split("?")[0]
