"""Notes about scenarios, as tests expect them."""


def busy_note(scenario: str, *, pending: int) -> str:
    """Return the note about an app that reports *pending* messages at the end of *scenario*."""
    return (
        f"The app does not become idle: after {scenario} `pending` of app.observe.effects stayed {pending}. Return 0 when "
        "the work for the end user is done. If the work takes longer, raise app.limits.fresh_s: waits last as long as it "
        "says."
    )
