"""Parses a metrics response in Prometheus' text format or OpenMetrics into samples by name and labels."""

import math
import re
from collections.abc import Iterable
from typing import Any

from fiskil_harness.app.monitoring.otlp_points import sample_key

PROTOBUF = "application/vnd.google.protobuf"
_EXEMPLAR = re.compile(r"(?m)^([^#\n].*?) # \{.*$")


class NoMetrics(Exception):
    """A metrics response that cannot be parsed. The error's text completes the sentence "the metrics hook ..."."""


def parse_samples(body: bytes, content_type: str) -> dict[str, float]:
    """Return every sample of a response by its name and labels. Samples with the value NaN are left out.

    Raises:
        NoMetrics: The response has another format, or contains no sample.
    """
    if content_type == PROTOBUF:
        raise NoMetrics("returns protobuf, not Prometheus' text format")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoMetrics("returns bytes that are not UTF-8 text") from None
    head = text.lstrip()[:1]
    if head == "<":
        raise NoMetrics("returns HTML or XML, not Prometheus' text format")
    if head in {"{", "["}:
        raise NoMetrics("returns JSON, not Prometheus' text format")
    try:
        samples = _samples(text)
    except (ValueError, KeyError, IndexError):
        raise NoMetrics("does not return Prometheus' text format") from None
    if not samples:
        raise NoMetrics("returns no sample")
    return samples


def _samples(text: str) -> dict[str, float]:
    from prometheus_client.openmetrics import parser as openmetrics
    from prometheus_client.parser import text_string_to_metric_families

    if text.rstrip().endswith("# EOF"):
        try:
            return _numbers(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, IndexError):
            text = _EXEMPLAR.sub(r"\1", text)  # invalid OpenMetrics may still be valid text format
    return _numbers(text_string_to_metric_families(text))


def _numbers(families: Iterable[Any]) -> dict[str, float]:
    samples = (sample for family in families for sample in family.samples)
    return {
        sample_key(sample.name, sample.labels): float(sample.value)
        for sample in samples
        if not math.isnan(float(sample.value))
    }
