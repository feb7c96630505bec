"""Fault expressions: one line states what breaks, where and when; an impossible one is refused with the nearest match."""

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import UsageError
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.faults.parameters import parameters
from fiskil_harness.faults.proxy import Rule

TRANSACTIONS = "banking.transactions"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "banking.transactions: reset_peer after 20 bytes, first 2",
            Rule(route=TRANSACTIONS, fault=faults.ResetPeer(after_bytes=20), times=2),
        ),
        (
            "token: status 429 retry after 30 s, every 3rd",
            Rule(route="token", fault=faults.Status(status=429, retry_after_s=30), every=3, times=0),
        ),
        ("POST end_users.create: reset_peer, once", Rule(route="end_users.create", method="POST", fault=faults.ResetPeer())),
        (
            "banking.transactions page 2: truncated_json keep 40 %",
            Rule(route=TRANSACTIONS, page=2, fault=faults.TruncatedJson(keep_percent=40)),
        ),
        (
            "banking.*: drip every 100 ms, with probability 0.2 seed 7",
            Rule(route="banking.*", fault=faults.Drip(every_ms=100), p=0.2, seed=7, times=0),
        ),
        (
            "banking.*: stall, calls 2 and 5, per end user",
            Rule(route="banking.*", fault=faults.Stall(), nth=(2, 5), scope="end_user"),
        ),
        (
            "banking.* version v2 end user eu_1 session s_1: stall, skip 3, always",
            Rule(
                route="banking.*",
                version="v2",
                end_user_id="eu_1",
                session_id="s_1",
                fault=faults.Stall(),
                skip=3,
                times=0,
            ),
        ),
        (
            "*: stall, between 10 s and 60 s, from consent.received, until consent.revoked, once",
            Rule(
                route="*",
                fault=faults.Stall(),
                between_s=(10, 60),
                from_event="consent.received",
                until_event="consent.revoked",
            ),
        ),
    ],
)
def test_an_expression_and_its_rule_are_equivalent(text: str, rule: Rule) -> None:
    """An expression is read and written without change, except for a default count."""
    assert rules_of(text) == (rule,)
    assert text_of(rule) == text.removesuffix(", once") + ", once" * ("between" in text)


@pytest.mark.parametrize(
    ("text", "canonical_text"),
    [
        ("reset_peer after 2 kB", "reset_peer after 2000 bytes"),
        ("stall 20 bytes", "stall after 20 bytes"),
        ("reset_peer(after_bytes=20)", "reset_peer after 20 bytes"),
        ("drip every 1.5 s", "drip every 1500 ms"),
        ("drip every 1.5s", "drip every 1500 ms"),
        ("truncated_json 40%", "truncated_json keep 40 %"),
        ("status 429 retry after 2 min", "status 429 retry after 120 s"),
        ("status(status=429, retry_after_s=2)", "status 429 retry after 2 s"),
        ("status retry after none", "status 503"),
    ],
)
def test_units_are_converted_and_short_forms_are_read(text: str, canonical_text: str) -> None:
    """Expressions with the same meaning are the same rule, which is written in one way."""
    assert [text_of(rule) for rule in rules_of(f"banking.transactions: {text}")] == [
        f"banking.transactions: {canonical_text}"
    ]


def test_faults_compose_from_left_to_right() -> None:
    """There is one rule for each fault, with equal conditions; "then" means the same as "+"."""
    rules = rules_of("banking.accounts: drip every 100 ms + truncated_json keep 30 %, first 2")

    assert rules == rules_of("banking.accounts: drip every 100 ms then truncated_json keep 30 %, first 2")
    assert [type(rule.fault) for rule in rules] == [faults.Drip, faults.TruncatedJson]
    assert [(rule.route, rule.times) for rule in rules] == [("banking.accounts", 2)] * 2
    assert text_of(*rules) == "banking.accounts: drip every 100 ms + truncated_json keep 30 %, first 2"


