"""tokens: whether an app continued after a token had expired."""

from fiskil_harness.journal import Exchange, Journal, TokensExpired
from fiskil_harness.journal.queries.tokens import is_locked_out


def call(at_s: float, status: int) -> Exchange:
    """Return an API call with a token."""
    return Exchange(
        at_s=at_s,
        number=int(at_s),
        route="banking.accounts",
        method="GET",
        path="/",
        end_user_id="eu_1",
        status=status,
        request_headers=(("authorization", "Bearer t"),),
    )


def test_an_app_is_locked_out_until_a_call_succeeds() -> None:
    """After a token has expired, a successful call shows that the app continues."""
    journal = Journal()
    assert not is_locked_out(journal)

    journal.write(TokensExpired(at_s=1))
    journal.write(call(2, 401))
    assert is_locked_out(journal)

    journal.write(call(3, 200))
    assert not is_locked_out(journal)
