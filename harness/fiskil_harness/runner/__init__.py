"""Runs scenarios: a driver for one sandbox and one app, a worker around it, and a session over all workers."""
