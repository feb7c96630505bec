"""The search for secrets: its results are entries, and probes read nothing else."""

import re
from pathlib import Path

import pytest

from fiskil_harness import probes
from fiskil_harness.journal import (
    Canaries,
    Exchange,
    HookCall,
    Journal,
    KeyInUse,
    KeyPresented,
    Output,
    SecretFound,
    SecretsSearched,
    queries,
)
from fiskil_harness.journal.queries.secrets import SecretsFound
from fiskil_harness.journal.secret_search import search_secrets

TOKEN = "k3V9pQ7xTz2LmN8r"


@pytest.fixture
def journal() -> Journal:
    """Return a journal with a token in the second of three outputs."""
    recorded = Journal()
    recorded.write(Canaries(values={"access token": (TOKEN,)}))
    for text in (b"ready", f"using {TOKEN}".encode(), b"done"):
        recorded.write(Output(place="output", text=text))
    return recorded


def test_a_hit_is_an_entry_with_its_place(journal: Journal) -> None:
    """It contains the kind and the encoding of the secret, and not its value."""
    search_secrets(journal)

    assert len(journal.all(SecretsSearched)) == 1
    assert journal.all(SecretFound) == [
        SecretFound(entry="Output", number=1, part="text", kind="access token", description="the access token")
    ]


def test_hits_are_found_by_the_entry(journal: Journal) -> None:
    """Entries of other classes are counted apart."""
    journal.write(HookCall(hook="refresh", participant="", status=200, body=TOKEN.encode()))

    found = SecretsFound(search_secrets(journal))

    assert [len(found.of(output)) for output in journal.all(Output)] == [0, 1, 0]
    assert [hit.description for call in journal.all(HookCall) for hit in found.of(call)] == ["the access token"]
    assert found.of(journal.all(Output)[1], kinds=("client secret",)) == []


def test_a_second_search_replaces_the_first(journal: Journal) -> None:
    """Late lines of a log are searched as well, and nothing counts twice."""
    search_secrets(journal)
    journal.write(Output(place="late.log", text=TOKEN.encode()))

    search_secrets(journal)

    assert [hit.number for hit in journal.all(SecretFound)] == [1, 3]
    assert len(journal.all(SecretsSearched)) == 1


def test_a_journal_that_was_not_searched_is_refused(journal: Journal) -> None:
    """Otherwise a probe would pass without evidence."""
    with pytest.raises(ValueError, match="was not searched"):
        SecretsFound(journal)


@pytest.mark.parametrize(
    ("started_with", "presented", "key"),
    [
        (("first", "second"), "second", 1),
        (("first", "second"), "first", 0),
        (("first", "second"), "pasted", None),
        (("first", "second", "first"), "first", 2),
        (("first", "first", "second"), "first", 0),
    ],
)
def test_a_presented_key_is_recorded_by_its_number(started_with: tuple[str, ...], presented: str, key: int | None) -> None:
    """So a probe compares keys without their values."""
    recorded = Journal()
    for secret in started_with:
        recorded.write(KeyInUse(client_secret=secret))
    body = f'{{"client_secret": "{presented}"}}'.encode()
    recorded.write(Exchange(number=4, route="token", method="POST", path="/v1/token", request_body=body))

    search_secrets(recorded)

    assert recorded.all(KeyPresented) == [KeyPresented(request_number=4, key=key)]


def test_no_probe_reads_a_secret() -> None:
    """Probes and queries do not name the entries that contain secrets, nor the index of their values."""
    folders = (Path(str(probes.__file__)).parent, Path(str(queries.__file__)).parent)
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.parent.name != "evidence"]
    sources = {path: path.read_text() for path in paths}

    forbidden = re.compile(r"\bCanaries\b|\.client_secret\b|\bcore\.redaction\b|\bindex_of\b")
    naming = [path.name for path, source in sources.items() if forbidden.search(source)]

    assert len(sources) > 100
    assert naming == []
