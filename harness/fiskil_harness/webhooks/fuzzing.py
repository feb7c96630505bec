"""Valid and invalid message bodies that Schemathesis generates from an OpenAPI document of the receiver.

During generation, Schemathesis calls a local stub, so the bodies depend only on the document and the seed. The bodies are
delivered later through ``requests_adapter``, because Schemathesis' own connections bypass the harness's check of hosts.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import metadata
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.webhook_format import IN_HEADER, Payload
from fiskil_harness.core.hypothesis_home import isolated
from fiskil_harness.core.model import Message
from fiskil_harness.core.model.events import DATASETS
from fiskil_harness.errors import StepError

PATH = "/receiver"
OWN = ("time", "id", "consent", "client", "subject", "institution")
"""Fields that are copied from a genuine message, so that a generated message is new and about an existing end user."""
TIME = r"^20[2-9][0-9]-(0[1-9]|1[0-2])-[0-2][1-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$"
LEAVES: dict[str, dict[str, Any]] = {
    "attempt": {"type": "integer", "minimum": 1, "maximum": 5},
    "time": {"type": "string", "pattern": TIME},
    "id": {"type": "string", "pattern": "^[1-9][0-9]{15}$"},
    "consent": {"type": "string", "format": "uuid"},
    "client": {"type": "string", "pattern": "^[0-9A-Za-z]{27}$"},
    "subject": {"type": "string", "pattern": "^[0-9A-Za-z]{27}$"},
    "institution": {"type": "string", "pattern": "^[0-9]{1,5}$"},
    "accounts": {"type": "array", "maxItems": 50, "items": {"type": "string", "pattern": "^[0-9a-f-]{1,64}$"}},
}
WITH_ACCOUNTS = frozenset(dataset.event for dataset in DATASETS.values() if dataset.carries_account_ids)
OPTIONAL = frozenset({"accounts"})
NEWS: dict[str, dict[str, Any]] = {
    "note": {"type": "string", "pattern": "^[ -~]{0,80}$"},
    "total": {"type": "integer", "minimum": -(2**53), "maximum": 2**53},
    "ratio": {"type": ["number", "null"], "minimum": -1e9, "maximum": 1e9},
    "flags": {"type": "array", "maxItems": 8, "items": {"type": "boolean"}},
    "limits": {
        "type": "object",
        "maxProperties": 4,
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 9},
    },
}
"""Fields that Fiskil may add in the future; every receiver must ignore them."""


class GeneratedBody(Struct, frozen=True, kw_only=True):
    """A generated body about an event of *kind*. ``is_valid`` is true if the OpenAPI document allows the body."""

    kind: str
    body: bytes
    is_valid: bool


def document(payload: Payload, kind: str) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of a receiver that accepts events of *kind* in the format of *payload*."""
    schema = _object_schema()
    for name, leaf in _leaves(payload, kind).items():
        place = payload.places[name]
        if place and not place.startswith(IN_HEADER):
            _describe(schema, place, leaf, is_required=name not in OPTIONAL)
    table = _table(schema, payload.extra)
    for name, leaf in NEWS.items():
        table["properties"].setdefault(name, leaf)
    for name, fixed in payload.fixed.items():
        schema["properties"][name] = {"const": fixed}
        schema["required"].append(name)
    responses = {status: {"description": "taken or refused"} for status in ("2XX", "4XX")}
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "receive", "requestBody": {"required": True, "content": content}, "responses": responses}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"A receiver of {kind}", "version": "1"},
        "paths": {PATH: {"post": operation}},
    }


@lru_cache(maxsize=8)
def generated_bodies(payload: bytes, kind: str, *, seed: int, examples: int) -> tuple[GeneratedBody, ...]:
    """Return the bodies that Schemathesis generates, boundary values first.

    Args:
        payload: A ``Payload`` as JSON, because arguments of a cached function must be hashable.
        kind: The kind of the events.
        examples: The number of valid bodies, and of invalid bodies, in addition to boundary values.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed. Schemathesis would only end a phase of the generation.
        StepError: Schemathesis generated no body, for example because another package is too new for it.
    """
    from schemathesis.engine import events, from_schema

    whole = document(msgspec.json.decode(payload, type=Payload), kind)
    bodies: dict[bytes, GeneratedBody] = {}
    problems: list[str] = []
    with isolated():
        for event in from_schema(_schema(whole, seed=seed, examples=examples)).execute():
            if isinstance(event, events.Interrupted):
                # Schemathesis handles Ctrl-C as the end of a phase; here Ctrl-C ends the run.
                raise KeyboardInterrupt
            if isinstance(event, events.NonFatalError):
                problems.append(str(event.value).partition("\n")[0])
            if isinstance(event, events.FatalError):
                problems.append(repr(event.exception))
            if isinstance(event, events.ScenarioFinished):
                problems += [event.skip_reason] if event.skip_reason else []
                for body in _bodies(event.recorder, kind):
                    bodies.setdefault(body.body, body)
    if not bodies:
        reason = problems[0] if problems else "it reported no reason"
        raise StepError(f"Schemathesis {metadata.version('schemathesis')} generated no bodies: {reason}.")
    return tuple(bodies.values())


