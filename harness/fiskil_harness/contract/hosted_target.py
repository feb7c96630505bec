"""A hosted API as the target of contract tests: read-only, with a key pair that reaches only sandbox institutions."""

from collections.abc import Callable

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.client import Api, rows
from fiskil_harness.contract.example_ids import example_ids
from fiskil_harness.contract.production_guard import refuse_production
from fiskil_harness.contract.schemathesis_run import Target
from fiskil_harness.errors import ConfigError

HOSTED = "https://api.fiskil.com"
CLIENT_ID, CLIENT_SECRET = "FISKIL_CONTRACT_CLIENT_ID", "FISKIL_CONTRACT_CLIENT_SECRET"
END_USER_ID = "FISKIL_CONTRACT_END_USER_ID"


def open_target(api: Api, environment: Callable[[str], str | None]) -> tuple[CheckContext, Target]:
    """Log in with the key pair from *environment*; return the context for clause checks and the target for Schemathesis.

    Args:
        environment: Returns the value of an environment variable, or None if the variable is not set.

    Raises:
        ConfigError: The environment variables contain no key pair.
        HookError: The API rejects the key pair or does not respond.
        UnsafeTarget: The key pair reaches real institutions, as a production pair does.
    """
    client_id, client_secret = environment(CLIENT_ID), environment(CLIENT_SECRET)
    if not client_id or not client_secret:
        raise ConfigError(f"{CLIENT_ID} and {CLIENT_SECRET} are not both set. Set them to a key pair of a sandbox team.")
    first = api.log_in(client_id, client_secret)
    refuse_production(api, client_id)
    ids = {**example_ids(api, environment(END_USER_ID) or _first_end_user(api)), "client_id": client_id}
    context = CheckContext(api=api, first=first, client_id=client_id, ids=ids)
    return context, Target(base_url=api.base_url, token=api.token, ids=ids, is_read_only=True)


def _first_end_user(api: Api) -> str:
    """Return the id of an end user with an active consent; "" if there is none."""
    for row in rows(api.get("/v1/end-users"), "end_users")[:20]:
        end_user_id = str(row.get("id", ""))
        if rows(api.get("/v1/consent", {"end_user_id": end_user_id, "active": "true"}), "consents"):
            return end_user_id
    return ""
