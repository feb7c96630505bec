"""Shows people the error type that Fiskil names, as if they knew what it means."""

from dataclasses import replace

from reference_app import app, failures

_explain = failures.explain


def explain(error_type):
    """The machine's word for it."""
    known = _explain(error_type)
    return replace(known, title="Error", what_happened=f"Connecting failed: {error_type}.", what_to_do="")


failures.explain = explain
build = app.build
