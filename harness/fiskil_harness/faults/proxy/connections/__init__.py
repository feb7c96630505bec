"""Accepts the connections of clients, and lets connection faults break them."""
