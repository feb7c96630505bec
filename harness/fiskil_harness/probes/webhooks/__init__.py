"""Probes of the webhook receiver, judged by its effects."""
