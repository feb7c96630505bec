"""Shows people its stack trace when Fiskil fails: the framework's debug mode was left on."""

import traceback
from html import escape

from reference_app import app, failures, layout

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """What a developer would like to see."""
    answer = _respond(doing, error, ref=ref, is_page=is_page)
    if not is_page:
        return answer
    trace = "".join(traceback.format_exception(error))
    return layout.respond(f"<!doctype html><title>Error</title><pre>{escape(trace)}</pre>", status=answer.status_code)


failures.respond = respond
build = app.build
