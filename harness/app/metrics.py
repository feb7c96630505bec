"""The app's metrics as numbers, read from Prometheus' text format."""

from typing import TYPE_CHECKING

from harness.errors import HookError

if TYPE_CHECKING:
    from harness.app.app import AppUnderTest

METRICS = "app.observe.metrics"
NOBODY = {"end_user_ref": "", "end_user_id": ""}


def samples(app: "AppUnderTest") -> dict[str, float]:
    """Every sample by its name and labels, as the app shows it now.

    Raises:
        HookError: It does not answer, or what it answers is not in Prometheus' text format.
    """
    from prometheus_client.parser import text_string_to_metric_families

    reply = app.call(METRICS, NOBODY)
    if reply.status is None:
        raise HookError(f"{METRICS} did not answer: {reply.trouble}.")
    if not 200 <= reply.status < 300:
        raise HookError(f"{METRICS} answered {reply.status}.")
    try:
        found = {
            _key(one.name, one.labels): float(one.value)
            for family in text_string_to_metric_families(reply.body.decode("utf-8"))
            for one in family.samples
        }
    except (ValueError, KeyError, IndexError):
        raise HookError(f"{METRICS} does not answer in Prometheus' text format.") from None
    if not found:
        raise HookError(f"{METRICS} shows no sample.")
    return found


def _key(name: str, labels: dict[str, str]) -> str:
    told = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{told}}}" if told else name
