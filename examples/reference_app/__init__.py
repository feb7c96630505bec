"""A small, complete Fiskil integration: the app that shows how each practice is followed.

It knows nothing of the harness but the questions under ``/_harness/``.
"""
