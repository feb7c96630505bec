"""A recorded scenario contains no secret in any encoding, and is judged as it was judged in the run."""

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.core.redaction import Index
from fiskil_harness.core.redaction.placeholders import Placeholders
from fiskil_harness.journal import Canaries, Delivery, Effects, Journal, KeyInUse, Output, PageView, StepFailed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.probes import RenewsTokenOnce, SurvivesEveryPlan, UsesConfiguredKey, Verdict
from fiskil_harness.probes.outcome import Outcome, Recording
from fiskil_harness.runner import recording
from fiskil_harness.runner.judging import counted, findings_of, outcome_of
from fiskil_harness.runner.recording import journal_of, judged_again, recording_of, scenario_of, stored_scenario
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load

SECRETS = {
    "client secret": "fsk_q7Rt2LmX9vBz4KpD8sWn3JhY6cFg1TxQ5aEu0oIi7RkMbVZd",
    "webhook secret": base64.b64encode(bytes(range(7, 39))).decode(),
    "access token": "eyJhbGciOiJIUzI1NiJ9.eyJvcmciOiJvIiwianRpIjoiYTFiMmMzZDRlNWY2In0.c2lnNmF0dXJlLW9mLXRoZS10b2tlbg",
    "account number": "482915637",
}
NEXT_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJvcmciOiJvIiwianRpIjoiWjl5OFg3dzZWNXU0In0.bmV4dC1zaWduYXR1cmUtb2YtaXQ5"
ENCODINGS = {
    "plain": str.encode,
    "in JSON": lambda text: json.dumps({"a": text}).replace("/", "\\/").encode(),
    "in base64": lambda text: base64.b64encode(f"id:{text}".encode()),
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).rstrip(b"="),
    "twice in base64": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "in hex": lambda text: text.encode().hex().encode(),
    "in UTF-16": lambda text: text.encode("utf-16-le"),
    "percent-encoded": lambda text: quote(text, safe="").encode(),
    "each percent-encoded": lambda text: "".join(f"%{value:02X}" for value in text.encode()).encode(),
    "as numbers": lambda text: str(list(text.encode())).encode(),
    "in HTML": lambda text: text.replace("/", "&#x2F;").replace("=", "&#61;").encode(),
    "as a part": lambda text: text[-12:].encode(),
}
SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "credentials.rotated"),
    steps=(steps.Authorise(), steps.ExpireTokens(), steps.Refresh()),
    probes=(RenewsTokenOnce(), UsesConfiguredKey()),
    name="our_own",
    title="Tokens expire.",
)
SETTINGS = Settings()
HOOKS = frozenset({"app.observe.effects"})


@pytest.fixture
def journal() -> Journal:
    """Return the journal of an app that renews its token, and leaks every secret in every encoding."""
    tape = JournalBuilder()
    tape.journal.write(Canaries(values={kind: (value,) for kind, value in SECRETS.items()}))
    tape.journal.write(KeyInUse(client_secret=SECRETS["client secret"]))
    for token in (SECRETS["access token"], NEXT_TOKEN):
        body = msgspec.json.encode({"client_id": "c", "client_secret": SECRETS["client secret"]})
        tape.call("token", token=token, request_body=body)
        tape.call("banking.accounts", bearer=token)
        tape.expire_tokens()
        tape.call("banking.accounts", bearer=token, status=401)
    for name, encode in ENCODINGS.items():
        for value in SECRETS.values():
            tape.output(b"log " + encode(value) + b" end", place=name)
            tape.effects({encode(value).decode("latin-1"): ["x", {"deep": value}]})
    tape.journal.write(
        Delivery(
            event="e0",
            participant="",
            message_id="m",
            attempt=1,
            kind="forged",
            status=400,
            body=b"{}",
            response_headers=(("x-debug", SECRETS["webhook secret"]),),
        )
    )
    tape.journal.write(PageView(participant="", page="connect", html=f"<p>{SECRETS['account number']}</p>"))
    tape.journal.names[SECRETS["account number"]] = "account:everyday:number"
    return tape.journal


def live(scenario: Scenario, journal: Journal) -> Outcome:
    """Return the outcome of the run, as its worker judges it."""
    search_secrets(journal)
    has = HOOKS.__contains__
    findings = findings_of(scenario, journal, "", has=has, settings=SETTINGS)
    return counted(outcome_of(scenario, journal, findings, has=has, seed=3), scenario, SETTINGS)


