"""separates_concurrent_users: no end user gets data of another one, and all have as many rows."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import STATE
from fiskil_harness.journal import ConcurrentResponse, HookCall, PageOfOther, Visit, shortened
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, SeparatesConcurrentUsers, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = SeparatesConcurrentUsers().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> JournalBuilder:
    """Two end users with two rows each, whose events arrived at the same moment."""
    courier = receiver_journal()
    courier.rows("t1", "t2", dataset="accounts")
    courier.rows("u1", "u2", participant="b", dataset="accounts")
    courier.deliver("e1", group=1)
    courier.deliver("b.e1", group=1)
    return courier


def end(courier: JournalBuilder, first: list[str], second: list[str], **more: Any) -> None:
    """Record the rows that the last states show."""
    courier.effects(applied={}, state={"rows": first}, **more)
    courier.effects(applied={}, state={"rows": second}, participant="b")


def respond(
    courier: JournalBuilder,
    body: bytes,
    *,
    participant: str = "",
    source: str = "page connections",
    status: int | None = 200,
) -> None:
    """Record a page that an end user got, or the response to a hook."""
    response = ConcurrentResponse(
        participant=participant, source=source, status=status, body=body, marks=(f"ref-{participant or 'a'}",)
    )
    courier.journal.write(response)


def respond_to_both(courier: JournalBuilder, body: bytes, *, source: str, status: int | None = 200) -> None:
    """Record an equal response to each end user."""
    respond(courier, body, source=source, status=status)
    respond(courier, body, source=source, status=status, participant="b")


def test_own_rows_in_every_state_pass(courier: JournalBuilder) -> None:
    """Each end user has all of their rows."""
    end(courier, ["t1", "t2"], ["u1", "u2"])

    assert examined(courier).verdict is Verdict.PASS


def test_a_row_of_another_end_user_fails(courier: JournalBuilder) -> None:
    """A list that requests share contains rows of both."""
    end(courier, ["t1", "t2", "u1"], ["u1", "u2"])

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the state shows one end user an id of another one"


def test_states_without_any_row_are_inconclusive(courier: JournalBuilder) -> None:
    """A cache for all end users gave each of them rows of an earlier one, which the app then left out."""
    respond(courier, b"ref-a")
    respond(courier, b"ref-b", participant="b")
    courier.effects(applied={}, state={"ref": "ref-a", "rows": []})
    courier.effects(applied={}, state={"ref": "ref-b", "rows": []}, participant="b")

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, STATE)
    assert finding.observed == "no state shows the fiskil_id of a row that was synced"


def test_a_page_about_another_end_user_fails(courier: JournalBuilder) -> None:
    """The page shows the customer of the latest request."""
    respond(courier, b'<input name="customer" value="ref-a">')
    respond(courier, b'<a href="/connections?customer=ref-a">', participant="b")
    end(courier, ["t1", "t2"], ["u1", "u2"])

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "page connections shows one end user an id of another one"


def test_a_longer_ref_is_another_text(courier: JournalBuilder) -> None:
    """One end user's ref may be the beginning of another one's."""
    respond(courier, b"ref-a", participant="")
    respond(courier, b"ref-ab ref-a-2 ref-b", participant="b")
    end(courier, ["t1", "t2"], ["u1", "u2"])

    assert examined(courier).verdict is Verdict.PASS


def test_rows_that_only_one_end_user_misses_fail(courier: JournalBuilder) -> None:
    """The refresh of one end user replaced the request of the other."""
    end(courier, ["t1", "t2"], ["u1"])

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the state of an end user misses accounts that the states of others have"


def test_rows_that_all_leave_out_are_not_lost(courier: JournalBuilder) -> None:
    """An app may keep a part of the history only."""
    end(courier, ["t1"], ["u1"])

    assert examined(courier).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [409, 429, 503, None])
def test_a_refused_refresh_loses_nothing(courier: JournalBuilder, status: int | None) -> None:
    """An app may refuse a refresh while another one is in progress."""
    courier.journal.write(HookCall(hook="refresh", participant="b", status=status))
    end(courier, ["t1", "t2"], ["u1"])

    assert examined(courier).verdict is Verdict.PASS


def test_an_unacknowledged_event_loses_nothing(courier: JournalBuilder) -> None:
    """Fiskil would deliver it again."""
    courier.deliver("b.e2", status=429, group=1)
    end(courier, ["t1", "t2"], ["u1"])

    assert examined(courier).verdict is Verdict.PASS


def test_a_busy_app_is_inconclusive(courier: JournalBuilder) -> None:
    """Its rows may still come."""
    end(courier, ["t1"], ["u1", "u2"], is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("states", [([], []), (["t1"], ["t1"]), (["t1", "t2"], [])])
def test_states_that_show_nothing_of_their_end_users_are_inconclusive(
    courier: JournalBuilder, states: tuple[list[str], list[str]]
) -> None:
    """Without own ids, or with one state for all, nothing can be mixed up visibly."""
    end(courier, *states)

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, STATE)
    assert finding.observed == "the effects hook reports no state for several end users"


def test_nothing_at_the_same_moment_is_inconclusive() -> None:
    """Deliveries one after another test nothing here."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.deliver("b.e1")
    end(courier, ["t1"], ["u1"])

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "nothing happened at the same moment")


