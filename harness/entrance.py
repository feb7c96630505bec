"""The end user's way past a log-in: cookies that are set beforehand, and an address that is opened once."""

from collections.abc import Mapping
from urllib.parse import quote

from harness.app.templates import fill_text
from harness.browser import Window
from harness.errors import StepError
from harness.settings.schema import Entrance
from harness.settings.variables import environment


def lent(entrance: Entrance) -> dict[str, str]:
    """The values that the environment holds for it, by the names that its templates use."""
    return {name: environment(variable) or "" for name, variable in entrance.secrets.items()}


def enter(window: Window, entrance: Entrance, values: Mapping[str, str], *, url: str) -> None:
    """Get *window* past the log-in of the app at *url*; without an entrance there is nothing to do.

    Raises:
        StepError: The address does not open.
    """
    known = {**values, **lent(entrance)}
    if entrance.cookies:
        window.set_cookies({name: fill_text(text, known) for name, text in entrance.cookies.items()}, url=url)
    if entrance.path:
        path = fill_text(entrance.path, {name: quote(value, safe="") for name, value in known.items()})
        lack = window.open(url + path, page="entrance")
        if lack:
            raise StepError(f"The way in, app.entrance.path, does not open: {lack}.")
