"""Generates ``docs/endpoints.md``: endpoints, versions, statuses, samples, and what is unknown about the real API.

``python -m tools.endpoint_table > docs/endpoints.md`` writes the page; a test fails if it is not current.
"""

from collections.abc import Iterator
from typing import Any

from fiskil_harness.contract.response_checks import statuses
from fiskil_harness.core.clauses import clauses
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.documents import Document, document
from fiskil_harness.sandbox.openapi.operations import resolve
from tools import endpoint_samples, message_samples

MARKS = {"documented": "", "observed": " o", "assumed": " a", "reading": " r"}
SUCCESS = ("200", "204")

HEAD = """# Endpoints

Generated from `fixtures/openapi` and the sandbox's routes by `make docs`; a test fails if this page is not current.

{count} operations are described and {served} are served, each in v1, v2 and v3. A cell contains the success status, and
*older* if the body differs from that of v3. Statuses without a mark are documented by Fiskil. **o** was observed by
integrations, **a** is assumed because no page states it, and **r** occurs only under an interpretation that is not the
default (`--interpretation`, see `fixtures/contract.toml`). [Below](#examples) is an example of each
endpoint, and [of each webhook message](#webhook-messages).
"""

MISSING = """
## Differences from the real API

- Fiskil's OpenAPI files were not available: field lists come from pages, examples and integrations. A field that the real
  API sends but no page shows is missing here. `fiskil-harness contract --hosted` lists such fields.
- The team's settings, key pairs, webhook endpoints and logs are in the console and have no API; here they are options.
- Institutions are two sandbox institutions and a few real names that are not accessible, not the register of the Consumer
  Data Right.
- The categories are a part of Fiskil's list, which is published as a file that was not available.
- Rate limits: 429 is documented, but no limit is. The sandbox returns it only for a fault.
- 500 is documented; the sandbox returns it only for a fault.
- `temporary`, `timeout` and `fault` follow from the status here; no page states how the real API sets them.
- The paths of the Consumer Data Right (errors with `cdr` in the URL) are mentioned by one page and described by none.
- TLS is optional here and required there.

## Open questions

Each behaviour that the documentation leaves open is a clause with interpretations. The first one is the default.

| clause | behaviour | interpretations |
|---|---|---|
"""


EXAMPLES = """
## Examples

One exchange with each endpoint in v3, from the sandbox with seed 0 and the end user `rosa`. Every list is cut to its first
entry, and credentials are replaced by their names. `fiskil-harness serve` returns responses of the same form.
"""


def table() -> str:
    """Return the page ``docs/endpoints.md``."""
    documents = {version: document(version) for version in VERSIONS}
    operations = sum(method != "parameters" for item in documents["v3"]["paths"].values() for method in item)
    lines = [HEAD.format(count=operations, served=len(ROUTES))]
    for title, family in (("Core", "core"), ("Data", "data")):
        lines.append(f"\n## {title}\n")
        lines.append("| endpoint | operation | " + " | ".join(VERSIONS) + " | refusals and faults |")
        lines.append("|---" * (len(VERSIONS) + 3) + "|")
        lines += [_row(route, documents) for route in ROUTES if route.family == family]
    open_clauses = [clause for clause in clauses().values() if clause.is_switch]
    lines.append(MISSING.rstrip("\n"))
    lines += [
        f"| `{clause.id}` | {clause.sentence} | {', '.join(_first(clause.default, clause.interpretations))} |"
        for clause in open_clauses
    ]
    lines += [EXAMPLES, *(line for route in ROUTES for line in endpoint_samples.lines(route)), *message_samples.lines()]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _row(route: ApiRoute, documents: dict[str, Document]) -> str:
    cells = [_success(route, version, documents) for version in VERSIONS]
    refusals = [
        f"{status}{MARKS[evidence]}"
        for status, evidence in statuses(documents["v3"], route.method, route.path).items()
        if status not in SUCCESS
    ]
    older_statuses = set(statuses(documents["v2"], route.method, route.path))
    new_in_v3 = [refusal for refusal in refusals if refusal.split()[0] not in older_statuses]
    note = f" ({', '.join(refusal.split()[0] for refusal in new_in_v3)}: v3 only)" if new_in_v3 else ""
    return f"| `{route.method} {route.path}` | `{route.name}` | {' | '.join(cells)} | {', '.join(refusals)}{note} |"


def _success(route: ApiRoute, version: str, documents: dict[str, Document]) -> str:
    whole = documents[version]
    status = next(status for status in statuses(whole, route.method, route.path) if status in SUCCESS)
    differs = _shape(route, status, whole) != _shape(route, status, documents["v3"])
    return f"{status} *older*" if differs else status


def _shape(route: ApiRoute, status: str, whole: Document) -> Any:
    """Return the schemas of the body with all references resolved, so that nested differences are detected."""
    response = whole["paths"][route.path][route.method.lower()]["responses"][status]
    content = resolve(whole, response).get("content", {})
    return [_resolved(media["schema"], whole) for media in content.values()]


def _resolved(node: Any, whole: Document) -> Any:
    if isinstance(node, list):
        return [_resolved(value, whole) for value in node]
    if not isinstance(node, dict):
        return node
    schema = resolve(whole, node)
    return {name: _resolved(value, whole) for name, value in schema.items() if name not in {"description", "examples"}}


def _first(default: str, interpretations: tuple[str, ...]) -> Iterator[str]:
    yield f"**{default}**"
    yield from (interpretation for interpretation in interpretations if interpretation != default)


if __name__ == "__main__":
    import click

    click.echo(table(), nl=False)
