"""The JSON report matches the published schema, and the published schema matches the types."""

import json as plain_json
from typing import Any

import jsonschema
import msgspec
import pytest

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import json
from tests.report_schema import published_schema, schema


@pytest.fixture
def document(result: GateResult) -> dict[str, Any]:
    """Return the report, parsed by a standard JSON parser."""
    parsed: dict[str, Any] = plain_json.loads(json.render(result))
    return parsed


def test_the_published_schema_is_current() -> None:
    """After a change of a type, write ``tests.report_schema.schema()`` into the published file."""
    assert published_schema() == schema()


def test_the_published_schema_is_a_schema() -> None:
    """An independent implementation accepts it as JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(published_schema())


def test_a_report_matches_the_schema(document: dict[str, Any]) -> None:
    """An independent implementation validates a report without errors."""
    jsonschema.validate(document, published_schema())


def test_a_report_with_stories_and_pictures_matches_the_schema(complete: GateResult) -> None:
    """Stories, pictures and the digest are part of the format."""
    jsonschema.validate(plain_json.loads(json.render(complete)), published_schema())


@pytest.mark.parametrize("path", [(), ("result",), ("run",), ("result", "statuses", 0)])
def test_the_schema_allows_no_additional_field(document: dict[str, Any], path: tuple[Any, ...]) -> None:
    """An additional field is invalid on every level, so that readers can rely on the schema."""
    node: Any = document
    for key in path:
        node = node[key]
    node["surprise"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, published_schema())


def test_a_report_is_read_back_unchanged(result: GateResult) -> None:
    """Rendering and parsing a report gives an equal report."""
    assert msgspec.json.decode(json.render(result), type=GateResult) == result


def test_values_that_differ_between_runs_are_outside_the_result(document: dict[str, Any]) -> None:
    """Times, versions, ids and signatures are not in ``result``."""
    text = plain_json.dumps(document["result"])

    assert set(document) == {
        *("format", "result", "run", "measured", "routes", "excerpts"),
        *("stories", "pictures", "printed", "shard", "comparison", "sha256"),
    }
    assert "took_s" not in text
    assert "2026-06-01T" not in text
