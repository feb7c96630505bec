"""Probes of secrets and personal data in outputs, pages and URLs."""