def with_own_facts(generated: GeneratedBody, own: Message, payload: Payload) -> bytes:
    """Return the generated body with values copied from the genuine message *own*.

    A valid body gets the values of all fields in ``OWN``. An invalid body gets only the message id, if it has an id field.
    """
    try:
        body_fields, facts = msgspec.json.decode(generated.body), msgspec.json.decode(own.body)
    except (msgspec.DecodeError, RecursionError):
        return generated.body
    changed = False
    for name in OWN if generated.is_valid else ("id",):
        changed = _copy(facts, body_fields, payload.places[name]) or changed
    return msgspec.json.encode(body_fields) if changed else generated.body


def _leaves(payload: Payload, kind: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of the fields that a message about an event of *kind* has."""
    leaves = {**LEAVES, "kind": {"const": payload.kinds.get(kind, kind)}}
    if kind not in WITH_ACCOUNTS:
        del leaves["accounts"]
    return leaves


def _schema(whole: dict[str, Any], *, seed: int, examples: int) -> Any:
    import schemathesis

    config = {
        "seed": seed,
        "cache": {"enabled": False},  # no influence of earlier runs
        # A slow machine generates the same bodies.
        "suppress-health-check": ["all"],
        "generation": {
            "mode": "all",
            "with-security-parameters": False,
            "allow-extra-parameters": False,
            "max-examples": examples,
            "database": "none",
        },
        "phases": {
            "examples": {"enabled": False},
            "coverage": {"enabled": True, "unexpected-methods": []},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": False},
        },
        "checks": {"enabled": False},
    }
    settings = schemathesis.Config.from_dict(config)
    return schemathesis.openapi.from_wsgi("/openapi.json", _local_receiver(msgspec.json.encode(whole)), config=settings)


def _local_receiver(text: bytes) -> Callable[[dict[str, Any], Callable[..., Any]], list[bytes]]:
    """Return a WSGI app that serves the OpenAPI document *text* and accepts every message."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        is_document = environ["PATH_INFO"] == "/openapi.json"
        start_response("200 OK", [("Content-Type", "application/json")])
        return [text if is_document else b"{}"]

    return app


def _bodies(recorder: Any, kind: str) -> Iterator[GeneratedBody]:
    for case_id, node in recorder.cases.items():
        interaction = recorder.interactions.get(case_id)
        if interaction is not None and interaction.request.method == "POST":
            is_valid = str(node.value.meta.generation.mode.value) == "positive"
            yield GeneratedBody(kind=kind, body=interaction.request.body or b"", is_valid=is_valid)


def _describe(schema: dict[str, Any], place: str, leaf: dict[str, Any], *, is_required: bool) -> None:
    table, _, name = place.rpartition(".")
    holder = _table(schema, table)
    holder["properties"][name] = leaf
    if is_required:
        holder["required"].append(name)


def _object_schema() -> dict[str, Any]:
    """Return the schema of an object without fields. Bodies with other fields are invalid, so they may be refused."""
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _table(schema: dict[str, Any], place: str) -> dict[str, Any]:
    for name in place.split(".")[1:]:
        if name not in schema["properties"]:
            schema["properties"][name] = _object_schema()
            schema["required"].append(name)
        schema = schema["properties"][name]
    return schema


def _copy(facts: Any, body_fields: Any, place: str) -> bool:
    """Copy the value at the JSON path *place* from *facts* to *body_fields*, if both have it; return true if copied."""
    if not place or place.startswith(IN_HEADER):
        return False
    *tables, name = place.split(".")[1:]
    for table in tables:
        if not isinstance(body_fields, dict):
            return False
        facts, body_fields = facts[table], body_fields.get(table)
    if not isinstance(body_fields, dict) or not isinstance(body_fields.get(name), str):
        return False
    body_fields[name] = facts[name]
    return True
