"""The table of endpoints in ``docs/endpoints.md``: endpoint, version, status, and what is not known of the real API.

``python -m tools.endpoint_table > docs/endpoints.md`` writes it anew; a test demands that it is current.
"""

from collections.abc import Iterator
from typing import Any

from fiskil_harness.contract import samples
from fiskil_harness.contract.response_checks import statuses
from fiskil_harness.core.clauses import clauses
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.documents import Document, document
from fiskil_harness.sandbox.openapi.operations import resolve

MARKS = {"documented": "", "observed": " o", "assumed": " a", "reading": " r"}
SUCCESS = ("200", "204")

HEAD = """# Endpoints

Made from `fixtures/openapi` and the sandbox's routes by `make docs`; a test demands that it is current.

{count} operations are described and {served} are served, each in v1, v2 and v3. A cell is the success status, with *older*
where the body differs from v3's. Statuses without a mark are documented by Fiskil; **o** was seen by integrations, **a** is
assumed because no page says it, **r** comes only under a reading that is not the default (`--interpretation`, see
`fixtures/contract.toml`). [Below](#examples) is an exchange with each.
"""

MISSING = """
## What the real API has and this has not

- The vendor's own OpenAPI files were not at hand: field lists come from pages, examples and integrations. A field that the
  real API sends and no page shows is missing here. `fiskil-harness contract --hosted` tells which.
- The team's settings, key pairs, webhook endpoints and logs live in the console and have no API; here they are options.
- Institutions are two sandbox holders and a few real names that cannot be reached, not the register of the Consumer Data
  Right.
- The taxonomy of categories is a part of Fiskil's, which is published as a file that was not at hand.
- Rate limits: 429 is documented and no number is. The sandbox answers it only where a fault says so.
- 500 is documented and never answered on purpose; a fault can.
- `temporary`, `timeout` and `fault` follow the status here; when the real API sets which is not documented.
- The Consumer Data Right's own paths (errors with `cdr` in the URL) are mentioned by one page and described by none.
- TLS is optional here and demanded there.

## What nobody knows

Every behaviour in doubt is a clause with interpretations; the sandbox shows the first one unless told otherwise.

| clause | what is doubtful | interpretations |
|---|---|---|
"""


EXAMPLES = """
## Examples

One exchange with each endpoint in v3, as the sandbox makes it with the seed 0 for `rosa`. Every list is cut to its first
entry, and a credential is only named. `fiskil-harness serve` answers in the same form.
"""


def table() -> str:
    """The whole page."""
    documents = {version: document(version) for version in VERSIONS}
    operations = sum(method != "parameters" for item in documents["v3"]["paths"].values() for method in item)
    lines = [HEAD.format(count=operations, served=len(ROUTES))]
    for title, family in (("Core", "core"), ("Data", "data")):
        lines.append(f"\n## {title}\n")
        lines.append("| endpoint | operation | " + " | ".join(VERSIONS) + " | refusals and faults |")
        lines.append("|---" * (len(VERSIONS) + 3) + "|")
        lines += [_row(route, documents) for route in ROUTES if route.family == family]
    doubtful = [clause for clause in clauses().values() if clause.is_switch]
    lines.append(MISSING.rstrip("\n"))
    lines += [
        f"| `{clause.id}` | {clause.sentence} | {', '.join(_first(clause.default, clause.interpretations))} |"
        for clause in doubtful
    ]
    lines += [EXAMPLES, *(line for route in ROUTES for line in samples.lines(route))]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _row(route: ApiRoute, documents: dict[str, Document]) -> str:
    cells = [_success(route, version, documents) for version in VERSIONS]
    refusals = [
        f"{status}{MARKS[evidence]}"
        for status, evidence in statuses(documents["v3"], route.method, route.path).items()
        if status not in SUCCESS
    ]
    older = set(statuses(documents["v2"], route.method, route.path))
    later = [refusal for refusal in refusals if refusal.split()[0] not in older]
    note = f" ({', '.join(text.split()[0] for text in later)}: v3 only)" if later else ""
    return f"| `{route.method} {route.path}` | `{route.name}` | {' | '.join(cells)} | {', '.join(refusals)}{note} |"


def _success(route: ApiRoute, version: str, documents: dict[str, Document]) -> str:
    whole = documents[version]
    status = next(status for status in statuses(whole, route.method, route.path) if status in SUCCESS)
    differs = _shape(route, status, whole) != _shape(route, status, documents["v3"])
    return f"{status} *older*" if differs else status


def _shape(route: ApiRoute, status: str, whole: Document) -> Any:
    """The body's schema with every reference followed, so that a difference deep inside is seen."""
    response = whole["paths"][route.path][route.method.lower()]["responses"][status]
    content = resolve(whole, response).get("content", {})
    return [_followed(media["schema"], whole) for media in content.values()]


def _followed(node: Any, whole: Document) -> Any:
    if isinstance(node, list):
        return [_followed(value, whole) for value in node]
    if not isinstance(node, dict):
        return node
    found = resolve(whole, node)
    return {name: _followed(value, whole) for name, value in found.items() if name not in {"description", "examples"}}


def _first(default: str, interpretations: tuple[str, ...]) -> Iterator[str]:
    yield f"**{default}**"
    yield from (interpretation for interpretation in interpretations if interpretation != default)


if __name__ == "__main__":
    import click

    click.echo(table(), nl=False)
