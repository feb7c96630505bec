"""Are tokens, secrets and personal data absent from the URLs that the app calls?"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, unquote_plus

from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.entries.secrets import SearchedPart
from fiskil_harness.journal.queries.api_calls import calls, fields_of, header, routes_of
from fiskil_harness.journal.queries.secrets import SecretsFound
from fiskil_harness.journal.secret_search import LIST_ROUTE, header_names, query_without_filter
from fiskil_harness.probes.probe import Finding, Probe

CREATING_ROUTES = ("end_users.create", "end_users.update")
PHONE_DIGITS = 9
NAMES = "the headers' names"
LOOKED_UP = "end users are searched by e-mail address in the query, which access logs keep; list and compare them instead"

PLACES: dict[SearchedPart, str] = {
    "path": "the path",
    "query": "the query",
    "user agent": "the User-Agent",
    "header names": NAMES,
}

Hit = tuple[str, str, str]
"""A description of the secret or personal value, the part of the request that contains it, and the call's route."""


class KeepsUrlsClean(Probe, frozen=True, kw_only=True, tag="keeps_urls_clean"):
    """Check that no URL, header name or User-Agent of a call contains a token, a secret, an account number or personal data.

    Servers and proxies write URLs to their logs. Personal data are the e-mail addresses, names and phone numbers with which
    the app created its end users; names are searched for in URLs only. The API supports a search by ``?email=``, so this
    parameter gives advice only. Ids are always allowed.
    """

    is_general = True
    expected = "only ids in paths and queries, the token in Authorization, everything else in bodies"
    source = "token.never-logged"
    fix = "send the token in the Authorization header, credentials and personal data in JSON bodies, and ids in URLs"

    def examine(self, journal: Journal) -> Finding:
        """Search the URL, the User-Agent and the names of the headers of every call."""
        api_calls = calls(journal)
        if not any(header(call.request_headers, "authorization") or call.route == "token" for call in api_calls):
            return self.inconclusive("the app made no call with a token and requested none")
        secrets = SecretsFound(journal)
        personal = _personal_data(api_calls)
        hits = sorted({hit for call in api_calls for hit in _hits(call, secrets, personal)})
        advice = (LOOKED_UP,) if any(_is_look_up(call, personal) for call in api_calls) else ()
        if hits:
            lines = tuple(f"{secret} in {place} of {route}" for secret, place, route in hits)
            return self.fails(f"{hits[0][0]} is in {hits[0][1]} of {hits[0][2]}", evidence=lines, advice=advice)
        return self.passes("the URLs of all calls are clean", examined=routes_of(api_calls), advice=advice)


def _hits(call: Exchange, secrets: SecretsFound, personal: dict[str, set[str]]) -> Iterator[Hit]:
    route = call.route or "an unknown endpoint"
    parts: tuple[tuple[SearchedPart, str], ...] = (
        ("path", call.path),
        ("query", query_without_filter(call)),
        ("user agent", header(call.request_headers, "user-agent")),
        ("header names", header_names(call)),
    )
    for part, text in parts:
        place = PLACES[part]
        spellings = {text, unquote(text), unquote_plus(text)}
        for hit in secrets.of(call, part):
            yield f"{'' if hit.is_whole else 'a part of '}the {hit.kind}", place, route
        for kind, values in personal.items():
            if place in {"the User-Agent", NAMES} and kind == "name":
                continue  # a User-Agent may contain the app's name, which may equal an end user's name
            if any(_contains(value, kind, spelling) for value in values for spelling in spellings):
                yield f"the end user's {kind}", place, route


def _is_look_up(call: Exchange, personal: dict[str, set[str]]) -> bool:
    email = dict(parse_qsl(call.query)).get("email", "").casefold()
    return call.route == LIST_ROUTE and email in personal["e-mail address"]


def _personal_data(api_calls: list[Exchange]) -> dict[str, set[str]]:
    """Return the personal data that the app sent about its end users, by kind.

    Values that several end users share are left out.
    """
    owners: dict[tuple[str, str], set[str]] = {}
    for call in api_calls:
        if call.route in CREATING_ROUTES:
            for kind, value in _personal_values(call.request_body):
                owners.setdefault((kind, value), set()).add(call.end_user_id)
    by_kind: dict[str, set[str]] = {"e-mail address": set(), "name": set(), "phone number": set()}
    for (kind, value), end_users in owners.items():
        if len(end_users - {""}) <= 1:
            by_kind[kind].add(value)
    return by_kind


def _personal_values(body: bytes) -> Iterator[tuple[str, str]]:
    values = map(fields_of(body).get, ("email", "name", "phone"))
    email, name, phone = (value if isinstance(value, str) else "" for value in values)
    if "@" in email:
        yield "e-mail address", email.casefold()
    if " " in name.strip():
        yield "name", name.strip().casefold()
    digits = re.sub(r"\D", "", phone)
    if len(digits) >= PHONE_DIGITS:
        yield "phone number", digits[-PHONE_DIGITS:]


def _contains(value: str, kind: str, text: str) -> bool:
    """Return True if *text* contains *value*, not merely as a part of a longer value."""
    if kind == "phone number":
        # A phone number may have a country code in front of it; a longer number with the same digits is another id.
        return re.search(rf"(?<!\d)\+?\d{{0,3}}{value}(?!\d)", text) is not None
    return re.search(rf"(?<![\w.+-]){re.escape(value)}(?!\.?[\w-])", text.casefold()) is not None
