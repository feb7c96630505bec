"""Lets tests make HTTP clients quickly."""

import ssl

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. To load the usual certificate authorities takes a client longer than a request on loopback."""
