"""Probes of the webhook receiver, judged by the effects of its deliveries."""
