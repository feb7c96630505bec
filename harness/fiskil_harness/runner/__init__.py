"""Plays scenarios: the driver between one sandbox and one app, workers, and the session over all of them."""
