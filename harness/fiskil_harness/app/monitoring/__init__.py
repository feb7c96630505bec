"""Where an app's own monitoring arrives: alerts, what it exports by OTLP, and metrics in the text that scrapers read."""

from fiskil_harness.app.monitoring.alerts import Alert, AlertSink
from fiskil_harness.app.monitoring.otlp import Moment, Telemetry

__all__ = ["Alert", "AlertSink", "Moment", "Telemetry"]
