"""The JSON report: it fits the published schema, and the published schema fits the types."""

import json as plain_json
from typing import Any

import jsonschema
import msgspec
import pytest

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import json


@pytest.fixture
def document(result: GateResult) -> dict[str, Any]:
    """The report as any reader parses it."""
    parsed: dict[str, Any] = plain_json.loads(json.render(result))
    return parsed


def test_the_published_schema_is_what_the_types_say() -> None:
    """Whoever changes a type publishes the schema anew: write ``fiskil_harness.gate.report.json.schema()`` into the file."""
    assert json.published_schema() == json.schema()


def test_the_published_schema_is_a_schema() -> None:
    """An independent implementation accepts it as JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(json.published_schema())


def test_a_report_fits_the_schema(document: dict[str, Any]) -> None:
    """An independent implementation finds nothing wrong with a report."""
    jsonschema.validate(document, json.published_schema())


def test_a_report_with_stories_and_pictures_fits_the_schema(shown: GateResult) -> None:
    """They are part of the format, as are the digests."""
    jsonschema.validate(plain_json.loads(json.render(shown)), json.published_schema())


@pytest.mark.parametrize("path", [(), ("result",), ("run",), ("result", "standings", 0)])
def test_the_schema_allows_no_more_and_no_less(document: dict[str, Any], path: tuple[Any, ...]) -> None:
    """A field too many is refused everywhere, so a reader can rely on the schema."""
    at: Any = document
    for key in path:
        at = at[key]
    at["surprise"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.published_schema())


def test_a_report_reads_back_as_it_was(result: GateResult) -> None:
    """Nothing is lost on the way."""
    assert msgspec.json.decode(json.render(result), type=GateResult) == result


def test_what_may_differ_between_runs_stands_apart(document: dict[str, Any]) -> None:
    """Times, versions, ids and signatures are never in result."""
    text = plain_json.dumps(document["result"])

    assert set(document) == {
        *("format", "result", "run", "measured", "exhibits"),
        *("stories", "pictures", "share", "compared", "digests"),
    }
    assert "took_s" not in text
    assert "2026-06-01T" not in text
