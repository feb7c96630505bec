"""Environment variables: the only module that reads them."""

import os
from collections.abc import Callable, Collection, Mapping


def environment(name: str) -> str | None:
    """Return the value of an environment variable; None if it is unset or empty."""
    return os.environ.get(name) or None


def environment_of_child(added: Mapping[str, str], *, withheld: Collection[str] = ()) -> dict[str, str]:
    """Return the environment for a child process: the variables of this process, except *withheld*, plus *added*."""
    inherited = {name: text for name, text in os.environ.items() if name not in withheld}
    return {**inherited, **added}


def lend(variables: Mapping[str, str]) -> Callable[[], None]:
    """Set environment variables of this process, and return a function that restores the former values."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)

    def restore() -> None:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text

    return restore