def test_a_callback_page_about_another_end_user_fails(courier: JournalBuilder) -> None:
    """Two people who connected together share an attempt, so one returns to the page of the other."""
    end(courier, ["t1", "t2"], ["u1", "u2"])
    respond(courier, b"", participant="b")
    visit = Visit(participant="", page="callback", status=200, body=b'<a href="/connections?customer=ref-b">Your data</a>')
    courier.journal.write(visit)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the page after a consent journey shows one end user an id of another one"


LOGIN_PAGE = b"<form><input name=secret TYPE='password'></form>"
BEHIND_LOGIN = [
    (300, b""),
    (399, b""),
    (303, b""),
    (302, b"Please log in"),
    (401, b""),
    (403, b"<h1>Log in</h1>"),
    (200, LOGIN_PAGE),
]
REFRESH_RESPONSE = "the response to app.drive.refresh"


@pytest.mark.parametrize(("status", "body"), BEHIND_LOGIN)
def test_pages_behind_a_login_are_inconclusive(courier: JournalBuilder, status: int, body: bytes) -> None:
    """Without a login, no page of an end user was examined, so a page cached for all customers would not be found."""
    respond_to_both(courier, body, source="page connections", status=status)
    respond_to_both(courier, b"", source=REFRESH_RESPONSE, status=204)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.login")
    assert finding.observed == (
        "the app returned only redirects, refusals or login pages for page connections, so nothing there was examined"
    )


def test_the_page_with_the_data_may_be_the_one_that_needs_a_login(courier: JournalBuilder) -> None:
    """A page without one was examined, and that is not enough."""
    respond_to_both(courier, b"Connect your bank", source="page connect")
    respond_to_both(courier, b"", source="page connections", status=303)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.login")


@pytest.mark.parametrize("status", [400, 402, 404, 500, None])
def test_pages_that_only_fail_need_no_login(courier: JournalBuilder, status: int | None) -> None:
    """A login would not help against an error, and the finding claims no page."""
    respond_to_both(courier, LOGIN_PAGE, source="page connections", status=status)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed == "the app returned only errors for page connections, so nothing there was examined"


def test_one_examined_page_passes_and_the_failed_one_is_named(courier: JournalBuilder) -> None:
    """The finding claims only what was examined."""
    respond_to_both(courier, b"Connect your bank", source="page connect")
    respond_to_both(courier, b"", source="page connections", status=500)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.observed == (
        "2 end users got all of their own data, and no other; "
        "the app returned only errors for page connections, so nothing there was examined"
    )


def test_pages_that_sometimes_fail_are_examined(courier: JournalBuilder) -> None:
    """One page of an end user is enough to have examined it."""
    respond_to_both(courier, b"Your connections", source="page connections")
    respond_to_both(courier, b"", source="page connections", status=503)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    assert examined(courier).observed == "2 end users got all of their own data, and no other"


def test_an_end_user_without_ids_is_not_compared(courier: JournalBuilder) -> None:
    """The app reports a state for a third end user, about whom the API and the journal know nothing."""
    end(courier, ["t1", "t2"], ["u1", "u2"])
    courier.effects(applied={}, state={"rows": []}, participant="c")

    assert examined(courier).verdict is Verdict.PASS


def test_one_state_for_all_may_have_another_order(courier: JournalBuilder) -> None:
    """The same names and values are one state, whatever their order."""
    courier.effects(applied={}, state={"first": ["t1"], "second": ["u1"]})
    courier.effects(applied={}, state={"second": ["u1"], "first": ["t1"]}, participant="b")

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, STATE)


def test_rows_without_an_id_are_not_counted(courier: JournalBuilder) -> None:
    """Balances have the id of their account only."""
    for participant, account_id in (("", "t1"), ("b", "u1")):
        courier.rows({"account_id": account_id}, dataset="balances", participant=participant)
    end(courier, ["t1", "t2"], ["u1", "u2"])

    assert examined(courier).verdict is Verdict.PASS


