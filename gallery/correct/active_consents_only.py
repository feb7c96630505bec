"""Lists active consents only, so that an ended consent leaves no trace in the state."""

from reference_app import app, state

_of_end_user = state.of_end_user


def of_end_user(tx, end_user_id):
    """Return the state without ended consents, and without a word about how the connection ended."""
    full = _of_end_user(tx, end_user_id)
    active = [consent for consent in full["consents"] if consent["status"] == "active"]
    without_status = [{name: value for name, value in consent.items() if name != "status"} for consent in active]
    connection = "none" if full["connection"] == "revoked" else full["connection"]
    return {**full, "connection": connection, "consents": without_status}


state.of_end_user = of_end_user
build = app.build
