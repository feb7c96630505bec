"""The end user's browser, without a browser: reads the forms of a page and fills them in, with a cookie jar.

It walks the hosted consent page as a person would and lands in the app; it never leaves this machine, unless a host is
allowed by name. Chromium is for pages that need JavaScript.
"""

import ipaddress
from collections.abc import Mapping
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from msgspec import Struct

from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import StepError

LONGEST_CHAIN = 8


class Form(Struct, frozen=True, kw_only=True):
    """A form: where it goes, and every field with the values that a browser would send untouched."""

    action: str
    fields: tuple[tuple[str, str], ...]
    choices: dict[str, tuple[str, ...]]


class FormBrowser:
    """One end user at one page."""

    def __init__(
        self, browser: HttpClient, *, allow_hosts: tuple[str, ...] = (), headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._browser = browser
        self._headers = dict(headers)
        self._allow_hosts = allow_hosts
        self.page: HttpReply = HttpReply()
        self.redirects: list[str] = []
        self._ways: list[HttpReply] = []

    def open(self, url: str) -> HttpReply:
        """Go to *url* and follow redirects, at most eight."""
        return self._follow(self._browser.request("GET", url, headers=self._headers))

    def submit(self, act: str, **answers: Any) -> HttpReply:
        """Send the form whose hidden ``act`` field reads *act*, with *answers* in its fields.

        Raises:
            StepError: The page has no such form, or one that leads to another machine.
        """
        for form in forms(self.page):
            fields = dict(form.fields)
            if fields.get("act") == act:
                unset = [(name, value) for name, value in form.fields if name not in answers]
                given = [(name, text) for name, value in answers.items() for text in _many(value)]
                target = urljoin(self.page.url, form.action)
                if not self._may_go_to(target):
                    raise StepError(f"The page's form for {act!r} leads to another machine.")
                return self._follow(self._post(target, [*unset, *given]))
        raise StepError(f"The consent page has no form for {act!r} (it answered {self.page.status}).")

    def page_at(self, origin: str) -> HttpReply:
        """The page where the last redirects ended, if that is at *origin*; else the answer that led elsewhere.

        An origin is scheme, host and port; the names of this machine are one host.
        """
        if not self.redirects or is_same_origin(self.redirects[-1], origin):
            return self.page
        own = [way for way in self._ways if is_same_origin(way.url, origin)]
        return own[-1] if own else self._ways[0]

    def choices(self, field: str) -> tuple[str, ...]:
        """Every value that the page offers for *field*."""
        return tuple(value for form in forms(self.page) for value in form.choices.get(field, ()))

    def text_of(self, attribute: str) -> str:
        """The text of the first element that carries *attribute*."""
        reader = _Reader(attribute)
        reader.feed(self.page.body.decode("utf-8", "replace"))
        return reader.found.strip()

    def value_of(self, attribute: str) -> str:
        """The value of *attribute* at the first element that carries it; empty where none does."""
        reader = _Reader(attribute)
        reader.feed(self.page.body.decode("utf-8", "replace"))
        return reader.value

    def _post(self, url: str, fields: list[tuple[str, str]]) -> HttpReply:
        sent: dict[str, list[str]] = {}
        for name, value in fields:
            sent.setdefault(name, []).append(value)
        return self._browser.request("POST", url, form=sent, headers=self._headers)

    def _follow(self, reply: HttpReply) -> HttpReply:
        self.redirects, self._ways = [], []
        for _ in range(LONGEST_CHAIN):
            location = reply.headers.get("location")
            if reply.status is None or not 300 <= reply.status < 400 or not location:
                break
            url = urljoin(reply.url, location)
            self.redirects.append(url)
            self._ways.append(reply)
            if not self._may_go_to(url):
                break
            reply = self._browser.request("GET", url, headers=self._headers)
        self.page = reply
        return reply

    def _may_go_to(self, url: str) -> bool:
        """Whether *url* is a page of this machine; an app's own scheme and the internet are not ours to visit."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            return False
        host = parts.hostname or ""
        return host in self._allow_hosts or is_loopback(host)


def forms(page: HttpReply) -> list[Form]:
    """Every form of an HTML page."""
    reader = _Reader("")
    reader.feed(page.body.decode("utf-8", "replace"))
    return reader.forms


def with_query(url: str, **parameters: str) -> str:
    """*url* with more query parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def is_same_origin(left: str, right: str) -> bool:
    """Whether two addresses share scheme, host and port; the names of this machine are one host."""
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
    """Whether *host* is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Reader(HTMLParser):
    def __init__(self, attribute: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.found = ""
        self.value = ""
        self._attribute = attribute
        self._depth_tag = ""
        self._action: str | None = None
        self._fields: list[tuple[str, str]] = []
        self._choices: dict[str, tuple[str, ...]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        if self._attribute and self._attribute in have and not self.found:
            self._depth_tag = tag
            self.value = self.value or have[self._attribute] or ""
        if tag == "form":
            self._action, self._fields, self._choices = have.get("action") or "", [], {}
        elif tag == "input" and self._action is not None and have.get("name") and "disabled" not in have:
            self._input(have)

    def _input(self, have: dict[str, str | None]) -> None:
        name, value = have["name"] or "", have.get("value") or ""
        kind = (have.get("type") or "text").lower()
        if kind in {"radio", "checkbox"}:
            self._choices[name] = (*self._choices.get(name, ()), value)
            if "checked" in have:
                self._fields.append((name, value))
        elif kind not in {"submit", "button", "image", "file"}:
            self._fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._depth_tag:
            self.found += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._depth_tag:
            self._depth_tag = ""
        if tag == "form" and self._action is not None:
            self.forms.append(Form(action=self._action, fields=tuple(self._fields), choices=self._choices))
            self._action = None


def _many(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)
