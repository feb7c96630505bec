"""Has one text for whatever goes wrong: who may share nothing is asked to try again, and again."""

from dataclasses import replace

from reference_app import app, failures

_explain = failures.explain


def explain(error_type):
    """The words for what nobody has heard of."""
    return replace(_explain(""), status=_explain(error_type).status)


failures.explain = explain
build = app.build
