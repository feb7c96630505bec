"""The values that templates may use."""

from collections.abc import Mapping

Values = Mapping[str, str]


def of_end_user(*, ref: str, end_user_id: str = "", email: str = "", name: str = "") -> dict[str, str]:
    """Return the template values of one end user.

    Args:
        ref: The app's own id for the end user, chosen by the harness.
        end_user_id: The id at the API; empty if there is none yet.
    """
    return {"end_user_ref": ref, "end_user_id": end_user_id, "end_user_email": email, "end_user_name": name}
