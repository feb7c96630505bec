"""Data points of OTLP as samples like those that a scraper reads: a name with labels, and a number.

What comes in differences (delta temporality) is added up; whatever came last of everything else stands.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from opentelemetry.proto.metrics.v1 import metrics_pb2 as wire

DELTA, CUMULATIVE = wire.AGGREGATION_TEMPORALITY_DELTA, wire.AGGREGATION_TEMPORALITY_CUMULATIVE
UNRECORDED = wire.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK
POWERS = range(-10, 21)
"""Exponential histograms are shown by these powers of two: bounds that each of their scales has."""

Labels = tuple[tuple[str, str], ...]


class Rejected(Exception):
    """A data point that says nothing, in words."""


class Source(Struct, kw_only=True):
    """One process that exports: how often it has, and the real time of its newest point, in nanoseconds."""

    number: int
    exports: int = 0
    newest_ns: int = 0


class Points:
    """Everything exported so far."""

    def __init__(self) -> None:
        self.samples: dict[str, float] = {}
        self.sources: dict[Labels, Source] = {}
        self.has_deltas = False

    def take(self, message: Any) -> tuple[int, str]:
        """Add an export; how many of its points were rejected, and why the first one was."""
        rejected, why = 0, ""
        for resource in message.resource_metrics:
            source = self._source(resource.resource.attributes)
            source.exports += 1
            labels = {} if source.number == 1 else {"resource": str(source.number)}
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                for point in _points(metric):
                    try:
                        self._add(metric, point, labels)
                    except Rejected as error:
                        rejected, why = rejected + 1, why or str(error)
                    source.newest_ns = max(source.newest_ns, point.time_unix_nano)
        return rejected, why

    def _source(self, attributes: Any) -> Source:
        """The process, known by its resource's attributes; the first one needs no label."""
        return self.sources.setdefault(labels_of(attributes), Source(number=len(self.sources) + 1))

    def _add(self, metric: Any, point: Any, labels: dict[str, str]) -> None:
        if point.flags & UNRECORDED:
            return
        if not metric.name:
            raise Rejected("a metric without a name")
        kind = metric.WhichOneof("data")
        told = {**dict(labels_of(point.attributes)), **labels}
        is_delta = _is_delta(metric, kind)
        self.has_deltas |= is_delta
        for suffix, more, value in _READERS[kind](point):
            key = sample_key(metric.name + suffix, {**told, **more})
            if not math.isnan(value):
                self.samples[key] = value + (self.samples.get(key, 0.0) if is_delta else 0.0)


def sample_key(name: str, labels: dict[str, str]) -> str:
    """What a sample is called: its name, and its labels by their names."""
    told = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{told}}}" if told else name


def labels_of(attributes: Iterable[Any]) -> Labels:
    """Attributes as texts, by name."""
    return tuple(sorted((attribute.key, text_of(attribute.value)) for attribute in attributes))


def text_of(value: Any) -> str:
    """Any value of OTLP as a text."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return "[" + ",".join(text_of(each_value) for each_value in value.array_value.values) + "]"
    if kind == "kvlist_value":
        return (
            "{" + ",".join(f"{each_value.key}={text_of(each_value.value)}" for each_value in value.kvlist_value.values) + "}"
        )
    if kind == "bytes_value":
        return bytes(value.bytes_value).decode("utf-8", "replace")
    if kind == "bool_value":
        return str(value.bool_value).lower()
    return str(getattr(value, kind)) if kind else ""


def _points(metric: Any) -> Iterable[Any]:
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else ()


def _is_delta(metric: Any, kind: str) -> bool:
    if kind in {"gauge", "summary"}:
        return False
    temporality = getattr(metric, kind).aggregation_temporality
    if temporality not in {DELTA, CUMULATIVE}:
        raise Rejected(f"{metric.name} says neither delta nor cumulative")
    return bool(temporality == DELTA)


Interpretations = Iterator[tuple[str, dict[str, str], float]]


def _number(point: Any) -> Interpretations:
    kind = point.WhichOneof("value")
    if kind is None:
        raise Rejected("a point without a value")
    yield "", {}, float(getattr(point, kind))


def _summary(point: Any) -> Interpretations:
    yield "_count", {}, float(point.count)
    yield "_sum", {}, point.sum
    for quantile_value in point.quantile_values:
        yield "", {"quantile": f"{quantile_value.quantile:g}"}, quantile_value.value


def _histogram(point: Any) -> Interpretations:
    bounds, counts = point.explicit_bounds, point.bucket_counts
    if counts and len(counts) != len(bounds) + 1:
        raise Rejected("a histogram whose buckets do not fit its bounds")
    yield from _total(point)
    below = 0
    for bound, count in zip(bounds, counts, strict=False):
        below += count
        yield "_bucket", {"le": f"{bound:g}"}, float(below)


def _exponential(point: Any) -> Interpretations:
    yield from _total(point)
    positive = point.positive
    below = point.zero_count + sum(point.negative.bucket_counts)
    tops = [(positive.offset + number + 1) / 2.0**point.scale for number in range(len(positive.bucket_counts))]
    for power in POWERS:
        inside = sum(count for top, count in zip(tops, positive.bucket_counts, strict=True) if top <= power)
        yield "_bucket", {"le": f"{2.0**power:g}"}, float(below + inside)


def _total(point: Any) -> Interpretations:
    yield "_count", {}, float(point.count)
    yield "_bucket", {"le": "+Inf"}, float(point.count)
    if point.HasField("sum"):
        yield "_sum", {}, point.sum


_READERS: dict[str, Any] = {
    "gauge": _number,
    "sum": _number,
    "summary": _summary,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
}
