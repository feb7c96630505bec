"""Accepts and breaks connections: refused, unanswered, reset, or closed during the TLS handshake."""
