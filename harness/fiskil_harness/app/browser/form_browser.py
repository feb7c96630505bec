"""A browser without JavaScript for the consent page: reads forms, fills them in and keeps cookies.

It completes the hosted consent page as an end user does, and follows the redirect back to the app. It sends requests only to
this machine and to hosts that are allowed by name. Pages that need JavaScript are opened in Chromium instead.
"""

import ipaddress
from collections.abc import Mapping
from functools import partial
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from fiskil_harness.core.net.http_client import HttpClient, HttpReply, without_rate_limit
from fiskil_harness.errors import StepError

LONGEST_CHAIN = 8
FISKIL_CAP_S = 60.0
"""The time for a response of the local Fiskil, in real seconds; the app's deadline does not apply to it."""


class Form(Struct, frozen=True, kw_only=True):
    """An HTML form.

    Attributes:
        action: The URL that the form is submitted to, as it is in the HTML.
        fields: The names and values that a browser submits if the end user changes nothing.
        choices: The offered values of each radio or checkbox field, by the field's name.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    choices: dict[str, tuple[str, ...]]


class FormBrowser:
    """The browser of one end user. It shows one page at a time."""

    def __init__(
        self,
        browser: HttpClient,
        *,
        allow_hosts: tuple[str, ...] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
        fiskil_url: str = "",
    ) -> None:
        """Open no page yet.

        Args:
            browser: The client that sends the requests; its time limit applies to the app's responses.
            allow_hosts: Hosts beside this machine to which requests may go.
            headers: Headers of each request.
            fiskil_url: The URL of the local Fiskil, whose pages have a time limit of their own.
        """
        self._browser = browser
        self._fiskil_url = fiskil_url
        self._headers = dict(headers)
        self._allow_hosts = allow_hosts
        self.page: HttpReply = HttpReply()
        self.redirects: list[str] = []
        self._redirecting: list[HttpReply] = []

    def open(self, url: str) -> HttpReply:
        """Go to *url* and follow at most eight redirects."""
        return self._follow(self._request("GET", url))

    def submit(self, act: str, **values: Any) -> HttpReply:
        """Submit the form whose hidden ``act`` field is *act*, with *values* in its fields.

        Raises:
            StepError: The page has no such form, or the form is submitted to another host.
        """
        for form in forms(self.page):
            fields = dict(form.fields)
            if fields.get("act") == act:
                unchanged = [(name, value) for name, value in form.fields if name not in values]
                filled_in = [(name, text) for name, value in values.items() for text in _texts(value)]
                target = urljoin(self.page.url, form.action)
                if not self._may_go_to(target):
                    raise StepError(f"The page's form for {act!r} leads to another host.")
                return self._follow(self._post(target, [*unchanged, *filled_in]))
        raise StepError(f"The consent page has no form for {act!r} (it returned {self.page.status or self.page.problem}).")

    def page_at(self, origin: str) -> HttpReply:
        """Return the last page or, if the last redirect was to another origin, the response from *origin* that redirected.

        *origin* is a URL whose scheme, host and port count. All names of this machine count as the same host.
        """
        if not self.redirects or is_same_origin(self.redirects[-1], origin):
            return self.page
        own = [reply for reply in self._redirecting if is_same_origin(reply.url, origin)]
        return own[-1] if own else self._redirecting[0]

    def choices(self, field: str) -> tuple[str, ...]:
        """Return every value that the page offers for *field*."""
        return tuple(value for form in forms(self.page) for value in form.choices.get(field, ()))

    def text_of(self, attribute: str) -> str:
        """Return the text of the first element that has *attribute*."""
        return _PageParser(self.page, attribute).text.strip()

    def value_of(self, attribute: str) -> str:
        """Return the value of *attribute* at the first element that has it, or ''."""
        return _PageParser(self.page, attribute).value

    def _post(self, url: str, fields: list[tuple[str, str]]) -> HttpReply:
        sent: dict[str, list[str]] = {}
        for name, value in fields:
            sent.setdefault(name, []).append(value)
        return self._request("POST", url, form=sent)

    def _request(self, method: str, url: str, *, form: dict[str, Any] | None = None) -> HttpReply:
        is_fiskil = bool(self._fiskil_url) and is_same_origin(url, self._fiskil_url)
        timeout_s = FISKIL_CAP_S if is_fiskil else None
        return self._browser.request(method, url, form=form, headers=self._headers, timeout_s=timeout_s)

    def _follow(self, reply: HttpReply) -> HttpReply:
        self.redirects, self._redirecting = [], []
        for _ in range(LONGEST_CHAIN):
            location = reply.headers.get("location")
            if reply.status is None or not 300 <= reply.status < 400 or not location:
                break
            url = urljoin(reply.url, location)
            self.redirects.append(url)
            self._redirecting.append(reply)
            if not self._may_go_to(url):
                break
            reply = without_rate_limit(partial(self._request, "GET", url))
        self.page = reply
        return reply

    def _may_go_to(self, url: str) -> bool:
        """Return true if *url* is an HTTP(S) URL on this machine or on an allowed host."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            return False
        host = parts.hostname or ""
        return host in self._allow_hosts or is_loopback(host)


def forms(page: HttpReply) -> list[Form]:
    """Return every form of an HTML page."""
    return _PageParser(page).forms


def is_same_origin(left: str, right: str) -> bool:
    """Return true if two URLs share scheme, host and port. All names of this machine count as the same host."""
    return _origin(left) == _origin(right)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, "" if is_loopback(host) else host, port or (443 if parts.scheme == "https" else 80)


def is_loopback(host: str) -> bool:
    """Return true if *host* is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _PageParser(HTMLParser):
    """Reads the forms of *page*, and the text and value of the first element that has *attribute*."""

    def __init__(self, page: HttpReply, attribute: str = "") -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text = ""
        self.value = ""
        self._attribute = attribute
        self._depth_tag = ""
        self._action: str | None = None
        self._fields: list[tuple[str, str]] = []
        self._choices: dict[str, tuple[str, ...]] = {}
        self.feed(page.body.decode("utf-8", "replace"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self._attribute and self._attribute in attributes and not self.text:
            self._depth_tag = tag
            self.value = self.value or attributes[self._attribute] or ""
        if tag == "form":
            self._action, self._fields, self._choices = attributes.get("action") or "", [], {}
        elif tag == "input" and self._action is not None and attributes.get("name") and "disabled" not in attributes:
            self._input(attributes)

    def _input(self, attributes: dict[str, str | None]) -> None:
        name, value = attributes["name"] or "", attributes.get("value") or ""
        kind = (attributes.get("type") or "text").lower()
        if kind in {"radio", "checkbox"}:
            self._choices[name] = (*self._choices.get(name, ()), value)
            if "checked" in attributes:
                self._fields.append((name, value))
        elif kind not in {"submit", "button", "image", "file"}:
            self._fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._depth_tag:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._depth_tag:
            self._depth_tag = ""
        if tag == "form" and self._action is not None:
            self.forms.append(Form(action=self._action, fields=tuple(self._fields), choices=self._choices))
            self._action = None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)
