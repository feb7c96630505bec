"""Logs the end user's browser in to the app: sets cookies, and opens a login URL once."""

from collections.abc import Mapping
from urllib.parse import quote

from fiskil_harness.app.browser import Window
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config.environment import environment
from fiskil_harness.core.config.schema import Login
from fiskil_harness.errors import StepError


def login_secrets(login: Login) -> dict[str, str]:
    """Return the login's secrets from environment variables, by the names that the templates in ``app.login`` use."""
    return {name: environment(variable) or "" for name, variable in login.secrets.items()}


def log_in(window: Window, login: Login, values: Mapping[str, str], *, url: str) -> None:
    """Log *window* in to the app at *url*; do nothing if the config has no login.

    Args:
        values: Template values of the app and the end user.

    Raises:
        StepError: The login URL cannot be opened or shows a login page, or the browser rejects a cookie.
    """
    template_values = {**values, **login_secrets(login)}
    for name, text in login.cookies.items():
        try:
            window.set_cookies({name: fill_text(text, template_values)}, url=url)
        except StepError:
            # The browser's error may contain the cookie's value, which is secret.
            raise StepError(f"The browser rejects the cookie {name!r} of app.login.cookies.") from None
    if login.path:
        path = fill_text(login.path, {name: quote(value, safe="") for name, value in template_values.items()})
        problem = window.visit(url + path, page="login")
        if problem:
            raise StepError(f"app.login.path {problem}.")
