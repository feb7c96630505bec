"""A small integration in Flask: requests are answered by threads, and one more thread does the work behind webhooks.

``fiskil`` calls the API, each call once. ``store`` keeps what is needed in SQLite. ``worker`` does what a message asks for,
and again after a growing pause where it failed. ``web`` answers browsers, programs and Fiskil.
"""
