"""Finds, in the snapshots and the manifest, which published figures have changed, and keeps what was found."""

import contextlib
import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from functools import cache
from pathlib import Path

import polars as pl

from flows._plan import Plan
from models import _revisions
from models._revisions import DELIVERED, Block, figures_of, revisions
from sources._landing import STOCKHOLM, Line, Observation, Part, standing, write_atomically
from sources._parse import cache_key, parse_snapshots
from sources._problem import Problem
from sources._registry import SourceModule


def find_revisions(plan: Plan, module: SourceModule, history: Sequence[Line]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The revisions of one source by what was observed until the day of the run, and what to say of it.

    Every observation that stands is a statement, unchanged ones too. The columns are those of `revisions` with the
    instants `last_seen_at` and `first_seen_at` for looks; no rows for a source without figures. What is compared does
    not change when the same is seen once more, and is then read from the cache beside the parsed rows.
    """
    figures = figures_of(module.source)
    if figures is None:
        return pl.DataFrame(), ()
    until = datetime.combine(plan.as_of, time.max, STOCKHOLM)
    seen = sorted(
        (
            each
            for each in standing(history)
            if each.source == module.name
            and each.observed_at <= until
            and each.origin in plan.origins
            and not each.inferred  # our own inference: no publisher's figure
        ),
        key=lambda each: (each.observed_at, each.request, each.period, each.parts),
    )
    looked = _looked(seen)
    spans, looks = _spans(looked)
    is_alone = len({span.stream for span in spans}) < 2
    if is_alone and all(span.gone is None for span in spans):
        return pl.DataFrame(), ()  # nothing has been said twice
    path = _cached(plan.data, module, spans, looks)
    said: tuple[str, ...] = ()
    if path.exists():
        found = pl.read_parquet(path)
    else:
        readable, said = _readable(plan.data, module, looked)
        spans, looks = _spans(readable)
        paths = parse_snapshots(module, plan.data, {span.part for span in spans})
        found = revisions([_block(span, paths) for span in spans], looks, figures)
        if not said:  # what cannot be read today may be restored tomorrow
            path.parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(path) as temporary:
                found.write_parquet(temporary)
    at = {look: each.observed_at for look, each in looked}
    when = pl.Datetime("us", "UTC")
    return found.with_columns(
        last_seen_at=pl.col("old_look").replace_strict(at, default=None, return_dtype=when),
        first_seen_at=pl.col("new_look").replace_strict(at, default=None, return_dtype=when),
    ).drop("old_look", "new_look"), said


def redefined_sentences(source: str, found: pl.DataFrame) -> tuple[str, ...]:
    """A sentence for each series that has taken another unit or method, and when it was seen."""
    if found.is_empty():
        return ()
    told = (
        found.filter(pl.col("kind") == "redefined")
        .group_by("series", "column_name", "first_seen_at")
        .agg(pl.len().alias("n"), (pl.col("new_value") / pl.col("old_value")).abs().median().alias("ratio"))
        .sort("first_seen_at", "series", "column_name")
    )
    return tuple(
        f"{source}: {series or column}: {n} tal blev i median {ratio:.3g} gånger de förra när de hämtades "
        f"{at.astimezone(STOCKHOLM).date()}: enheten eller metoden är en annan: granska serien"
        for series, column, at, n, ratio in told.iter_rows()
    )


@dataclass(frozen=True, kw_only=True)
class _Span:
    """A snapshot in a run of looks at a stream; see `Block`."""

    part: Part
    stream: int
    first: int
    last: int | None
    gone: int | None
    period: str
    is_synthetic: bool


def _looked(seen: Sequence[Observation]) -> list[tuple[int, Observation]]:
    """The observations, each with the number of its look. What was asked in one run is one look: nothing said in it is
    later than the rest. Several deliveries of the same at one moment are as many looks, in their order.
    """
    looked: list[tuple[int, Observation]] = []
    at, look = None, -1
    times: dict[tuple[str, str], int] = {}
    for each in seen:
        if each.observed_at != at:
            at, look, times = each.observed_at, look + 1 + max(times.values(), default=0), {}
        stream = (each.request, each.period)
        times[stream] = times.get(stream, -1) + 1
        looked.append((look + times[stream], each))
    return sorted(looked, key=lambda each: each[0])


def _spans(seen: Sequence[tuple[int, Observation]]) -> tuple[list[_Span], list[tuple[int, int]]]:
    """The runs of looks in which each snapshot stood, and the looks that can matter when they are compared.

    A stream is what replaces itself: a request and a period. Runs that go on have no end, so that one more look at
    what is unchanged gives the same.
    """
    streams: dict[tuple[str, str], list[tuple[int, Observation]]] = {}
    for look, each in seen:
        streams.setdefault((each.request, each.period), []).append((look, each))
    spans: list[_Span] = []
    for number, stream in enumerate(streams.values()):
        began: dict[Part, int] = {}
        for (look, each), following in zip(stream, [*stream[1:], None], strict=True):
            for part in dict.fromkeys(each.parts):
                began.setdefault(part, look)
                if following is None or part not in following[1].parts:
                    spans.append(
                        _Span(
                            part=part,
                            stream=number,
                            first=began.pop(part),
                            last=look if following else None,
                            gone=following[0] if following else None,
                            period=each.period,
                            is_synthetic=each.synthetic,
                        )
                    )
    events = sorted({look for span in spans for look in (span.first, span.gone) if look is not None})
    looks = set[tuple[int, int]]()
    for number, stream in enumerate(streams.values()):
        mine = [look for look, _ in stream]
        for event in events:
            at = bisect_left(mine, event)
            looks |= {(number, look) for look in mine[max(0, at - 1) : at + 1]}
    return spans, sorted(looks)


def _block(span: _Span, paths: Mapping[Part, Path]) -> Block:
    return Block(
        rows=pl.scan_parquet(paths[span.part]).with_columns(pl.lit(span.period).alias(DELIVERED)),
        stream=span.stream,
        first=span.first,
        last=span.last,
        gone=span.gone,
        is_synthetic=span.is_synthetic,
    )


def _readable(
    data: Path, module: SourceModule, seen: Sequence[tuple[int, Observation]]
) -> tuple[list[tuple[int, Observation]], tuple[str, ...]]:
    """The observations whose every snapshot can be read today, and a sentence of those that cannot."""
    readable = []
    for look, each in seen:
        with contextlib.suppress(Problem):
            parse_snapshots(module, data, each.parts)
            readable.append((look, each))
    lost = len(seen) - len(readable)
    sentence = f"{module.name}: {lost} tidigare leveranser går inte att läsa; ändringar i dem visas inte"
    return readable, (sentence,) if lost else ()


def _cached(data: Path, module: SourceModule, spans: Sequence[_Span], looks: Sequence[tuple[int, int]]) -> Path:
    """Where the comparison lies: named for the snapshots, their order, and how they are read and compared."""
    how = cache_key(module, Part(sha256="0", extension="how"))
    key = hashlib.sha256((how + _code_hash()).encode())
    key.update(json.dumps([[asdict(span) for span in spans], looks]).encode())
    return data / "parsed" / module.name / f"revisions_{key.hexdigest()}.parquet"


@cache
def _code_hash() -> str:
    code = Path(_revisions.__file__).read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(code).hexdigest()
