"""The public functions that sign and verify agree with the messages, the forgeries and the tolerance of every sender."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from fiskil_harness import signature
from fiskil_harness.core.config.webhook_format import PRESETS, Dialect
from fiskil_harness.core.model import Event
from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks.forgeries.catalogue import forge, forgeries_of
from fiskil_harness.webhooks.message import seal

KEY = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE="
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BODY = b'{"message_id":"m1"}'
EVENT = Event(
    event_id=0,
    kind="consent.received",
    message_id="3f1c6f0e-0000-4000-8000-000000000001",
    publish_time=NOW,
    end_user_id="eu_1",
    consent_id="3f1c6f0e-0000-4000-8000-000000000002",
    institution_id="1",
    client_id="3f1c6f0e-0000-4000-8000-000000000003",
)
FORGERIES = [
    pytest.param(dialect, forgery, id=f"{name}-{forgery}")
    for name, dialect in PRESETS.items()
    for forgery in forgeries_of(dialect)
]


@pytest.mark.parametrize("dialect", PRESETS.values(), ids=list(PRESETS))
def test_a_signed_body_is_verified(dialect: Dialect) -> None:
    """Names of headers may be in any case; another body, secret or id is refused."""
    secret = dialect.scheme.secret_of(KEY)
    headers = signature.headers(BODY, secret, dialect=dialect, message_id="m1", sent_at=NOW)
    lower = {name.lower(): value for name, value in headers.items()}

    assert signature.verify(BODY, headers, secret, dialect=dialect, at=NOW)
    assert signature.verify(BODY, lower, secret, dialect=dialect, at=NOW)
    assert not signature.verify(BODY + b" ", headers, secret, dialect=dialect, at=NOW)
    assert not signature.verify(BODY, {}, secret, dialect=dialect, at=NOW)
    assert not signature.verify(BODY, headers, dialect.scheme.secret_of(KEY[::-1][1:] + "="), dialect=dialect, at=NOW)
    changed_id = {**headers, dialect.scheme.id_header: "m2"}
    assert signature.verify(BODY, changed_id, secret, dialect=dialect, at=NOW) is not dialect.scheme.signs_id


@pytest.mark.parametrize("dialect", PRESETS.values(), ids=list(PRESETS))
def test_the_time_is_within_the_tolerance(dialect: Dialect) -> None:
    """An old message is refused by senders that sign the time; one from the future only by some."""
    scheme, secret = dialect.scheme, dialect.scheme.secret_of(KEY)
    headers = signature.headers(BODY, secret, dialect=dialect, message_id="m1", sent_at=NOW)
    more = timedelta(seconds=scheme.tolerance_s + 1)

    later = signature.verify(BODY, headers, secret, dialect=dialect, at=NOW + more)
    earlier = signature.verify(BODY, headers, secret, dialect=dialect, at=NOW - more)

    assert (later, earlier) == (not scheme.has_time, not scheme.has_time or scheme.accepts_future)


@pytest.mark.parametrize("dialect", PRESETS.values(), ids=list(PRESETS))
def test_a_message_of_the_harness_is_verified(dialect: Dialect) -> None:
    """The headers are those of a delivery, except that a delivery may have more."""
    secret = dialect.scheme.secret_of(KEY)
    message = seal(EVENT, attempt=1, secret=secret, dialect=dialect, sent_at=NOW)
    headers = signature.headers(message.body, secret, dialect=dialect, message_id=EVENT.message_id, sent_at=NOW)

    assert signature.verify(message.body, dict(message.headers), secret, dialect=dialect, at=NOW)
    assert headers.items() <= dict(message.headers).items()


@pytest.mark.parametrize(("dialect", "name"), FORGERIES)
def test_no_forgery_is_verified(dialect: Dialect, name: str) -> None:
    """Each forgery is refused, although some contain a right signature of other bytes."""
    secret = dialect.scheme.secret_of(KEY)
    another = structs.replace(EVENT, message_id="m2", consent_id="c2")
    other = seal(another, attempt=1, secret=secret, dialect=dialect)
    forged = forge(name, EVENT, other=other, secret=secret, dialect=dialect)

    assert not signature.verify(forged.body, dict(forged.headers), secret, dialect=dialect)


@pytest.mark.parametrize("dialect", [dialect for dialect in PRESETS.values() if dialect.scheme.signs_id])
def test_an_id_that_has_no_bytes_is_not_verified(dialect: Dialect) -> None:
    """A lone surrogate is no error, and it does not count as the question mark that replaces it elsewhere."""
    secret = dialect.scheme.secret_of(KEY)
    headers = signature.headers(BODY, secret, dialect=dialect, message_id="m?", sent_at=NOW)

    genuine = signature.verify(BODY, headers, secret, dialect=dialect, at=NOW)
    other = {**headers, dialect.scheme.id_header: "m\ud800"}

    assert (genuine, signature.verify(BODY, other, secret, dialect=dialect, at=NOW)) == (True, False)


def test_a_malformed_secret_is_refused() -> None:
    """The message says what a secret looks like, and does not contain it."""
    with pytest.raises(ConfigError, match="The webhook signing secret is not base64") as error:
        signature.headers(BODY, "not base64!")

    assert "not base64!" not in str(error.value)
