"""Exports only failed deliveries over OTLP, so missing deliveries do not show.

Count every delivery by its outcome.
"""

from correct import otlp_exporter

_a_sum = otlp_exporter.a_sum
GOOD = ("accepted", "applied", "duplicate")


def a_sum(name, temporality, points):
    """Keep only the points that count failures."""
    failures = [data_point for data_point in points if data_point["attributes"][0]["value"]["stringValue"] not in GOOD]
    return _a_sum(name, temporality, failures)


otlp_exporter.a_sum = a_sum
build = otlp_exporter.build
