"""A polite client: names itself, keeps each publisher's pace, follows nothing it was not asked to, verifies TLS.

httpx (BSD-3) speaks HTTP; tenacity (Apache-2.0) decides when to ask again: unlike stamina, which is built on it, it
lets the answer's `Retry-After` decide how long, waits with the clock it is given, and writes no address to a log.
"""

import math
import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

from sources._landing import STOCKHOLM
from sources._pace import DAY, Calls, Pace
from sources._problem import Problem
from sources._validators import Validators

if TYPE_CHECKING:
    import httpx
    from tenacity import RetryCallState

_Result = TypeVar("_Result")
# "page" is for a publisher whose answers are web pages: anything goes, and nothing is taken for unchanged.
Kind = Literal["json", "csv", "xlsx", "page"]
UNTRUSTED = "certifikatet går inte att lita på"

_TRIES = 4
_MOST_REDIRECTS = 3
_MOST_BYTES = 50 * 1024 * 1024
_MOST_SECONDS = 600.0
_LONGEST_WAIT = 120.0
_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
# What publishers are known to call each kind; "+json" is JSON too. The source's own reader judges the content.
_TYPES: Mapping[Kind, tuple[str, ...]] = {
    "json": ("application/json", "text/json", "text/plain"),
    "csv": ("text/csv", "text/plain", "application/csv", "text/tab-separated-values", "application/vnd.ms-excel"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel"),
}
_ANY_FILE = ("application/octet-stream", "binary/octet-stream", "")
_WEB_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_FAULTS = {
    "ConnectError": "ingen förbindelse",
    "ConnectTimeout": "ingen förbindelse i tid",
    "ReadTimeout": "inget svar i tid",
    "ReadError": "svaret bröts innan det var helt",
    "RemoteProtocolError": "svaret bröts innan det var helt",
    "DecodingError": "svaret går inte att packa upp",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A publisher's whole answer to one request: every page's bytes, in order.

    is_latest: whether it is known to hold the newest there is; one that is not says nothing of freshness.
    """

    request: str
    bodies: tuple[bytes, ...]
    extension: str
    is_latest: bool = True


class _AskAgain(Exception):
    """The publisher gave no answer this time; `seconds` is how long it asks us to wait."""

    def __init__(self, found: str, seconds: float = 0.0) -> None:
        super().__init__(found)
        self.found, self.seconds = found, seconds


@dataclass(kw_only=True)
class Http:
    """Gets bodies from one publisher at its pace, and only those that have changed.

    `base_urls` replaces a source's declared address, for a replica or a test's own publisher; `known_as` says whose
    pace such a host keeps. 429 and 5xx are tried again with `Retry-After` or a doubling wait; anything else is a
    Problem. No message shows the query of an address. `clock` gives seconds since 1970. `until` is when all asking
    ends, in seconds of `time.monotonic`: whoever has not answered by then has not answered.
    """

    user_agent: str
    base_urls: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    tell: Callable[[str], None] = lambda _: None
    known_as: Mapping[str, str] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    validators: Validators = field(default_factory=Validators)
    until: float = math.inf
    _client: "httpx.Client | None" = None

    def __enter__(self) -> "Http":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.validators.save(is_whole=kind is None)
        if self._client is not None:
            self._client.close()
            self._client = None

    def base(self, source: str, declared: str) -> str:
        """The address a source is asked at: the declared one unless settings replace it."""
        return self.base_urls.get(source, declared).rstrip("/")

    def new_session(self) -> "Http":
        """The same client without the cookies it has been given, for a publisher that keeps one question a session."""
        return replace(self, _client=None)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        pause: float | Pace = 0.2,
        accept: Kind | None = None,
    ) -> bytes:
        """The body of one GET; one that has not changed since it was landed comes from the landing zone.

        pause: seconds between calls, or the publisher's whole Pace. accept: what the answer must be; a web page only
        where it says so.
        Raises Problem when the publisher does not give a whole, plausible answer.
        """
        return self._ask("GET", url, pause, accept, params=params)

    def post(
        self,
        url: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        pause: float | Pace = 0.2,
        accept: Kind | None = None,
    ) -> bytes:
        """The body of one POST, of JSON or of a form, as `get`. Only for questions: it may be asked more than once."""
        return self._ask("POST", url, pause, accept, json=json, data=form)

    def _ask(self, method: str, url: str, pause: float | Pace, accept: Kind | None, **sent: Any) -> bytes:
        import httpx
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay

        if self._client is None:
            timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
            headers = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip"}
            self._client = httpx.Client(headers=headers, timeout=timeout, verify=True)
        if accept == "json":
            sent["headers"] = {"Accept": "application/json"}
        try:
            request = self._client.build_request(method, url, **sent)
        except httpx.InvalidURL as error:
            raise _silent(url, type(error).__name__) from None
        if request.url.scheme != "https" and request.url.host not in _THIS_MACHINE:
            raise Problem(_named(url), "adressen är inte krypterad", do="ange en adress som börjar med https://")
        name, kept = "", None
        if method == "GET" and accept != "page":
            name = f"{request.url} {accept}"
            conditions, kept = self.validators.of(name)
            request.headers.update(conditions)
        pace = pause if isinstance(pause, Pace) else Pace(pause=pause)
        question = _Question(request=request, url=url, pace=pace, accept=accept, name=name, kept=kept)
        tries = Retrying(
            stop=stop_after_attempt(_TRIES) | stop_before_delay(max(0.0, self.until - time.monotonic())),
            wait=_wait,
            retry=retry_if_exception_type(_AskAgain),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return tries(self._once, self._client, question)
        except _AskAgain as again:
            raise _silent(url, again.found) from None

    def _once(self, client: "httpx.Client", question: "_Question") -> bytes:
        """The body of one try. Raises _AskAgain for what may go better the next time."""
        import httpx

        try:
            return self._follow(client, question)
        except httpx.UnsupportedProtocol as error:
            raise _silent(question.url, type(error).__name__) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            if _is_untrusted(error):
                raise _silent(question.url, UNTRUSTED) from None
            raise _AskAgain(_FAULTS.get(type(error).__name__, type(error).__name__)) from None

    def _follow(self, client: "httpx.Client", question: "_Question") -> bytes:
        """The body; redirects are followed within the same scheme, host and port only."""
        request = question.request
        for hop in range(_MOST_REDIRECTS + 1):
            self._take_turn(request.url.netloc.decode(), question.pace)
            answer, body = self._receive(client, request, question)
            if answer.next_request is None:
                if answer.status_code == 304 and question.kept is not None:
                    return question.kept
                self._check_status(question.url, answer)
                if question.name and hop == 0:  # what names an answer belongs to its own address
                    self.validators.remember(question.name, answer.headers, body)
                return body
            here, request = answer.url, answer.next_request
            if (request.url.scheme, request.url.host, request.url.port) != (here.scheme, here.host, here.port):
                raise Problem(
                    _named(question.url), "utgivaren hänvisar till en annan adress", do="kontrollera adressen"
                )
        raise Problem(
            _named(question.url), "utgivaren hänvisar runt i en ring", do="kontrollera adressen eller försök senare"
        )

    def _receive(
        self, client: "httpx.Client", request: "httpx.Request", question: "_Question"
    ) -> "tuple[httpx.Response, bytes]":
        """An answer and its body, empty where that is not to be read. Raises Problem when it takes too long.

        httpx limits the wait for each piece: who sends a byte a minute, of the headers too, would hold it for days.
        """
        left = self.until - time.monotonic()
        try:
            return _within(min(left, _MOST_SECONDS), lambda: _received(client, request, question))
        except TimeoutError:
            self._client = None  # not closed: the thread reads from it, perhaps what has since got its socket's number
            if left <= _MOST_SECONDS:
                raise _out_of_time(_named(question.url)) from None
            raise Problem(_named(question.url), "svaret kom för långsamt", do="försök senare") from None

    def _check_status(self, url: str, answer: "httpx.Response") -> None:
        if answer.status_code == 200:
            return
        found = f"HTTP {answer.status_code}"
        if answer.status_code not in (408, 429) and answer.status_code < 500:
            raise _silent(url, found)
        seconds = _retry_after(answer.headers.get("Retry-After", ""), self.clock())
        if seconds > _LONGEST_WAIT:
            raise self._leave_alone(answer.url.netloc.decode(), seconds)
        raise _AskAgain(found, seconds)

    def _take_turn(self, netloc: str, pace: Pace) -> None:
        """Wait until a host may be asked, and write down that it is. Raises Problem when that is too far off."""
        host = self.known_as.get(netloc, netloc)
        wait = self.calls.wait(host, pace, self.clock())
        if time.monotonic() + max(0.0, wait) >= self.until:
            raise _out_of_time(host)
        if wait > _LONGEST_WAIT:
            raise self._not_before(host, self.clock() + wait)
        if wait > 0:
            self.sleep(wait)
        self.calls.note(host, self.clock())

    def _leave_alone(self, netloc: str, seconds: float) -> Problem:
        """Remember that a publisher asks us to stay away for longer than a run can wait; the Problem that says so."""
        host, until = self.known_as.get(netloc, netloc), self.clock() + min(seconds, DAY)
        self.calls.close(host, until)
        return self._not_before(host, until)

    def _not_before(self, host: str, at: float) -> Problem:
        when = datetime.fromtimestamp(at, STOCKHOLM)
        return Problem(
            host,
            "utgivaren får inte frågas oftare",
            found=f"tidigast {when:%Y-%m-%d kl. %H.%M}",
            do="kör igen efter det; senast giltiga uppgifter används",
        )


@dataclass(frozen=True, kw_only=True)
class _Question:
    """One question; `name` is what its answer is remembered by, `kept` what stands if nothing has changed."""

    request: "httpx.Request"
    url: str
    pace: Pace
    accept: Kind | None
    name: str
    kept: bytes | None


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


def _wait(state: "RetryCallState") -> float:
    """Seconds before the next try: a doubling wait with chance in it, or longer where the publisher asks for it."""
    from tenacity import wait_exponential_jitter

    error = state.outcome.exception() if state.outcome else None
    asked_for = error.seconds if isinstance(error, _AskAgain) else 0.0
    return asked_for + wait_exponential_jitter(initial=1, max=30, jitter=1)(state)


def _retry_after(text: str, now: float) -> float:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; 0 for what is neither."""
    if text.isascii() and text.isdecimal():
        return min(float(text), DAY)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, min(at.replace(tzinfo=at.tzinfo or UTC).timestamp() - now, DAY))


def _within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """What some work gives, if it does within so many seconds. Raises TimeoutError else, and nobody waits for it."""
    future: Future[_Result] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=do, daemon=True).start()
    return future.result(timeout=seconds)


