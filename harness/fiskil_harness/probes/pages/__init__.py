"""Probes of the pages that the app shows to end users."""
