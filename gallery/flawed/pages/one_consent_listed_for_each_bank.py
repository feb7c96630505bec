"""Lists one consent for each bank, so a second consent at the same bank is hidden until the first one has ended.

List each active consent with its own control.
"""

from reference_app import app, pages

_connections = pages.connections


def connections(ref, state):
    """Render the page with the first active consent of each institution."""
    active = [consent for consent in state["consents"] if consent["status"] == "active"]
    of_bank = {consent.get("institution_id", ""): consent for consent in reversed(active)}
    return _connections(ref, {**state, "consents": list(of_bank.values())})


pages.connections = connections
build = app.build