def _received(
    client: "httpx.Client", request: "httpx.Request", question: "_Question"
) -> "tuple[httpx.Response, bytes]":
    answer = client.send(request, stream=True)
    try:
        return answer, _whole(question.url, answer, question.accept) if answer.status_code == 200 else b""
    finally:
        answer.close()


def _whole(url: str, answer: "httpx.Response", accept: Kind | None) -> bytes:
    """The unpacked body, counted while it comes: a small answer can unpack to more than the memory holds."""
    _check_type(url, answer.headers.get("Content-Type", ""), accept)
    body = bytearray()
    for chunk in _unpacked(url, answer):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Problem(_named(url), "orimligt stort svar", found=f"över {_MOST_BYTES} byte", do="dela frågan")
    if accept != "page" and _WEB_PAGE.match(body, 0, 1000):
        raise _web_page(url, answer.headers.get("Content-Type", ""))
    return bytes(body)


def _check_type(url: str, told: str, accept: Kind | None) -> None:
    """Raise Problem for a web page, and for another kind of data than the source accepts."""
    if accept == "page":
        return
    if "html" in told.lower():
        raise _web_page(url, told)
    kind = told.partition(";")[0].strip().lower()
    if accept is None or kind in _ANY_FILE or kind in _TYPES[accept] or (accept == "json" and kind.endswith("+json")):
        return
    raise Problem(
        _named(url), "svaret är av ett annat slag än väntat", found=f"{kind}, inte {accept}", do="kontrollera adressen"
    )


