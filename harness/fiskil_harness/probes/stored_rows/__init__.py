"""Probes of the rows that the app stores."""
