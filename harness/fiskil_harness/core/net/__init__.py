"""Networking: the server, certificates, the HTTP client and curl commands."""
