"""Probes of the app's consents: which end users are connected, for how long, and what ends a consent."""
