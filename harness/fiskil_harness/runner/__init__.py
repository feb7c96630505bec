"""Runs scenarios: a driver for one sandbox and one app, a worker that owns the driver, and a session with all workers."""
