"""Shows the code of an error type that has no text of its own.

Have a general text for unknown types, and write the code to the log.
"""

from dataclasses import replace

from reference_app import app, failures

_explain = failures.explain


def explain(error_type):
    """Use the code as the text if the type is unknown."""
    if error_type in failures._EXPLANATIONS:
        return _explain(error_type)
    return replace(failures._UNKNOWN, title=error_type, what_happened=error_type, what_to_do="")


failures.explain = explain
build = app.build
