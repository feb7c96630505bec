"""Searches a finished journal for secrets, and records the result as entries, so that no probe needs a secret.

The search runs once for each journal, before the probes, because the values of the secrets are known only then: a journal
that is saved contains no secrets.
"""

import base64
import binascii
import hashlib
import hmac
import zlib
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, unquote_plus, urlencode

from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import (
    Canaries,
    Delivery,
    Effects,
    Entry,
    Exchange,
    Fetched,
    FileWritten,
    HookCall,
    Journal,
    KeyInUse,
    KeyPresented,
    Output,
    PageView,
    Reported,
    SecretFound,
    SecretsSearched,
    Stored,
    Visit,
)
from fiskil_harness.journal.entries.secrets import SearchedPart
from fiskil_harness.journal.queries.api_calls import calls, fields_of, header
from fiskil_harness.journal.queries.secrets import (
    ACCESS_TOKEN,
    CREDENTIALS,
    EXPECTED_SIGNATURE,
    STORING_HEADERS,
    WEBHOOK_SECRET,
    WHOLE,
)

LIST_ROUTE = "end_users.list"
LARGEST = 1_000_000
"""Maximum number of bytes of a text that is also searched after decoding and decompression."""

Hits = Collection[tuple[str, str, bool]]
"""The kind of each secret that was found, its description, and whether it is whole."""


class _Text(NamedTuple):
    """A text to search: its part of the entry, and the kinds of secrets that matter there (all, if there are none)."""

    part: SearchedPart
    text: bytes
    kinds: tuple[str, ...] = ()
    header: int = 0
    is_of_browser: bool = False


def search_secrets(journal: Journal) -> Journal:
    """Search every text of the app in *journal* for the secrets of its ``Canaries``, and return *journal*.

    The hits are recorded as ``SecretFound``, in the order of the entries; those of an earlier search are removed.
    """
    for kind in (SecretsSearched, SecretFound, KeyPresented):
        journal.discard(kind)
    found = [*_found(journal), *_keys_presented(journal)]
    for entry in (SecretsSearched(), *found):
        journal.write(entry)
    return journal


def index_of(journal: Journal, kinds: Collection[str] = ()) -> Index:
    """Return an index of the secret values of *kinds* (default: all kinds). The next call with these kinds changes it."""
    secrets = frozenset(
        (kind, value)
        for canaries in journal.all(Canaries)
        for kind, values in canaries.values.items()
        if not kinds or kind in kinds
        for value in values
    )
    return _growing(tuple(kinds)).index_of(secrets)


class _GrowingIndex:
    """The latest index. Most secrets stay the same from scenario to scenario, and a new index of all of them takes long."""

    def __init__(self) -> None:
        self._index = Index()
        self._secrets: frozenset[tuple[str, str]] = frozenset()

    def index_of(self, secrets: frozenset[tuple[str, str]]) -> Index:
        """Return an index of exactly *secrets*."""
        if not self._secrets <= secrets:
            self._index, self._secrets = Index(), frozenset()
        for kind, value in sorted(secrets - self._secrets):
            self._index.add(kind, value, has_parts=kind not in WHOLE)
        self._secrets = secrets
        return self._index


_INDEXES: dict[tuple[str, ...], _GrowingIndex] = {}


def _growing(kinds: tuple[str, ...]) -> _GrowingIndex:
    return _INDEXES.setdefault(kinds, _GrowingIndex())


def _found(journal: Journal) -> Iterator[SecretFound]:
    keys = list(_signing_keys(journal))
    indexes: dict[tuple[str, ...], Index] = {}
    known: dict[tuple[bytes, tuple[str, ...], bool], Hits] = {}
    for entry_class, texts_of in _TEXTS.items():
        for number, entry in enumerate(journal.all(entry_class)):
            for text in texts_of(entry):
                if text.kinds not in indexes:
                    indexes[text.kinds] = index_of(journal, text.kinds)
                # An app that repeats a request repeats its texts.
                key = text.text, text.kinds, text.is_of_browser
                if key not in known:
                    known[key] = _hits(text, indexes[text.kinds])
                for kind, description, is_whole in known[key]:
                    yield SecretFound(
                        entry=entry_class.__name__,
                        number=number,
                        part=text.part,
                        kind=kind,
                        description=description,
                        is_whole=is_whole,
                        header=text.header,
                    )
            if isinstance(entry, Delivery) and _has_valid_signature(entry, keys):
                yield SecretFound(
                    entry=entry_class.__name__,
                    number=number,
                    part="signature",
                    kind=EXPECTED_SIGNATURE,
                    description=f"the {EXPECTED_SIGNATURE}",
                )


