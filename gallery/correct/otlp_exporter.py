"""Exports metrics and logs over OTLP in JSON every 0.3 seconds, instead of serving them.

Calls are exported as deltas, their durations as a histogram without a sum, and deliveries as cumulative sums.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections import Counter

import httpx
from reference_app import app, metrics

EVERY_S = 0.3
URL = os.environ.get("OTLP_URL", "")
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5)
DELTA, CUMULATIVE = 1, 2

_lifespan = app._lifespan
_count_call = metrics.Metrics.count_call
_calls = Counter()
_durations = Counter()
_records = []


class BufferingHandler(logging.Handler):
    """A log handler that buffers records until they are exported."""

    def emit(self, record):
        body = {"stringValue": record.getMessage()}
        _records.append({"timeUnixNano": nanos(), "severityText": record.levelname, "body": body})


def count_call(self, endpoint, status, took_s):
    """Count the call and its duration for the next export."""
    _count_call(self, endpoint, status, took_s)
    _calls[endpoint, status] += 1
    _durations[sum(took_s > bound for bound in BOUNDS)] += 1


@contextlib.asynccontextmanager
async def lifespan(starlette):
    """Run the app and a task that exports."""
    logging.getLogger("reference_app").addHandler(BufferingHandler())
    async with _lifespan(starlette):
        exporting = asyncio.create_task(export())
        yield
        exporting.cancel()


async def export():
    """Export without end; drop what cannot be sent."""
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
        while True:
            await asyncio.sleep(EVERY_S)
            with contextlib.suppress(httpx.HTTPError):
                await http.post(f"{URL}/v1/metrics", json=exported())
                records, _records[:] = list(_records), []
                if records:
                    scope = {"scope": {"name": "reference_app"}, "logRecords": records}
                    await http.post(f"{URL}/v1/logs", json={"resourceLogs": [{"scopeLogs": [scope]}]})


def exported():
    """Return all metrics as one OTLP request."""
    calls = [point(n, endpoint=endpoint, status=status) for (endpoint, status), n in _calls.items()]
    _calls.clear()
    counts = [_durations[number] for number in range(len(BOUNDS) + 1)]
    durations = {"timeUnixNano": nanos(), "count": str(sum(counts)), "bucketCounts": [str(n) for n in counts]}
    counted = metrics.METRICS
    series = [
        a_sum("fiskil.api.requests", DELTA, calls),
        {
            "name": "fiskil.api.duration",
            "unit": "s",
            "histogram": {"aggregationTemporality": CUMULATIVE, "dataPoints": [{**durations, "explicitBounds": BOUNDS}]},
        },
        a_sum("webhook.deliveries", CUMULATIVE, [point(n, outcome=outcome) for outcome, n in counted.deliveries.items()]),
        a_sum("webhook.messages", CUMULATIVE, [point(n, outcome=outcome) for outcome, n in counted.messages.items()]),
    ]
    resource = {"attributes": attributes({"service.name": "reference_app"})}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": series}]}]}


def a_sum(name, temporality, points):
    return {"name": name, "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": points}}


def point(value, **labels):
    return {"asInt": str(value), "timeUnixNano": nanos(), "attributes": attributes(labels)}


def attributes(labels):
    return [{"key": name, "value": {"stringValue": value}} for name, value in labels.items()]


def nanos():
    return str(time.time_ns())


metrics.Metrics.count_call = count_call
app._lifespan = lifespan
build = app.build
