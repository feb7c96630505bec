"""Probes of the app as a client of the API: retries, deadlines, tokens, pagination, scopes."""
