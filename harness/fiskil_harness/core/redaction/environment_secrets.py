"""The secrets that the config names in the environment of this process."""

from collections.abc import Iterator

from fiskil_harness.core.config import Settings, environment


def environment_secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the kind and the value of the webhook secret and of the client secret, as far as their variables are set."""
    variables = {"webhook_secret": settings.sandbox.webhook_secret_env, "client_secret": settings.hosted.client_secret_env}
    for kind, variable in variables.items():
        secret = environment(variable) if variable else None
        if secret is not None:
            yield kind, secret
