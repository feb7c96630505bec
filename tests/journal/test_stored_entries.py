"""Entries as plain values for a file: what is read is what was written."""

import hashlib
import json
from typing import get_args

import msgspec
import pytest

from fiskil_harness.core.model.findings import Verdict
from fiskil_harness.gate.journal_file import FORMAT
from fiskil_harness.journal import (
    Control,
    Effects,
    Entry,
    Exchange,
    Output,
    PageView,
    PlanRun,
    Rows,
    SecretFound,
    TokensExpired,
)
from fiskil_harness.journal.entries.plan_pairs import Verb
from fiskil_harness.journal.stored_entries import entry_classes, entry_of, plain, storable

FIELDS_OF_FORMAT = {"fiskil-harness/journal/4": "38ca4300055aca01"}
"""The digest of the names, types and defaults of all stored fields, by format of the file."""

ENTRIES = [
    Output(place="output", text=b"plain \xc3\xa4", at_s=1.0625),
    Output(place="binary", text=bytes(range(256))),
    Output(place="empty", text=b""),
    Effects(
        participant="", moment="end", state={"a": [1, 10**30, -0.5, None, "\ud800", {"base64": "AA"}]}, applied={"m": 2}
    ),
    Exchange(number=1, route="token", method="POST", path="/", request_headers=(("a", "b"),), request_body=b'{"base64":1}'),
    Rows(participant="", dataset="accounts", rows=({"fiskil_id": "x", "nested": {"list": [1]}},), removed_ids=("y",)),
    PageView(participant="", page="connect", controls=(Control(kind="link", text="Connect", is_disabled=True),)),
    PlanRun(number=1, verdict=Verdict.FAIL, possible=(Verb(name="kill", group="fault", needs=("app.command",)),)),
    TokensExpired(processes=None),
    SecretFound(entry="Output", number=0, part="text", kind="k", description="the k"),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_an_entry_survives_its_way_through_json(entry: Entry) -> None:
    """Bytes, large numbers, half surrogate pairs and nested values are kept."""
    assert entry_of(json.loads(json.dumps(storable(plain(entry))))) == entry


def test_a_readable_body_is_stored_as_text() -> None:
    """So a reader of the file can search it."""
    assert storable(plain(Output(place="output", text=b"GET /\n")))["text"] == "GET /\n"


def test_every_class_of_entries_can_be_stored() -> None:
    """Bytes are only in fields of the entry itself, where they are converted."""
    nested = [
        field.name
        for kind in entry_classes().values()
        for field in msgspec.structs.fields(kind)
        if field.type is not bytes and "bytes" in repr((field.type, *get_args(field.type)))
    ]

    assert len(entry_classes()) > 55
    assert nested == []


def test_other_fields_are_another_format() -> None:
    """If this fails, a stored entry has changed: raise ``FORMAT`` in ``gate/journal_file.py``, and add its digest here."""
    fields = [
        (name, field.encode_name, repr(field.type), field.required)
        for name, kind in sorted(entry_classes().items())
        for field in msgspec.structs.fields(kind)
    ]

    assert hashlib.sha256(repr(fields).encode()).hexdigest()[:16] == FIELDS_OF_FORMAT[FORMAT]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"type": "Nonsense"}, "there is no entry 'Nonsense'"),
        ({}, "there is no entry 'None'"),
        ({"type": "Journal"}, "there is no entry 'Journal'"),
        ({"type": "Output", "place": "output"}, "missing required field `text`"),
        ({"type": "Output", "place": "output", "text": 5}, "neither text nor base64"),
        ({"type": "Output", "place": "output", "text": {"base64": "?"}}, "neither text nor base64"),
        ({"type": "TokensExpired", "processes": "two"}, "Expected `int | null`"),
    ],
)
def test_what_is_no_entry_is_refused(fields: dict[str, object], problem: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=problem.replace("|", r"\|")):
        entry_of(fields)
