"""Logs an end user's window or HTTP client in to the app: sets cookies, and opens a login URL once."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fiskil_harness.app.browser import Window
from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config.environment import environment
from fiskil_harness.core.config.schema import Login
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import StepError
from fiskil_harness.journal.queries.page_text import has_password_field


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
    for name, value in _cookies(login, values).items():
        try:
            window.set_cookies({name: value}, url=url)
        except StepError:
            # The browser's error may contain the cookie's value, which is secret.
            raise StepError(f"The browser rejects the cookie {name!r} of app.login.cookies.") from None
    if login.path:
        login_url = _url(login.path, login, values, url=url)
        problem = window.visit(login_url, page="login")
        _refuse_failure(problem, login_url=login_url, last_url=window.url)


def log_in_client(
    client: HttpClient, login: Login, values: Mapping[str, str], *, url: str, allow_hosts: tuple[str, ...] = ()
) -> None:
    """Log *client* in to the app at *url*, as ``log_in`` does with a window.

    Args:
        values: Template values of the app and the end user.
        allow_hosts: Hosts beside this machine to which the login may redirect.

    Raises:
        StepError: The login URL cannot be opened or shows a login page.
    """
    client.set_cookies(_cookies(login, values), url=url)
    if login.path:
        login_url = _url(login.path, login, values, url=url)
        reply = FormBrowser(client, allow_hosts=allow_hosts).open(login_url)
        _refuse_failure(_problem(reply), login_url=login_url, last_url=reply.url)


def _cookies(login: Login, values: Mapping[str, str]) -> dict[str, str]:
    template_values = {**values, **login_secrets(login)}
    return {name: fill_text(text, template_values) for name, text in login.cookies.items()}


def _url(path: str, login: Login, values: Mapping[str, str], *, url: str) -> str:
    template_values = {**values, **login_secrets(login)}
    return url + fill_text(path, {name: quote(value, safe="") for name, value in template_values.items()})


def _problem(reply: HttpReply) -> str:
    """Return why a login that ended with *reply* failed, or ''."""
    if reply.status is None:
        return f"cannot be opened: {reply.problem}"
    if reply.status >= 400:
        return f"returned {reply.status}"
    return "shows a password field" if has_password_field(reply.body) else ""


def _refuse_failure(problem: str, *, login_url: str, last_url: str) -> None:
    """Raise StepError if there is a *problem*; it says whether the login itself or a page after it, *last_url*, has it."""
    if problem:
        requested, shown = urlsplit(login_url), urlsplit(last_url)
        is_elsewhere = shown.scheme.startswith("http") and shown[:3] != requested[:3]
        raise StepError(f"app.login.path {f'leads to another page, which {problem}' if is_elsewhere else problem}.")
