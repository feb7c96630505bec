"""A small integration in Flask: threads serve the requests, and one more thread processes the webhooks.

``fiskil`` calls the API, each call once. ``store`` holds the data in SQLite. ``worker`` processes messages, and retries
after a growing delay. ``web`` serves browsers, programs and Fiskil.
"""
