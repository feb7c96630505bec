"""Probes of the app's consents: who is connected, for how long, and what ends it."""