@pytest.mark.parametrize("excuse", ["an event", "a refresh", "another hook"])
def test_a_loss_is_excused_only_by_what_the_end_user_missed(courier: JournalBuilder, excuse: str) -> None:
    """A third end user missed an event or a refresh, or a hook for another purpose failed."""
    courier.rows("v1", "v2", participant="c", dataset="accounts")
    courier.deliver("c.e1", group=1, status=429 if excuse == "an event" else 204)
    if excuse == "a refresh":
        courier.hook("refresh", participant="c", status=409)
    if excuse == "another hook":
        courier.hook("revoke", participant="b", status=500)
    end(courier, ["t1", "t2"], ["u1"])
    courier.effects(applied={}, state={"rows": ["v1", "v2"]}, participant="c")

    assert examined(courier).verdict is Verdict.FAIL


@pytest.fixture
def rich() -> JournalBuilder:
    """Two end users whose rows have different values, and equal ones."""
    courier = receiver_journal()
    for name, participant, amount in (("t", "", "-6418.37"), ("u", "b", "-7926.51")):
        rows = [
            {"fiskil_id": f"{name}1", "amount": amount, "description": f"BOUGHT BY {name * 4}"},
            {"fiskil_id": f"{name}2", "amount": "-1234.56", "description": "BOUGHT BY BOTH", "current_balance": "5.00"},
        ]
        courier.rows(*rows, participant=participant)
    courier.deliver("e1", group=1)
    courier.deliver("b.e1", group=1)
    end(courier, ["t1", "t2"], ["u1", "u2"])
    return courier


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b"<td>- $7,926.51</td>", Verdict.FAIL),
        (b"<td>7 926,51</td>", Verdict.FAIL),
        (b'{"amount": -7926.51}', Verdict.FAIL),
        (b"<td>Bought by\n  UUUU</td>", Verdict.FAIL),
        (b"<td>17926.51</td>", Verdict.PASS),
        (b"<td>7926.510</td>", Verdict.PASS),
        (b"<td>$6,418.37</td><td>Bought by tttt</td>", Verdict.PASS),
        (b"<td>$1,234.56</td><td>Bought by both</td><td>5.00</td>", Verdict.PASS),
        (b"<td data-of='7926.51'>none</td>", Verdict.PASS),
    ],
)
def test_a_page_without_ids_is_known_by_its_values(rich: JournalBuilder, body: bytes, verdict: Verdict) -> None:
    """The API served some values to one end user only."""
    respond(rich, body, source="page money")

    assert examined(rich).verdict is verdict


def test_the_page_with_values_of_another_end_user_is_named(rich: JournalBuilder) -> None:
    """The finding names no end user, because timing decides who got the page."""
    respond(rich, b"<td>$7,926.51</td>", source="page money")

    assert examined(rich).observed == "page money shows one end user values of another one's rows"


def test_a_value_that_an_end_user_had_before_is_their_own(rich: JournalBuilder) -> None:
    """A page may still show an older version of a row."""
    rich.rows({"fiskil_id": "t1", "amount": "-7926.51"})
    respond(rich, b"<td>$7,926.51</td>", source="page money")

    assert examined(rich).verdict is Verdict.PASS


HIDDEN, LOGIN = b"<p>You may not open this page: ref-b</p>", b'<input type="password">'
OWN_PAGE, OWN_PAGE_OF_B = b"t1 t2", b"u1 u2"
UNEXAMINED = "; whether a page shows it to another login was not examined"


def request_page(
    courier: JournalBuilder,
    body: bytes,
    *,
    reader: str | None,
    page: str = "home",
    status: int | None = 200,
    is_logged_in: bool = True,
) -> None:
    """Record what *reader* saw of a page of the end user b."""
    courier.journal.write(
        PageOfOther(owner="b", reader=reader, page=page, status=status, body=body, is_logged_in=is_logged_in)
    )


def open_own_pages(courier: JournalBuilder, page: str = "home") -> None:
    """Record that each end user saw the own rows on a page, and that each state shows them."""
    respond(courier, OWN_PAGE, source=f"page {page}")
    respond(courier, OWN_PAGE_OF_B, source=f"page {page}", participant="b")
    end(courier, ["t1", "t2"], ["u1", "u2"])


@pytest.mark.parametrize("body", [OWN_PAGE_OF_B, b"<p>Account u1</p>"])
def test_a_page_that_another_login_opens_fails(courier: JournalBuilder, body: bytes) -> None:
    """The app checks that an end user is logged in, and not which one."""
    open_own_pages(courier)
    request_page(courier, body, reader="")
    request_page(courier, HIDDEN, reader=None, status=403)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "page home shows an end user's data to another one who requests its URL"


