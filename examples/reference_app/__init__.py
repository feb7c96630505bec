"""A small, complete Fiskil integration that follows every practice.

The app does not depend on the harness. Only the routes under ``/_harness/`` exist for tests.
"""
