"""Probes of logs, metrics and alerts."""
