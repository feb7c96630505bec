"""Accepts connections and breaks them: refused, dropped, reset, discarded, stale, or failed in the TLS handshake."""
