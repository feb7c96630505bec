"""Exports by OTLP how many deliveries failed, and not how many came: silence looks like a good day.

Count every delivery by its outcome.
"""

from correct import otlp_exporter

_a_sum = otlp_exporter.a_sum
GOOD = ("accepted", "applied", "duplicate")


def a_sum(name, temporality, points):
    """Of webhooks, what went wrong."""
    kept = [one for one in points if one["attributes"][0]["value"]["stringValue"] not in GOOD]
    return _a_sum(name, temporality, kept)


otlp_exporter.a_sum = a_sum
build = otlp_exporter.build
