"""Lets a failure of Fiskil's escape where a person waits, so that the framework answers with words of its own."""

from reference_app import app, failures

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Programs are told; nobody thought of people."""
    answer = _respond(doing, error, ref=ref, is_page=is_page)
    if is_page:
        raise RuntimeError("no page for that")
    return answer


failures.respond = respond
build = app.build