def record(scenario: Scenario, journal: Journal, **changes: Any) -> Recording:
    """Return the recording of the run."""
    options = {"crashed": "", "hooks": HOOKS, "is_judged": True, "took_s": 1.5, "placeholders": Placeholders(), **changes}
    return recording_of(scenario, journal, live(scenario, journal), **options)


def test_no_encoding_of_a_secret_is_in_a_recording(journal: Journal) -> None:
    """Neither in the line of the file, nor in what is read from it."""
    line = gzip.decompress(record(SCENARIO, journal).line)

    index = Index()
    for kind, value in SECRETS.items():
        index.add(kind, value)
    read = repr(list(journal_of(stored_scenario(line)))).encode()
    assert index.hits(line) == []
    assert index.hits(read) == []
    spellings = [encode(value) for value in (*SECRETS.values(), NEXT_TOKEN) for encode in ENCODINGS.values()]
    assert [spelling for spelling in spellings if spelling in line or spelling in read] == []
    assert all(f"[harness: {kind.replace(' ', '_')}".encode() in line for kind in SECRETS)


def test_a_recording_is_judged_like_the_run(journal: Journal) -> None:
    """Equal tokens are still equal, and leaks are still found."""
    expected = live(SCENARIO, journal)
    stored = stored_scenario(gzip.decompress(record(SCENARIO, journal).line))

    outcome = judged_again(stored, journal_of(stored), settings=SETTINGS, seed=3)

    assert outcome == expected
    failed = {finding.probe for finding in outcome.findings if finding.verdict is Verdict.FAIL}
    assert {"keeps_secrets_out_of_logs", "keeps_secrets_to_itself", "responses_contain_no_secrets"} <= failed
    assert scenario_of(stored) == SCENARIO


@pytest.mark.parametrize("name", ["happy_path", "life_plans_generated", "webhook_repeated"])
def test_a_scenario_survives_its_recording(name: str) -> None:
    """Also one that generates plans."""
    scenario = load(name)

    stored = stored_scenario(gzip.decompress(record(scenario, Journal()).line))

    assert scenario_of(stored) == scenario
    assert isinstance(scenario_of(stored), GeneratedScenario) is (scenario.probes == (SurvivesEveryPlan(),))


def test_only_names_of_ids_that_occur_are_stored() -> None:
    """A journal also names the ids of all earlier scenarios of its app."""
    recorded = Journal()
    recorded.names = {
        "eu_a1": "end_user",
        "77": "e0",
        "c2V-_g": "consent",
        "eu_old": "end_user",
        "an id": "x",
        "k": "key",
    }
    recorded.write(Output(place="output", text=b"GET /eu_a1?consent=c2V-_g=="))
    recorded.write(Effects(participant="", moment="end", state=[{"k": 77, "big": 10**40}]))

    stored = stored_scenario(gzip.decompress(record(SCENARIO, recorded).line))

    assert list(journal_of(stored).names) == ["eu_a1", "77", "c2V-_g", "an id", "k"]


def test_a_scenario_that_was_not_judged_keeps_its_outcome(journal: Journal) -> None:
    """The app did not start, for example, so no probe examined anything."""
    journal.write(StepFailed(reason="the app stopped"))
    expected = live(SCENARIO, journal)

    stored = stored_scenario(gzip.decompress(record(SCENARIO, journal, is_judged=False).line))

    assert stored.outcome == expected
    assert judged_again(stored, Journal(), settings=SETTINGS, seed=3) == expected


def test_a_journal_that_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome of the run is kept."""
    monkeypatch.setattr(recording, "MOST_LINE_BYTES", 10_000)
    large = Journal()
    large.write(Output(place="output", text=b"x" * 20_000))

    stored = stored_scenario(gzip.decompress(record(SCENARIO, large).line))

    assert (stored.entries, stored.outcome) == ((), live(SCENARIO, large))


def test_a_scenario_without_the_effects_hook_is_judged_by_the_hooks_of_the_run() -> None:
    """A missing hook is no finding of its own."""
    empty = Journal()
    empty.write(Effects(participant="", moment="end"))

    stored = stored_scenario(gzip.decompress(record(SCENARIO, empty).line))

    assert stored.hooks == tuple(HOOKS)
    assert judged_again(stored, journal_of(stored), settings=SETTINGS, seed=3).missing == live(SCENARIO, empty).missing


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b'{"name":"a","entries":5}', b'{"name":"a","more":1}', b"[" * 100_000, b"\xff"],
    ids=["nothing", "a list", "empty", "no entries", "unknown", "deep", "no text"],
)
def test_a_line_that_is_no_scenario_is_refused(line: bytes) -> None:
    """With one kind of error."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text comes from the parser
        stored_scenario(line)
