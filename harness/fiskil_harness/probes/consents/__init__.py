"""Probes of consents in the app: connected end users, duration of consents, reduced and revoked consents."""
