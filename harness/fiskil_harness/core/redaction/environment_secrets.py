"""The credentials of the team's hosted account in the environment of this process.

They are removed from every text, and a local run withholds them from the app, whose credentials are those of the sandbox.
"""

from collections.abc import Iterator

from fiskil_harness.core.config import Settings, environment

USUAL = {
    "FISKIL_CLIENT_ID": "client_id",
    "FISKIL_CLIENT_SECRET": "client_secret",
    "FISKIL_WEBHOOK_SECRET": "webhook_secret",
}
"""The usual variables for credentials, and their kinds; a config may name others."""


def usual_secrets() -> Iterator[tuple[str, str]]:
    """Yield the kind and the value of each usual variable that is set."""
    return _values(USUAL)


def environment_secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the kind and the value of each variable with credentials that is set, the usual ones and those of the config."""
    return _values(_variables(settings))


def hosted_variables(settings: Settings) -> frozenset[str]:
    """Return the variables with credentials that an app of a local run does not need."""
    return frozenset(_variables(settings)) - {settings.sandbox.webhook_secret_env}


def _variables(settings: Settings) -> dict[str, str]:
    named = {
        settings.hosted.client_id_env: "client_id",
        settings.hosted.client_secret_env: "client_secret",
        settings.sandbox.webhook_secret_env or "": "webhook_secret",
    }
    return {name: kind for name, kind in {**USUAL, **named}.items() if name}


def _values(variables: dict[str, str]) -> Iterator[tuple[str, str]]:
    for variable, kind in variables.items():
        secret = environment(variable)
        if secret is not None:
            yield kind, secret
