"""Probes of the pages that an end user sees."""