def _hits(text: _Text, index: Index) -> Hits:
    if not text.text:
        return ()
    if text.is_of_browser:
        return _hits_in_browser(text.text, index)
    return dict.fromkeys((hit.kind, hit.text, hit.is_whole) for hit in index.hits(text.text))


def _hits_in_browser(text: bytes, index: Index) -> Hits:
    """Return the first secret of each kind that *text* contains, as it is or after decoding."""
    hits: dict[str, tuple[str, str, bool]] = {}
    for spelling in dict.fromkeys(_decodings(text)):
        for hit in index.hits(spelling):
            hits.setdefault(hit.kind, (hit.kind, hit.text, hit.is_whole))
    return list(hits.values())


def _texts_of_output(output: Output) -> Iterator[_Text]:
    yield _Text("text", output.text)


def _texts_of_file(filed: FileWritten) -> Iterator[_Text]:
    yield _Text("text", filed.text, () if filed.is_log else CREDENTIALS)


def _texts_of_report(reported: Reported) -> Iterator[_Text]:
    yield _Text("text", reported.text)


def _texts_of_hook(call: HookCall) -> Iterator[_Text]:
    yield _Text("text", call.body, CREDENTIALS)


def _texts_of_effects(effects: Effects) -> Iterator[_Text]:
    yield _Text("text", b"\n".join(map(_raw, _texts_in(effects.state))), CREDENTIALS)


def _texts_in(node: Any) -> Iterator[str]:
    """Yield the texts in a JSON value of any depth, and the names of its fields."""
    nodes = [node]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            yield from node
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
        elif isinstance(node, str):
            yield node


def _texts_of_visit(visit: Visit) -> Iterator[_Text]:
    if not visit.is_elsewhere:
        yield _Text("text", visit.body, CREDENTIALS)


def _texts_of_delivery(delivery: Delivery) -> Iterator[_Text]:
    yield _Text("response", _response_of(delivery), (EXPECTED_SIGNATURE, *CREDENTIALS))


def _response_of(delivery: Delivery) -> bytes:
    headers = "\n".join(f"{name}: {value}" for name, value in delivery.response_headers).encode("latin-1", "replace")
    return delivery.response_body + b"\n" * bool(headers) + headers


def _texts_of_request(fetched: Fetched) -> Iterator[_Text]:
    yield _Text("body", fetched.body, CREDENTIALS, is_of_browser=True)
    for number, (name, value) in enumerate(fetched.response_headers):
        yield _Text("header", _raw(f"{name}: {value}"), CREDENTIALS, number, is_of_browser=True)
        if name.lower() in STORING_HEADERS:
            yield _Text("stored header", _raw(value), (ACCESS_TOKEN,), number, is_of_browser=True)
    sent = b"\n".join([_raw(fetched.url), fetched.sent, *(_raw(f"{name}: {value}") for name, value in fetched.headers)])
    yield _Text("request", sent, CREDENTIALS, is_of_browser=True)
    yield _Text("cookie", _raw(header(fetched.headers, "cookie")), (ACCESS_TOKEN,), is_of_browser=True)


def _texts_of_view(view: PageView) -> Iterator[_Text]:
    yield _Text("text", _raw(f"{view.text}\n{view.html}"), CREDENTIALS, is_of_browser=True)


def _texts_of_storage(stored: Stored) -> Iterator[_Text]:
    yield _Text("text", _raw(f"{stored.name}={stored.value}"), CREDENTIALS, is_of_browser=True)


