"""The values that templates may use."""

from collections.abc import Mapping

Values = Mapping[str, str]


def of_end_user(*, ref: str, end_user_id: str = "", email: str = "", name: str = "") -> dict[str, str]:
    """The values of one end user: the app's own name for them (*ref*, chosen by us) and what the API knows."""
    return {"end_user_ref": ref, "end_user_id": end_user_id, "end_user_email": email, "end_user_name": name}