def _unpacked(url: str, answer: "httpx.Response") -> Iterator[bytes]:
    """The body in pieces. Raises for one that was cut off: httpx sees that of a length or of chunks, not of gzip.

    An answer that has none of the three cannot be told from half of one.
    """
    import httpx

    packing = answer.headers.get("Content-Encoding", "identity").lower()
    if packing == "identity":
        if "Content-Length" not in answer.headers and "chunked" not in answer.headers.get("Transfer-Encoding", ""):
            raise Problem(_named(url), "svaret säger inte hur långt det är", do="försök senare")
        yield from answer.iter_raw()
        return
    if packing != "gzip":
        raise Problem(_named(url), "svaret är packat på ett sätt som inte begärdes", found=packing, do="försök senare")
    unpacking = zlib.decompressobj(wbits=31)
    for chunk in answer.iter_raw(4096):
        while chunk:
            if unpacking.eof:
                unpacking = zlib.decompressobj(wbits=31)
            try:
                yield unpacking.decompress(chunk)
            except zlib.error:
                raise httpx.DecodingError("gzip") from None
            chunk = unpacking.unused_data
    if not unpacking.eof:
        raise httpx.RemoteProtocolError("gzip")


def _web_page(url: str, told: str) -> Problem:
    return Problem(
        _named(url), "svaret är en webbsida, inte data", found=told, do="kontrollera adressen eller försök senare"
    )


def _silent(url: str, found: str) -> Problem:
    return Problem(_named(url), "utgivaren svarade inte", found=found, do="senast giltiga uppgifter används")


def _out_of_time(where: str) -> Problem:
    return Problem(where, "tiden för att hämta källan tog slut", do="senast giltiga uppgifter används")


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a connection failed because the host could not prove who it is."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _named(url: str) -> str:
    """An address for a message: without its query, where a key may stand."""
    return url.split("?")[0]
