"""Converts OTLP data points to samples as a Prometheus scraper reads them: a name with labels, and a number.

Values with delta temporality are summed. For every other sample, the latest value counts.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

DELTA, CUMULATIVE = 1, 2
"""Values of the protocol's enum ``AggregationTemporality``."""
UNRECORDED = 1
"""The protocol's flag of a data point without a value, ``NO_RECORDED_VALUE``."""
POWERS = range(-10, 21)
"""Exponents of the powers of two that serve as bucket bounds of exponential histograms, whatever their scale is."""

Labels = tuple[tuple[str, str], ...]


class Rejected(Exception):
    """A data point without a usable value. The text is the reason."""


class Source(Struct, kw_only=True):
    """A process that exports: its number from 1, its number of exports, and the time of its newest data point in ns."""

    number: int
    exports: int = 0
    newest_ns: int = 0


class Points:
    """The samples and processes of all exports so far."""

    def __init__(self) -> None:
        self.samples: dict[str, float] = {}
        self.sources: dict[Labels, Source] = {}
        self.has_deltas = False

    def take(self, message: Any) -> tuple[int, str]:
        """Add the data points of an export; return how many were rejected, and the reason for the first rejection."""
        rejected, reason = 0, ""
        for resource in message.resource_metrics:
            source = self._source(resource.resource.attributes)
            source.exports += 1
            labels = {} if source.number == 1 else {"resource": str(source.number)}
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                for point in _points(metric):
                    try:
                        self._add(metric, point, labels)
                    except Rejected as error:
                        rejected, reason = rejected + 1, reason or str(error)
                    source.newest_ns = max(source.newest_ns, point.time_unix_nano)
        return rejected, reason

    def _source(self, attributes: Any) -> Source:
        """Return the process with these resource attributes; create it if it is new."""
        return self.sources.setdefault(labels_of(attributes), Source(number=len(self.sources) + 1))

    def _add(self, metric: Any, point: Any, labels: dict[str, str]) -> None:
        if point.flags & UNRECORDED:
            return
        if not metric.name:
            raise Rejected("a metric without a name")
        kind = metric.WhichOneof("data")
        point_labels = {**dict(labels_of(point.attributes)), **labels}
        is_delta = _is_delta(metric, kind)
        self.has_deltas |= is_delta
        for suffix, extra_labels, value in _CONVERTERS[kind](point):
            key = sample_key(metric.name + suffix, {**point_labels, **extra_labels})
            if not math.isnan(value):
                self.samples[key] = value + (self.samples.get(key, 0.0) if is_delta else 0.0)


def sample_key(name: str, labels: dict[str, str]) -> str:
    """Return the key of a sample: its name, and its labels sorted by name."""
    text = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{text}}}" if text else name


def labels_of(attributes: Iterable[Any]) -> Labels:
    """Return attributes as pairs of texts, sorted by name."""
    return tuple(sorted((attribute.key, text_of(attribute.value)) for attribute in attributes))


def text_of(value: Any) -> str:
    """Return any OTLP value as text."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return "[" + ",".join(text_of(element) for element in value.array_value.values) + "]"
    if kind == "kvlist_value":
        return "{" + ",".join(f"{pair.key}={text_of(pair.value)}" for pair in value.kvlist_value.values) + "}"
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
        raise Rejected(f"{metric.name} is neither delta nor cumulative")
    return bool(temporality == DELTA)


SampleParts = Iterator[tuple[str, dict[str, str], float]]


def _number(point: Any) -> SampleParts:
    kind = point.WhichOneof("value")
    if kind is None:
        raise Rejected("a point without a value")
    yield "", {}, float(getattr(point, kind))


def _summary(point: Any) -> SampleParts:
    yield "_count", {}, float(point.count)
    yield "_sum", {}, point.sum
    for quantile_value in point.quantile_values:
        yield "", {"quantile": f"{quantile_value.quantile:g}"}, quantile_value.value


def _histogram(point: Any) -> SampleParts:
    bounds, counts = point.explicit_bounds, point.bucket_counts
    if counts and len(counts) != len(bounds) + 1:
        raise Rejected("a histogram whose bucket counts do not match its bounds")
    yield from _total(point)
    below = 0
    for bound, count in zip(bounds, counts, strict=False):
        below += count
        yield "_bucket", {"le": f"{bound:g}"}, float(below)


def _exponential(point: Any) -> SampleParts:
    yield from _total(point)
    positive = point.positive
    below = point.zero_count + sum(point.negative.bucket_counts)
    upper_bounds = [(positive.offset + number + 1) / 2.0**point.scale for number in range(len(positive.bucket_counts))]
    for power in POWERS:
        inside = sum(count for bound, count in zip(upper_bounds, positive.bucket_counts, strict=True) if bound <= power)
        yield "_bucket", {"le": f"{2.0**power:g}"}, float(below + inside)


def _total(point: Any) -> SampleParts:
    yield "_count", {}, float(point.count)
    yield "_bucket", {"le": "+Inf"}, float(point.count)
    if point.HasField("sum"):
        yield "_sum", {}, point.sum


_CONVERTERS: dict[str, Any] = {
    "gauge": _number,
    "sum": _number,
    "summary": _summary,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
}
