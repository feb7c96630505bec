"""Do tokens, secrets and what tells who somebody is stay out of the addresses that the app calls?"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, unquote_plus, urlencode

import msgspec

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import calls, header, routes_of
from fiskil_harness.journal.queries.secrets import index_of
from fiskil_harness.probes.probe import PlainProbe

NAMING = ("end_users.create", "end_users.update")
LISTING = "end_users.list"
PHONE_DIGITS = 9
LOOKED_UP = "end users are looked up by e-mail address in the query, which access logs keep; list them and compare instead"

Hit = tuple[str, str, str]
"""What stands where, and the call's route."""


class KeepsUrlsClean(PlainProbe, frozen=True, kw_only=True, tag="keeps_urls_clean"):
    """No URL of a call and no User-Agent holds a token, a secret, a part of either, an account number, or whom it is about.

    Addresses of calls stand in the logs of every machine on the way. Whom the app named when it created an end user is whom
    it is searched for, in the URL with the full name too. The API lets end users be looked up by ``?email=``, so that is
    advised against and no more. Ids are fine everywhere.
    """

    expected: ClassVar[str] = "ids alone in paths and queries, the token in Authorization, all else in bodies"
    source: ClassVar[str] = "token.never-logged"
    fix: ClassVar[str] = "send the token in the Authorization header, credentials and people in JSON bodies, and ids in URLs"

    def examine(self, journal: Journal) -> Finding:
        """Search the address and the User-Agent of every call."""
        made = calls(journal)
        if not any(header(call.request_headers, "authorization") or call.route == "token" for call in made):
            return self.inconclusive("the app made no call with a token or for one")
        secrets = index_of(journal)
        people = _people(made)
        hits = sorted({hit for call in made for hit in _hits(call, secrets, people)})
        advice = (LOOKED_UP,) if any(_is_look_up(call, people) for call in made) else ()
        if hits:
            lines = tuple(f"{what} in {place} of {route}" for what, place, route in hits)
            return self.fails(f"{hits[0][0]} stands in {hits[0][1]} of {hits[0][2]}", evidence=lines, advice=advice)
        return self.passes("the addresses of all calls are clean", examined=routes_of(made), advice=advice)


def _hits(call: Exchange, secrets: Index, people: dict[str, set[str]]) -> Iterator[Hit]:
    route = call.route or "an unknown endpoint"
    agent = header(call.request_headers, "user-agent")
    for place, text in (("the path", call.path), ("the query", _searched_query(call)), ("the User-Agent", agent)):
        spellings = {text, unquote(text), unquote_plus(text)}
        for hit in secrets.hits(text.encode()):
            yield f"{'' if hit.is_whole else 'a part of '}the {hit.kind}", place, route
        for kind, values in people.items():
            if place == "the User-Agent" and kind == "name":
                continue  # an app may give its own name to both
            if any(_names(value, kind, spelling) for value in values for spelling in spellings):
                yield f"the end user's {kind}", place, route


def _searched_query(call: Exchange) -> str:
    """The query without the filter that the API has for addresses."""
    if call.route != LISTING:
        return call.query
    return urlencode([(name, value) for name, value in parse_qsl(call.query) if name != "email"])


def _is_look_up(call: Exchange, people: dict[str, set[str]]) -> bool:
    asked = dict(parse_qsl(call.query)).get("email", "").casefold()
    return call.route == LISTING and asked in people["e-mail address"]


def _people(made: list[Exchange]) -> dict[str, set[str]]:
    """What the app said of its end users, by kind; what it says of two of them tells neither."""
    owners: dict[tuple[str, str], set[str]] = {}
    for call in made:
        if call.route in NAMING:
            for kind, value in _told(call.request_body):
                owners.setdefault((kind, value), set()).add(call.end_user_id)
    found: dict[str, set[str]] = {"e-mail address": set(), "name": set(), "phone number": set()}
    for (kind, value), end_users in owners.items():
        if len(end_users - {""}) <= 1:
            found[kind].add(value)
    return found


def _told(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        told: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(told, dict):
        return
    email, name, phone = (value if isinstance(value, str) else "" for value in map(told.get, ("email", "name", "phone")))
    if "@" in email:
        yield "e-mail address", email.casefold()
    if " " in name.strip():
        yield "name", name.strip().casefold()
    digits = re.sub(r"\D", "", phone)
    if len(digits) >= PHONE_DIGITS:
        yield "phone number", digits[-PHONE_DIGITS:]


def _names(value: str, kind: str, text: str) -> bool:
    """Whether *text* names somebody, and not somebody whose address only ends alike."""
    if kind == "phone number":
        # Country code or not, a phone number ends as it ends; other ids with so many digits have more of them behind.
        return re.search(rf"(?<!\d)\+?\d{{0,3}}{value}(?!\d)", text) is not None
    return re.search(rf"(?<![\w.+-]){re.escape(value)}(?!\.?[\w-])", text.casefold()) is not None
