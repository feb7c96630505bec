"""Generated bodies: described by the payload format, repeatable by seed, and about real events."""

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
from fiskil_harness.webhooks.fuzzing import PATH, GeneratedBody, document, generated_bodies, with_own_facts
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
    schema: dict[str, object] = content["application/json"]["schema"]
    return schema


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, KIND) for name in PRESETS), *(("fiskil", kind) for kind in EVENT_KINDS if kind != KIND)]
)
def test_the_document_is_valid_openapi(name: str, kind: str) -> None:
    """An independent validator accepts every document, and each has a single path."""
    whole = document(PRESETS[name].payload, kind)

    openapi_spec_validator.validate(whole)
    assert list(whole["paths"]) == [PATH]


def test_genuine_messages_match_the_schema() -> None:
    """A genuine message matches the schema of its kind and no other."""
    message = json.loads(OWN.body)
    message["data"] |= {"consent_id": "e3e70682-c209-4cac-a29f-6fbed82c07cd", "client_id": "c" * 27, "end_user_id": "e" * 27}

    assert jsonschema_rs.is_valid(schema_of(FISKIL.payload), message)
    assert not jsonschema_rs.is_valid(schema_of(FISKIL.payload), message | {"delivery_attempt": 6})
    assert not jsonschema_rs.is_valid(schema_of(FISKIL.payload, "consent.received"), message)


def test_only_some_kinds_have_account_ids() -> None:
    """A schema has account_ids only if the dataset's events have them."""
    name = "account_ids"

    assert name in str(schema_of(FISKIL.payload, "banking.balances.sync.completed"))
    assert name not in str(schema_of(FISKIL.payload, "banking.payees.sync.completed"))


def test_valid_and_invalid_bodies_are_marked() -> None:
    """Valid bodies match the document, and there are dozens of valid and of invalid ones."""
    bodies = generated_bodies(FORM, KIND, seed=1, examples=5)
    validator = jsonschema_rs.validator_for(schema_of(FISKIL.payload))

    assert all(validator.is_valid(json.loads(generated.body)) for generated in bodies if generated.is_valid)
    assert sum(generated.is_valid for generated in bodies) >= 12
    assert sum(not generated.is_valid for generated in bodies) >= 24


def test_the_same_seed_generates_the_same_bodies() -> None:
    """The bodies depend on the seed alone."""
    first = generated_bodies(FORM, KIND, seed=1, examples=5)
    generated_bodies.cache_clear()

    assert generated_bodies(FORM, KIND, seed=1, examples=5) == first
    assert generated_bodies(FORM, KIND, seed=2, examples=5) != first


def test_a_valid_body_is_about_real_facts() -> None:
    """A valid body gets ids and time of a real message and keeps the rest as generated."""
    body = OWN.body.replace(b"1234567890123456", b"9" * 16).replace(b"eu_1", b"nobody").replace(b'":1,', b'":5,')

    message = json.loads(with_own_facts(GeneratedBody(kind=KIND, body=body, is_valid=True), OWN, FISKIL.payload))

    assert message == json.loads(OWN.body) | {"delivery_attempt": 5}


def test_an_invalid_body_gets_only_the_id() -> None:
    """An invalid body gets only the id, so that it is not a repetition; an unreadable one is unchanged."""
    body = OWN.body.replace(b"1234567890123456", b"9" * 16).replace(b"eu_1", b"nobody")
    message = json.loads(with_own_facts(GeneratedBody(kind=KIND, body=body, is_valid=False), OWN, FISKIL.payload))

    assert (message["message_id"], message["data"]["end_user_id"]) == ("1234567890123456", "nobody")
    assert with_own_facts(GeneratedBody(kind=KIND, body=b"\x00", is_valid=False), OWN, FISKIL.payload) == b"\x00"
    assert (
        with_own_facts(GeneratedBody(kind=KIND, body=b'{"message_id":1}', is_valid=False), OWN, FISKIL.payload)
        == b'{"message_id":1}'
    )
    assert with_own_facts(GeneratedBody(kind=KIND, body=b"[1]", is_valid=False), OWN, FISKIL.payload) == b"[1]"


def test_generation_writes_no_files_to_the_working_directory(tmp_path: Path) -> None:
    """Hypothesis, which Schemathesis uses, writes no files to the working directory."""
    code = (
        "import msgspec; from fiskil_harness.core.config.webhook_format import Payload;"
        "from fiskil_harness.webhooks.fuzzing import generated_bodies;"
        f"print(len(generated_bodies(msgspec.json.encode(Payload()), {KIND!r}, seed=1, examples=5)))"
    )

    completed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    assert int(completed.stdout) > 0, completed.stderr
    assert list(tmp_path.iterdir()) == []