def _texts_of_call(call: Exchange) -> Iterator[_Text]:
    if not call.is_of_earlier_scenario:
        yield _Text("path", _raw(call.path))
        yield _Text("query", _raw(query_without_filter(call)))
        yield _Text("user agent", _raw(header(call.request_headers, "user-agent")))
        yield _Text("header names", _raw(header_names(call)))


_TEXTS: dict[type[Entry], Callable[..., Iterator[_Text]]] = {
    Output: _texts_of_output,
    FileWritten: _texts_of_file,
    Reported: _texts_of_report,
    HookCall: _texts_of_hook,
    Effects: _texts_of_effects,
    Visit: _texts_of_visit,
    Delivery: _texts_of_delivery,
    Fetched: _texts_of_request,
    PageView: _texts_of_view,
    Stored: _texts_of_storage,
    Exchange: _texts_of_call,
}
"""The texts of each class of entries in which a probe looks for secrets."""


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def query_without_filter(call: Exchange) -> str:
    """Return the query of *call* without the parameter ``email``, by which the API allows a search for end users."""
    if call.route != LIST_ROUTE:
        return call.query
    return urlencode([(name, value) for name, value in parse_qsl(call.query) if name != "email"])


def header_names(call: Exchange) -> str:
    """Return the names of the request's headers, one after another."""
    return " ".join(name for name, _ in call.request_headers)


def _signing_keys(journal: Journal) -> Iterator[bytes]:
    for canaries in journal.all(Canaries):
        for secret in canaries.values.get(WEBHOOK_SECRET, ()):
            try:
                yield base64.b64decode(secret)
            except binascii.Error:
                continue


def _has_valid_signature(delivery: Delivery, keys: list[bytes]) -> bool:
    """Return True if the response contains the signature that would have been valid for a forgery."""
    if delivery.status is None:
        return False
    response = _response_of(delivery)
    return any(signature in response for signature in _signatures(delivery, keys))


def _signatures(delivery: Delivery, keys: list[bytes]) -> Iterator[bytes]:
    """Yield the encodings of the signature that would have been valid for a forgery.

    Encodings that the forgery itself contained are left out.
    """
    if not delivery.is_forged or not delivery.body:
        return
    sent_headers = b"\n".join(value.encode("latin-1", "replace") for _, value in delivery.headers)
    for key in keys:
        digest = hmac.digest(key, delivery.body, hashlib.sha256)
        text = base64.b64encode(digest)
        spellings = {text, text.rstrip(b"="), base64.urlsafe_b64encode(digest).rstrip(b"=")}
        spellings |= {digest.hex().encode(), digest.hex().upper().encode(), digest}
        yield from (spelling for spelling in spellings if spelling not in sent_headers)


def _keys_presented(journal: Journal) -> Iterator[KeyPresented]:
    keys = [key.client_secret for key in journal.all(KeyInUse)]
    known = {secret: number for number, secret in reversed(list(enumerate(keys)))}
    known |= {secret: len(keys) - 1 for secret in keys[-1:]}
    for call in calls(journal, "token"):
        secret = fields_of(call.request_body).get("client_secret")
        if isinstance(secret, str) and secret:
            yield KeyPresented(at_s=call.at_s, request_number=call.number, key=known.get(secret))


def _decodings(text: bytes) -> Iterator[bytes]:
    """Yield *text* unchanged, percent-decoded, and decompressed, because some frameworks compress their cookies."""
    yield text
    if len(text) > LARGEST:
        return
    if b"%" in text or b"+" in text:
        quoted = text.decode("utf-8", "replace")
        yield unquote(quoted).encode()
        yield unquote_plus(quoted).encode()
    if len(text) <= 8192:
        for part in text.replace(b"%", b".").split(b"."):
            yield from _uncompressed(part)


def _uncompressed(part: bytes) -> Iterator[bytes]:
    if len(part) < 24:
        return
    try:
        raw = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        yield zlib.decompressobj().decompress(raw, LARGEST)
    except (ValueError, zlib.error):
        return
