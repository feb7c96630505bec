"""Drawn bodies: described by the places of a message, repeatable by their seed, about what is real."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import msgspec
import openapi_spec_validator
import pytest

from fiskil_harness.core.config.webhook_format import FISKIL, PRESETS, Payload
from fiskil_harness.core.model import Event
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.fuzzing import PATH, Drawn, adopted, document, drawn
from tests.paths import ROOT

SECRET = "a2V5LW9mLXRoaXJ0eS10d28tYnl0ZXMtLWxvbmcuLi4="
OWN = seal(
    Event(
        event_id=0,
        kind="consent.updated",
        message_id="1234567890123456",
        publish_time=datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
        end_user_id="eu_1",
        consent_id="c1",
        institution_id="88888",
        client_id="client",
    ),
    attempt=1,
    secret=SECRET,
)
KIND = "consent.updated"
FORM = msgspec.json.encode(Payload())


def schema_of(payload: Payload, kind: str = KIND) -> dict[str, object]:
    content = document(payload, kind)["paths"][PATH]["post"]["requestBody"]["content"]
    found: dict[str, object] = content["application/json"]["schema"]
    return found


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, KIND) for name in PRESETS), *(("fiskil", kind) for kind in EVENT_KINDS if kind != KIND)]
)
def test_the_document_is_one(name: str, kind: str) -> None:
    """An independent judge of OpenAPI has nothing against any, and each has a single path."""
    whole = document(PRESETS[name].payload, kind)

    openapi_spec_validator.validate(whole)
    assert list(whole["paths"]) == [PATH]


def test_what_fiskil_sends_is_lawful() -> None:
    """An ordinary message but for the ids of this test fits the description."""
    told = json.loads(OWN.body)
    told["data"] |= {"consent_id": "e3e70682-c209-4cac-a29f-6fbed82c07cd", "client_id": "c" * 27, "end_user_id": "e" * 27}

    assert jsonschema_rs.is_valid(schema_of(FISKIL.payload), told)
    assert not jsonschema_rs.is_valid(schema_of(FISKIL.payload), told | {"delivery_attempt": 6})
    assert not jsonschema_rs.is_valid(schema_of(FISKIL.payload, "consent.received"), told)


def test_only_some_kinds_tell_of_accounts() -> None:
    """As the datasets have it."""
    told = "account_ids"

    assert told in str(schema_of(FISKIL.payload, "banking.balances.sync.completed"))
    assert told not in str(schema_of(FISKIL.payload, "banking.payees.sync.completed"))


def test_valid_and_broken_bodies_are_told_apart() -> None:
    """By the document; there are dozens of each."""
    found = drawn(FORM, KIND, seed=1, examples=5)
    validator = jsonschema_rs.validator_for(schema_of(FISKIL.payload))

    assert all(validator.is_valid(json.loads(drawn.body)) for drawn in found if drawn.is_valid)
    assert sum(drawn.is_valid for drawn in found) >= 12
    assert sum(not drawn.is_valid for drawn in found) >= 24


def test_the_same_seed_draws_the_same_bodies() -> None:
    """Nothing that was answered plays a part, and another seed draws others."""
    first = drawn(FORM, KIND, seed=1, examples=5)
    drawn.cache_clear()

    assert drawn(FORM, KIND, seed=1, examples=5) == first
    assert drawn(FORM, KIND, seed=2, examples=5) != first


def test_a_valid_body_is_about_what_is_real() -> None:
    """Ids and time are those of an own message; the rest stays as it was drawn."""
    body = OWN.body.replace(b"1234567890123456", b"9" * 16).replace(b"eu_1", b"nobody").replace(b'":1,', b'":5,')

    told = json.loads(adopted(Drawn(kind=KIND, body=body, is_valid=True), OWN, FISKIL.payload))

    assert told == json.loads(OWN.body) | {"delivery_attempt": 5}


def test_a_broken_body_takes_the_id_alone() -> None:
    """So that it is no repetition; what cannot be read stays as it is."""
    body = OWN.body.replace(b"1234567890123456", b"9" * 16).replace(b"eu_1", b"nobody")
    told = json.loads(adopted(Drawn(kind=KIND, body=body, is_valid=False), OWN, FISKIL.payload))

    assert (told["message_id"], told["data"]["end_user_id"]) == ("1234567890123456", "nobody")
    assert adopted(Drawn(kind=KIND, body=b"\x00", is_valid=False), OWN, FISKIL.payload) == b"\x00"
    assert adopted(Drawn(kind=KIND, body=b'{"message_id":1}', is_valid=False), OWN, FISKIL.payload) == b'{"message_id":1}'
    assert adopted(Drawn(kind=KIND, body=b"[1]", is_valid=False), OWN, FISKIL.payload) == b"[1]"


def test_nothing_is_left_where_the_user_works(tmp_path: Path) -> None:
    """Schemathesis draws by Hypothesis, which keeps files; here they go."""
    code = (
        "import msgspec; from fiskil_harness.core.config.webhook_format import Payload;"
        "from fiskil_harness.webhooks.fuzzing import drawn;"
        f"print(len(drawn(msgspec.json.encode(Payload()), {KIND!r}, seed=1, examples=5)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    assert int(done.stdout) > 0, done.stderr
    assert list(tmp_path.iterdir()) == []