def test_an_id_without_its_padding_on_a_page_fails(courier: JournalBuilder) -> None:
    """A page may leave out or escape the padding of an id in base64."""
    courier.rows("dTM=", participant="b", dataset="balances")
    respond(courier, b"dTM", source="page home", participant="b")
    request_page(courier, b"/accounts/dTM%3D", reader="")
    request_page(courier, LOGIN, reader=None)
    end(courier, ["t1", "t2"], ["u1", "u2", "dTM="])

    assert examined(courier).verdict is Verdict.FAIL


def test_values_on_a_page_that_another_login_opens_fail(courier: JournalBuilder) -> None:
    """The page shows no id, but a balance that only this end user has."""
    courier.rows({"fiskil_id": "u3", "current_balance": "7926.51"}, participant="b", dataset="balances")
    courier.rows({"fiskil_id": "t3", "current_balance": "6418.37"}, dataset="balances")
    respond(courier, b"7926.51", source="page home", participant="b")
    request_page(courier, b"7,926.51", reader="")
    request_page(courier, LOGIN, reader=None)
    end(courier, ["t1", "t2", "t3"], ["u1", "u2", "u3"])

    assert examined(courier).observed == "page home shows an end user's data to another one who requests its URL"


@pytest.mark.parametrize("response", [(302, b""), (403, HIDDEN), (200, LOGIN), (404, b""), (500, b"Error"), (None, b"")])
def test_a_page_that_needs_no_login_fails(courier: JournalBuilder, response: tuple[int | None, bytes]) -> None:
    """One page lacks the check that the other one may have."""
    open_own_pages(courier)
    open_own_pages(courier, "accounts")
    request_page(courier, response[1], reader=None, status=response[0])
    request_page(courier, OWN_PAGE_OF_B, reader=None, page="accounts")

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "page accounts shows an end user's data without a login"


@pytest.mark.parametrize("status", [200, 403, 404])
@pytest.mark.parametrize("body", [HIDDEN, LOGIN, OWN_PAGE, b""])
def test_a_page_that_others_cannot_open_passes(courier: JournalBuilder, body: bytes, status: int) -> None:
    """A refusal may repeat the ref in the URL, and an app may show the reader's own page."""
    open_own_pages(courier)
    request_page(courier, body, reader="", status=status)
    request_page(courier, LOGIN, reader=None)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.observed == "2 end users got all of their own data, and no other; no page showed it to another login"


@pytest.mark.parametrize("response", [(429, b""), (500, b"Error"), (None, b""), (200, shortened(b"-" * 100_000))])
def test_an_error_examines_nothing(courier: JournalBuilder, response: tuple[int | None, bytes]) -> None:
    """An error may have other causes than a check of the end user, and of a large page only the beginning is known."""
    open_own_pages(courier)
    request_page(courier, response[1], reader="", status=response[0])
    request_page(courier, LOGIN, reader=None)

    assert examined(courier).observed.endswith(UNEXAMINED)


def test_a_reader_without_a_working_login_examines_nothing(courier: JournalBuilder) -> None:
    """The app ended the session, so it would refuse every page."""
    open_own_pages(courier)
    request_page(courier, HIDDEN, reader="", status=403, is_logged_in=False)
    request_page(courier, LOGIN, reader=None)

    assert examined(courier).observed.endswith(UNEXAMINED)


def test_a_page_without_data_examines_nothing(courier: JournalBuilder) -> None:
    """A script may request the data of a page, so the page itself shows nothing to its owner either."""
    respond(courier, b"<script></script>", source="page home", participant="b")
    end(courier, ["t1", "t2"], ["u1", "u2"])
    request_page(courier, b"<script></script>", reader="")
    request_page(courier, LOGIN, reader=None)

    assert examined(courier).observed.endswith(UNEXAMINED)


def test_pages_that_all_need_no_login_fail(courier: JournalBuilder) -> None:
    """The app never looks at the login."""
    open_own_pages(courier)
    request_page(courier, OWN_PAGE_OF_B, reader="")
    request_page(courier, OWN_PAGE_OF_B, reader=None)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "page home shows an end user's data without a login"


@pytest.mark.parametrize("response", [(404, b""), (429, b""), (500, b"Error"), (None, b"")])
def test_another_login_is_judged_without_a_refusal(courier: JournalBuilder, response: tuple[int | None, bytes]) -> None:
    """The request without a login failed, which excuses nothing that another end user saw."""
    open_own_pages(courier)
    request_page(courier, response[1], reader=None, status=response[0])
    request_page(courier, OWN_PAGE_OF_B, reader="")

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "page home shows an end user's data to another one who requests its URL"
