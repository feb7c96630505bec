"""Queries over a finished journal, shared by probes."""
