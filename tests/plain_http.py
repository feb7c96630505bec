"""Lets tests make HTTP clients that are quick to make and never use a connection that the server is about to close."""

import ssl
from typing import Any

import httpx

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate. A client needs more time to load the usual authorities than for a request on loopback."""
LIMITS = httpx.Limits(keepalive_expiry=1.0)
"""Connections are given up long before a server closes them, which takes some servers only 5 s without a request."""


def plain_client(**options: Any) -> httpx.Client:
    """Return a client of plain HTTP on loopback; *options* are those of ``httpx.Client``."""
    usual: dict[str, Any] = {"timeout": 30, "trust_env": False, "verify": NO_AUTHORITIES, "limits": LIMITS}
    return httpx.Client(**usual | options)
