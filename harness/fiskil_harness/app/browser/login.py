"""The end user's way past a log-in: cookies that are set beforehand, and an address that is opened once."""

from collections.abc import Mapping
from urllib.parse import quote

from fiskil_harness.app.browser import Window
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config.environment import environment
from fiskil_harness.core.config.schema import Login
from fiskil_harness.errors import StepError


def lent(entrance: Login) -> dict[str, str]:
    """The values that the environment holds for it, by the names that its templates use."""
    return {name: environment(variable) or "" for name, variable in entrance.secrets.items()}


def enter(window: Window, entrance: Login, values: Mapping[str, str], *, url: str) -> None:
    """Get *window* past the log-in of the app at *url*; without an entrance there is nothing to do.

    Raises:
        StepError: The address does not open, or lets nobody in; or the browser takes no such cookie.
    """
    known = {**values, **lent(entrance)}
    for name, text in entrance.cookies.items():
        try:
            window.set_cookies({name: fill_text(text, known)}, url=url)
        except StepError:
            # What the browser says of it may hold the value.
            raise StepError(f"The browser takes no cookie like {name!r} of app.login.cookies.") from None
    if entrance.path:
        path = fill_text(entrance.path, {name: quote(value, safe="") for name, value in known.items()})
        problem = window.pass_by(url + path, page="login")
        if problem:
            raise StepError(f"The way in, app.login.path, {problem}.")
