"""The redactor: no spelling of a secret leaves the process."""

import base64
from urllib.parse import quote

import pytest

from fiskil_harness.core.redaction.redactor import Redactor

SECRET = "fsk_a+b/c=dEf0123456789"


@pytest.fixture
def redactor() -> Redactor:
    """A redactor that knows one secret."""
    made = Redactor()
    made.register("client_secret", SECRET)
    return made


@pytest.mark.parametrize(
    "spelling",
    [SECRET, quote(SECRET, safe=""), quote(SECRET), SECRET.replace("/", r"\/")],
    ids=["raw", "percent-encoded", "percent-encoded in a path", "json-escaped"],
)
def test_every_spelling_is_replaced_by_its_kind(redactor: Redactor, spelling: str) -> None:
    """A secret reads as its kind in angle brackets, however it was written."""
    assert redactor.redact(f"before {spelling} after") == "before <client_secret> after"


@pytest.mark.parametrize("before", ["", "x", "id:", "abcd"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_hides_nothing_whatever_stands_before(redactor: Redactor, before: str, encode: object) -> None:
    """Inside any base64 text, as in a Basic header, the part that spells the secret is gone."""
    encoded = encode(f"{before}{SECRET}:tail".encode()).decode()  # type: ignore[operator]

    shown = redactor.redact(f"Authorization: Basic {encoded}")

    assert "<client_secret>" in shown
    kept = shown.replace("Authorization: Basic ", "").replace("<client_secret>", "")
    assert len(kept) < len(encoded) - len(SECRET)


def test_a_tree_is_redacted_in_every_text() -> None:
    """Values, keys and nested lists of a report are all looked at; what is no text stays as it is."""
    redactor = Redactor()
    redactor.register("token", "tok-123456")

    shown = redactor.redact_tree({"tok-123456": ["a tok-123456", 7, None, {"deep": ("tok-123456",)}]})

    assert shown == {"<token>": ["a <token>", 7, None, {"deep": ["<token>"]}]}


def test_secrets_that_are_minted_later_are_found() -> None:
    """The sources are read at each redaction, because tokens come and go."""
    live: list[tuple[str, str]] = []
    redactor = Redactor(lambda: live)
    before = redactor.redact("abcdef-token")

    live.append(("token", "abcdef-token"))

    assert (before, redactor.redact("abcdef-token")) == ("abcdef-token", "<token>")


def test_a_secret_that_is_gone_stays_known() -> None:
    """What a source once held is still taken out when the source has forgotten it."""
    live = [("token", "abcdef-token")]
    redactor = Redactor(lambda: live)
    redactor.learn()

    live.clear()

    assert redactor.redact("abcdef-token") == "<token>"


def test_access_tokens_are_taken_out_by_their_shape() -> None:
    """A token that died before anybody registered it is recognised as a JSON Web Token."""
    token = "eyJhbGciOiJIUzI1NiJ9.eyJvcmdfaWQiOiJhIn0.c2lnbmF0dXJlc2lnbmF0dXJl"

    assert Redactor().redact(f"Bearer {token}") == "Bearer <token>"


@pytest.mark.parametrize("value", [None, "", "short"])
def test_nothing_and_short_values_eat_no_words(value: str | None) -> None:
    """A value of five characters or fewer is no secret, and replacing it would eat ordinary words."""
    redactor = Redactor()
    redactor.register("webhook_secret", value)

    assert redactor.redact("a short text") == "a short text"
