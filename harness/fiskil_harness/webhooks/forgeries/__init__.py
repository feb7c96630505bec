"""Deliveries that the sender never made: forged bodies, headers, keys and timestamps."""
