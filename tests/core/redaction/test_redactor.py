"""The redactor removes every encoding of a secret from a text."""

import base64
from urllib.parse import quote

import pytest

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.core.redaction.redactor import Redactor

SECRET = "fsk_a+b/c=dEf0123456789"


@pytest.fixture
def redactor() -> Redactor:
    """Return a redactor that knows one secret."""
    redactor = Redactor()
    redactor.register("client_secret", SECRET)
    return redactor


@pytest.mark.parametrize(
    "encoded",
    [SECRET, quote(SECRET, safe=""), quote(SECRET), SECRET.replace("/", r"\/")],
    ids=["raw", "percent-encoded", "percent-encoded in a path", "json-escaped"],
)
def test_a_secret_in_any_encoding_is_replaced_by_its_kind(redactor: Redactor, encoded: str) -> None:
    """A secret becomes its kind in angle brackets, however it is encoded."""
    assert redactor.redact(f"before {encoded} after") == "before <client_secret> after"


@pytest.mark.parametrize("prefix", ["", "x", "id:", "abcd"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_in_base64_is_removed_at_any_offset(redactor: Redactor, prefix: str, encode: object) -> None:
    """The part of a base64 text that encodes the secret is removed, for example in a Basic header."""
    encoded = encode(f"{prefix}{SECRET}:tail".encode()).decode()  # type: ignore[operator]

    redacted = redactor.redact(f"Authorization: Basic {encoded}")

    assert "<client_secret>" in redacted
    remaining = redacted.replace("Authorization: Basic ", "").replace("<client_secret>", "")
    assert len(remaining) < len(encoded) - len(SECRET)


def test_every_text_of_a_tree_is_redacted() -> None:
    """Keys, values, nested lists and structs are redacted; values that are not text are unchanged."""
    redactor = Redactor()
    redactor.register("token", "tok-123456")

    finding = Finding(probe="a tok-123456", verdict=Verdict.FAIL, observed="", evidence=("tok-123456",), examined=7)

    redacted = redactor.redact_tree({"tok-123456": ["a tok-123456", 7, None, {"deep": ("tok-123456",)}, finding]})

    clean = Finding(probe="a <token>", verdict=Verdict.FAIL, observed="", evidence=("<token>",), examined=7)
    assert redacted == {"<token>": ["a <token>", 7, None, {"deep": ("<token>",)}, clean]}


def test_secrets_that_are_issued_later_are_found() -> None:
    """Each redaction reads the sources again, because tokens come and go."""
    secrets: list[tuple[str, str]] = []
    redactor = Redactor(lambda: secrets)
    before = redactor.redact("abcdef-token")

    secrets.append(("token", "abcdef-token"))

    assert (before, redactor.redact("abcdef-token")) == ("abcdef-token", "<token>")


def test_a_secret_that_left_its_source_is_still_removed() -> None:
    """The redactor remembers every secret that a source once contained."""
    secrets = [("token", "abcdef-token")]
    redactor = Redactor(lambda: secrets)
    redactor.learn()

    secrets.clear()

    assert redactor.redact("abcdef-token") == "<token>"


def test_unregistered_access_tokens_are_recognised_by_their_form() -> None:
    """A token that expired before it was registered is recognised as a JSON Web Token."""
    token = "eyJhbGciOiJIUzI1NiJ9.eyJvcmdfaWQiOiJhIn0.c2lnbmF0dXJlc2lnbmF0dXJl"

    assert Redactor().redact(f"Bearer {token}") == "Bearer <token>"


@pytest.mark.parametrize("value", [None, "", "short"])
def test_missing_and_short_values_are_not_registered(value: str | None) -> None:
    """A value of five characters or fewer is not a secret; removing it would remove ordinary words."""
    redactor = Redactor()
    redactor.register("webhook_secret", value)

    assert redactor.redact("a short text") == "a short text"
