"""Runs against Fiskil's hosted API instead of the sandbox: read-only, with the scenarios that are possible there."""