def test_rules_of_different_places_have_no_common_expression() -> None:
    """Two expressions are needed."""
    with pytest.raises(UsageError, match="cannot be written as one expression"):
        text_of(*rules_of("banking.accounts: stall"), *rules_of("banking.balances: stall"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("banking.transaction: stall", "No route 'banking.transaction'. Did you mean 'banking.transactions'"),
        ("conection: stall", "No route 'conection'. Did you mean 'connection'"),
        ("*: rest_peer", "No fault 'rest_peer'. Did you mean 'reset_peer'"),
        ("*: reset_peer afer 20 bytes", "no parameter 'afer'. Did you mean 'after'? Known: after"),
        ("*: reset_peer(after=20)", "No parameter 'after' in the fault 'reset_peer'. Did you mean 'after_bytes'"),
        ("*: stall, frist 2", "No condition 'frist' in the fault '*: stall, frist 2'. Did you mean 'first'"),
        ("* pag 2: stall", "No word 'pag' in the place of a fault. Did you mean 'page'"),
        ("*: stall, until consent.recieved", "No event 'consent.recieved'. Did you mean 'consent.received'"),
        ("* version v4: stall", "No version 'v4'. Did you mean"),
        ("*: stall, per enduser", "No counter 'enduser' in 'per'. Did you mean 'end user'"),
        ("*: reset_peer after 20", "'after 20' has no unit. Did you mean 'after 20 bytes'?"),
        ("*: reset_peer after 20, first 2", "'after 20' has no unit. Did you mean 'after 20 bytes'?"),
        ("*: reset_peer after 20 ms", "'ms' is not a unit of 'after', which takes bytes, byte, B, kB, KB, MB"),
        ("*: drip every 250 bytes", "'bytes' is not a unit of 'every', which takes us"),
        ("*: stall, between 10 and 20", "'between 10' has no unit. Did you mean 'between 10 s'?"),
        ("*: drip every 0.0005 s", "'every' of drip needs a whole number of ms, got 0.5"),
        ("*: status 503 retry after soon", "'retry after' of status needs a number, got 'soon'"),
        ("*: stall, first 0", "first counts from 1, got 0"),
        ("* page 0: stall", "page counts from 1, got 0"),
        ("*: stall, calls 2, with probability 0.2", "'calls' selects exchanges by number, so it excludes every other count"),
        ("*: stall, calls 2, first 2", "'calls' selects exchanges by number, so it excludes every other count"),
        ("*: stall, with probability 1.2", "p must be a probability from 0 to 1, got 1.2"),
        ("*: stall, with luck", "'with' must be followed by 'probability', got 'luck'"),
        ("*: stall, between 10 s or 20 s", "as in 'between 10 s and 30 s'"),
        ("*: stall, first 2, once", "'once' repeats or contradicts an earlier condition"),
        ("*: status 503 status 504", "status has 'status' twice"),
        ("*: stall first 2", "'first' begins a condition, so it needs a comma before it"),
        ("institutions.list page 2: stall", "'institutions.list' has no pages"),
        ("GET end_users.create: stall", "'end_users.create' has no method GET. Known: POST."),
        ("end_users.delete: stall after 20 bytes", "'end_users.delete' responds without a body"),
        ("connection: stall", "Stall is possible only on routes of the API"),
        ("token: expire_tokens after 20 bytes", "expire_tokens has no parameters, got 'after'"),
        ("*: stall + status 503", "stall and status each end an exchange, so only the first would bite"),
        ("*: truncated_json keep 100 %", "keep_percent must be a whole number, from 1 to 99, got 100"),
        ("* stall", "a ':' is missing before 'stall'"),
        ("*", "the ':' between the route and the fault is missing. Write it like 'banking.transactions: reset_peer"),
        (": stall", "no route is named"),
        ("*:", "the name of a fault is missing"),
        ("*: , first 2", "the name of a fault is missing"),
        ("", "no route is named"),
        ("*: stall; once", "'; once' is not valid here"),
        ("*: reset_peer(after_bytes=20", "the call is not closed"),
        ("*: reset_peer(after_bytes 20)", "after_bytes needs a '=' before its value"),
        ("* end user 12: stall", "put it in quotes if it begins with a digit"),
        ('* end user "\\x": stall', "needs a quoted text that is valid JSON"),
        ("* page 2 page 3: stall", "'page' occurs twice"),
    ],
)
def test_an_impossible_expression_is_refused(text: str, message: str) -> None:
    """The error states what is allowed, or the nearest match."""
    with pytest.raises(UsageError) as refused:
        rules_of(text)

    assert message in str(refused.value)


@pytest.mark.parametrize("name", faults.FAULTS)
def test_each_parameter_has_different_words(name: str) -> None:
    """Two parameters with the same words would be ambiguous."""
    words = [parameter.words for parameter in parameters(faults.FAULTS[name])]

    assert len(set(words)) == len(words)
