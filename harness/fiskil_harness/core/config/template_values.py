"""Template values: the texts that replace placeholders such as ``{end_user_ref}`` in the config's templates."""

from collections.abc import Mapping

Values = Mapping[str, str]


def of_end_user(*, ref: str, end_user_id: str = "", email: str = "", name: str = "") -> dict[str, str]:
    """Return the template values of one end user.

    Args:
        ref: The app's own id for the end user, chosen by the harness.
        end_user_id: The end user's id at the API; empty if the API has assigned none yet.
    """
    return {"end_user_ref": ref, "end_user_id": end_user_id, "end_user_email": email, "end_user_name": name}
