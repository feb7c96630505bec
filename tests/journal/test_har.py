"""Exchanges as HAR: the structure of HAR 1.2, without secrets and personal values."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.redaction import masking
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.journal import Exchange, Journal, shortened
from fiskil_harness.journal.har import har_of, merged, render
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

ROUTE = "banking.transactions"
TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": -1}
NAMED = {
    "type": "array",
    "items": {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
}
TIMES = ("blocked", "dns", "connect", "send", "wait", "receive", "ssl")


def object_schema(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of an object with these fields; others must begin with an underscore."""
    every = {**required, **(optional or {}), "comment": TEXT}
    return {
        "type": "object",
        "required": list(required),
        "properties": every,
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
BOTH = {
    "httpVersion": TEXT,
    "cookies": {"type": "array", "maxItems": 0},
    "headers": NAMED,
    "headersSize": COUNT,
    "bodySize": COUNT,
}
REQUEST = object_schema(
    {**BOTH, "method": TEXT, "url": {"type": "string", "pattern": "^https?://"}, "queryString": NAMED},
    {"postData": object_schema({"mimeType": TEXT, "params": {"type": "array"}, "text": TEXT})},
)
CONTENT = object_schema({"size": COUNT, "mimeType": TEXT}, {"text": TEXT})
RESPONSE = object_schema(
    {**BOTH, "status": {"type": "integer"}, "statusText": TEXT, "content": CONTENT, "redirectURL": TEXT}
)
ENTRY = object_schema(
    {
        "startedDateTime": MOMENT,
        "time": {"type": "number", "minimum": 0},
        "request": REQUEST,
        "response": RESPONSE,
        "cache": object_schema({}),
        "timings": object_schema({name: {"type": "number", "minimum": -1} for name in TIMES}),
    },
    {"pageref": TEXT, "connection": TEXT},
)
PAGE = object_schema({"startedDateTime": MOMENT, "id": TEXT, "title": TEXT, "pageTimings": object_schema({})})
CREATOR = object_schema({"name": {"const": "fiskil-harness"}, "version": TEXT})
LOG = object_schema(
    {"version": {"const": "1.2"}, "creator": CREATOR, "entries": {"type": "array", "items": ENTRY}},
    {"pages": {"type": "array", "items": PAGE}},
)
HAR = object_schema({"log": LOG})
"""HAR 1.2, as far as the harness writes it. Source: http://www.softwareishard.com/blog/har-12-spec/"""


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """Return Rosa, who shares her accounts."""
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    return rosa


@pytest.fixture
def walk(fiskil: LocalFiskil, rosa: EndUser) -> Journal:
    """Return a journal of an app's calls: a token, a registration, data, an error, and a call that a fault cuts."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with plain_client(base_url=fiskil.api_url) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        client.post("/v1/end-users", json={"email": "mia@example.com", "name": "Mia Ward", "phone": "0491570156"})
        client.get("/v1/end-users", params={"email": rosa.person.email})
        client.get("/v1/banking/accounts", params={"end_user_id": rosa.end_user_id})
        client.get("/v1/identity", params={"end_user_id": rosa.end_user_id})
        client.get("/v1/end-users/eu_nobody")
        with fiskil.broken(ROUTE, faults.ResetPeer(after_bytes=300)), pytest.raises(httpx.ReadError):
            client.get("/v1/banking/transactions", params={"end_user_id": rosa.end_user_id})
    wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    return journal


def har_for(fiskil: LocalFiskil, journal: Journal) -> dict[str, Any]:
    return har_of(journal, title="walk", origin=fiskil.api_url)


def test_a_document_has_the_structure_of_har(fiskil: LocalFiskil, walk: Journal) -> None:
    """Every field that HAR 1.2 requires is present; unknown fields begin with an underscore."""
    har = har_for(fiskil, walk)

    jsonschema.validate(har, HAR)
    assert len(har["log"]["entries"]) == 7
    assert json.loads(render(har)) == har


def test_a_document_contains_no_secrets_and_no_personal_values(fiskil: LocalFiskil, walk: Journal, rosa: EndUser) -> None:
    """Credentials, tokens, and a person's names and contact details do not appear."""
    text = render(Redactor(fiskil.secrets).redact_tree(har_for(fiskil, walk)))

    secrets = [value for _, value in fiskil.secrets()]
    assert [secret for secret in secrets if secret in text] == []
    persons = [rosa.person.email, rosa.person.name, rosa.person.name.split()[-1], "mia@", "Mia", "Ward", "0491570156"]
    assert [person for person in persons if person in text] == []


def test_a_document_shows_method_route_end_user_and_status(fiskil: LocalFiskil, walk: Journal, rosa: EndUser) -> None:
    """Method, URL, route, end user, status and the structure of the response are readable."""
    entry = har_for(fiskil, walk)["log"]["entries"][3]

    assert entry["request"]["method"] == "GET"
    assert entry["request"]["url"] == f"{fiskil.api_url}/v1/banking/accounts?end_user_id={rosa.end_user_id}"
    assert entry["request"]["queryString"] == [{"name": "end_user_id", "value": rosa.end_user_id}]
    assert (entry["_route"], entry["_number"], entry["response"]["status"]) == ("banking.accounts", 4, 200)
    assert json.loads(entry["response"]["content"]["text"])["accounts"][0].keys() >= {"account_id", "display_name"}


def test_a_document_names_the_faults_that_acted(fiskil: LocalFiskil, walk: Journal) -> None:
    """An exchange on which a fault acted names the fault, and shows the received part of the body."""
    entry = har_for(fiskil, walk)["log"]["entries"][-1]

    assert entry["_bites"] == ["ResetPeer(after_bytes=300, delay_ms=0)"]
    assert entry["comment"] == "bitten by ResetPeer(after_bytes=300, delay_ms=0)"
    assert entry["response"]["content"]["text"].startswith('{"transactions":[{')


def test_times_are_computed_from_the_begin_of_the_journal() -> None:
    """An exchange starts at the begin of the journal plus its offset, and has its own duration."""
    journal = Journal()
    journal.write(Exchange(at_s=1.5, ended_s=1.75, number=1, route="x", method="GET", path="/v1/x"))

    har = har_of(journal, began_at=datetime(2026, 11, 25, 10, tzinfo=UTC))

    (entry,) = har["log"]["entries"]
    assert entry["startedDateTime"] == "2026-11-25T10:00:01.500Z"
    assert (entry["time"], entry["timings"]["wait"]) == (250, 250)
    assert (entry["response"]["status"], entry["response"]["comment"]) == (0, "no response was sent")


@pytest.mark.parametrize(
    ("body", "size", "comment"),
    [
        (b"\x1f\x8b\x08", 3, "3 bytes that are not JSON, not shown"),
        (shortened(b"a" * 100_000), 100_000, "100000 bytes, too long to be kept"),
    ],
)
def test_a_body_that_cannot_be_shown_is_described(body: bytes, size: int, comment: str) -> None:
    """A body that is not JSON, or was too long to be kept, is described by its length."""
    journal = Journal()
    journal.write(Exchange(number=1, route="x", method="GET", path="/v1/x", status=200, response_body=body))

    content = har_of(journal)["log"]["entries"][0]["response"]["content"]

    assert (content["text"], content["size"], content["comment"]) == ("", size, comment)


def test_documents_are_merged(fiskil: LocalFiskil, walk: Journal) -> None:
    """Several scenarios form one document, with a page for each."""
    document = har_for(fiskil, walk)

    both = merged([document, document])

    jsonschema.validate(both, HAR)
    assert len(both["log"]["pages"]) == 2
    assert len(both["log"]["entries"]) == 14


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"id": "a", "name": "Rosa"}', '{"id": "a", "name": "<text>"}'),
        ('{"amount":-10.5,"is_open":true,"note":null}', '{"amount":0,"is_open":true,"note":null}'),
        ('{"account_id":"acc_1","session_id":"s"}', '{"account_id":"acc_1","session_id":"<text>"}'),
        ('{"permissions":["a","b"],"tags":["a","b"]}', '{"permissions":["a","b"],"tags":["<text>","<text>"]}'),
        ('[{"id":"1"},"Rosa"]', '[{"id":"1"},"<text>"]'),
        (r'{"name":"say \"id\": 1"}', '{"name":"<text>"}'),
        ('{"id":"rosa@example.com"}', '{"id":"<email>"}'),
        ('{"id":"a","name":"Ro', '{"id":"a","name":"<text>"'),
        ('{"balance":12', '{"balance":0'),
        ('{"is_open":tr', '{"is_open":0'),
        ('"Rosa"', '"<text>"'),
        ('{"name":"Rosa":"email"}', None),
        ("Rosa Keane", None),
        ("<html>Rosa</html>", None),
        ('{"name":"Rosa"}{"x', None),
    ],
)
def test_only_values_with_listed_names_are_shown(body: str, shown: str | None) -> None:
    """Values with other names are masked; a body that is not JSON, complete or cut, is not shown."""
    assert masking.body(body) == shown


def test_the_text_of_an_error_is_shown() -> None:
    """The text of an error is the API's own; only e-mail addresses in it are masked."""
    body = '{"name":"invalid","message":"no end user rosa@example.com","value":"Rosa"}'

    assert masking.body(body, is_error=True) == '{"name":"invalid","message":"no end user <email>","value":"<text>"}'


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "Set-Cookie", "x-api-key", "X-Fiskil-Signature", "proxy-authorization"]
)
def test_headers_that_contain_credentials_are_hidden(name: str) -> None:
    """The value of such a header is always a secret, in any form."""
    assert masking.header(name, "Bearer abc") == f"<{name.lower()}>"


def test_a_query_shows_ids_and_pages() -> None:
    """End user ids and cursors in a query are shown, e-mail addresses are not."""
    assert masking.target("/v1/x", "end_user_id=eu_1&page[after]=c&email=a%40b.co&q=Rosa") == (
        "/v1/x?end_user_id=eu_1&page%5Bafter%5D=c&email=%3Ctext%3E&q=%3Ctext%3E"
    )
