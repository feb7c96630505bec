"""Endpoints for the app's own monitoring: alerts, OTLP exports, and metrics in Prometheus' text format."""

from fiskil_harness.app.monitoring.alerts import Alert, AlertSink
from fiskil_harness.app.monitoring.extra import MISSING, missing_extra
from fiskil_harness.app.monitoring.otlp import Moment, Telemetry

__all__ = ["MISSING", "Alert", "AlertSink", "Moment", "Telemetry", "missing_extra"]
