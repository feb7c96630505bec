"""Shows Fiskil's raw error code on its error page.

State in words what happened and what to do next.
"""

from dataclasses import replace

from reference_app import app, failures

_explain = failures.explain


def explain(error_type):
    """Put the error code into the text."""
    explanation = _explain(error_type)
    return replace(explanation, title="Error", what_happened=f"Connecting failed: {error_type}.", what_to_do="")


failures.explain = explain
build = app.build
