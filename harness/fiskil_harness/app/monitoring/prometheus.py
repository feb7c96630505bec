"""What a scraper reads: Prometheus' text format or OpenMetrics, as samples by name and labels."""

import math
import re
from collections.abc import Iterable
from typing import Any

from fiskil_harness.app.monitoring.otlp_points import sample_key

PROTOBUF = "application/vnd.google.protobuf"
_EXEMPLAR = re.compile(r"(?m)^([^#\n].*?) # \{.*$")


class NoMetrics(Exception):
    """What came is in no format that can be read; the text says in which it seems to be."""


def scraped(body: bytes, content_type: str) -> dict[str, float]:
    """Every sample of an answer; those that are no number (an empty summary has such) are left out.

    Raises:
        NoMetrics: It is in another format.
    """
    if content_type == PROTOBUF:
        raise NoMetrics("answers in protobuf, and not in Prometheus' text format")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoMetrics("answers bytes that are no text") from None
    head = text.lstrip()[:1]
    if head == "<":
        raise NoMetrics("answers HTML or XML, and not in Prometheus' text format")
    if head in {"{", "["}:
        raise NoMetrics("answers JSON, and not in Prometheus' text format")
    try:
        found = _samples(text)
    except (ValueError, KeyError, IndexError):
        raise NoMetrics("does not answer in Prometheus' text format") from None
    if not found:
        raise NoMetrics("shows no sample")
    return found


def _samples(text: str) -> dict[str, float]:
    from prometheus_client.openmetrics import parser as openmetrics
    from prometheus_client.parser import text_string_to_metric_families

    if text.rstrip().endswith("# EOF"):
        try:
            return _numbers(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, IndexError):
            text = _EXEMPLAR.sub(r"\1", text)  # what is nearly OpenMetrics can be read as text
    return _numbers(text_string_to_metric_families(text))


def _numbers(families: Iterable[Any]) -> dict[str, float]:
    samples = (sample for family in families for sample in family.samples)
    return {
        sample_key(sample.name, sample.labels): float(sample.value)
        for sample in samples
        if not math.isnan(float(sample.value))
    }
