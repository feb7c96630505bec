"""The catalogue of faults: it is complete, each entry is covered, and every name in it exists."""

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import switches
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import FAMILIES, entries, entries_of, read_entries
from fiskil_harness.faults.expression import rules_of
from fiskil_harness.probes import PROBES
from fiskil_harness.scenario.steps import STEPS

FIELD = {
    "network": """
        N-REFUSE N-BLACKHOLE N-LATENCY N-LAT-LOGNORMAL N-LAT-UNIFORM N-BANDWIDTH N-SLOW-CLOSE N-TIMEOUT N-RESET-PRE
        N-RESET-POST-HDR N-RESET-MID N-EMPTY N-LIMIT N-SLICER N-LOSS N-CORRUPT N-STALE-KA N-HALF-OPEN N-DOWN N-FLAP
        N-MAXCONN
    """,
    "tls": """
        T-EXPIRED T-NOT-YET T-WRONG-HOST T-SELF-SIGNED T-UNKNOWN-CA T-MISSING-INTERMEDIATE T-REVOKED T-WEAK
        T-ALPN-MISMATCH T-SNI-REQUIRED T-MTLS-REQUIRED T-STALL T-RST-HS T-FIN-HS T-PLAINTEXT T-TRUNC T-ROTATE
        T-PIN-MISMATCH
    """,
    "dns": "D-NXDOMAIN D-SERVFAIL D-TIMEOUT D-WRONG-IP D-REBIND D-AAAA-BROKEN D-TTL0-FLIP D-SLOW",
    "framing": """
        H-CL-LONG H-CL-SHORT H-CL-DUP H-CL+TE H-NOCL-TRUNC H-CHUNK-NOEND H-CHUNK-BADSIZE H-CHUNK-EXT H-TRAILERS
        H-GARBAGE H-GARBAGE-AFTER-200 H-100-FOREVER H-103 H-204-BODY H-HEAD-BODY H-HUGE-HDR H-MANY-HDR H-DUP-HDR
        H-LF-ONLY H-GZIP-LIE H-GZIP-BOMB H-GZIP-TRUNC H-STALL-HDR H-STALL-BODY H-DRIP H-DRIBBLE H-REDIRECT-LOOP
        H-REDIRECT-CROSS-ORIGIN H-REDIRECT-HTTP-DOWNGRADE H2-GOAWAY H2-RST_STREAM H-EARLY-RESPONSE H-PIPELINED-EXTRA
    """,
    "status": """
        R-429 R-503 R-500 R-502 R-504 R-408 R-425 R-409 R-410 R-413 R-415 R-422 R-406 R-200-ERROR R-202-PENDING
        R-OUTAGE R-BROWNOUT R-RETRY-STORM
    """,
    "payload": """
        J-TRUNC J-BADJSON J-HTML200 J-WRONG-CT J-BOM J-LATIN1 J-LONE-SURROGATE J-NAN J-INFINITY J-BIGINT J-DUPKEY
        J-DEEP J-EXTRA-FIELD J-UNKNOWN-ENUM J-MISSING-OPTIONAL J-NULL-FOR-OPTIONAL J-STRING-NUMBER J-DATE J-EMPTY-LIST
        J-CASE J-VERSION-SHAPE J-ERROR-SHAPE-SWITCH J-HUGE
    """,
    "paging": """
        P-DUP-PAGE P-OVERLAP P-GAP P-INSERT-DURING P-CURSOR-EXPIRED P-CURSOR-LOOP P-NEXT-EMPTY P-NEXT-ABSENT-EARLY
        P-NEXT-ORIGIN P-NEXT-RELATIVE P-NEXT-BRACKETS P-NEXT-SIGNS P-SIZE-CLAMP P-SMALL-PAGES P-LONG
        P-ORDER-CHANGE P-TOTAL-LIES
    """,
    "data": """
        D-PENDING-POSTED D-AMENDED D-DELETED D-BACKDATED D-DUP-TXN D-ID-UNSTABLE D-NO-DATES D-TZ-EDGE D-HISTORY-SHORT
        D-ACCOUNT-DRIFT D-BALANCE-STALE D-READY-BEFORE-DATA D-PARTIAL-SYNC
    """,
    "auth": """
        A-BAD-CREDS A-REVOKED-CLIENT A-EXPIRE-EARLY A-EXPIRE-MIDWALK A-EXPIRE-AT-BOUNDARY A-TOKEN-FIELD A-TTL-MISSING
        A-TTL-0 A-TTL-HUGE A-STAMPEDE A-401-LOOP A-403-SCOPE A-TENANT-MIX A-SKEW
    """,
    "journey": """
        L-CANCEL L-DENIED L-OTP-FAIL L-INELIGIBLE L-TIMEOUT L-UPSTREAM L-REUSED L-EXPIRED L-INVALID L-CALLBACK-LIES
        L-CALLBACK-FORGED L-CALLBACK-DOUBLE L-CALLBACK-OTHER-USER L-ORIGIN
    """,
    "consent": """
        C-GRANT-PARTIAL C-AMEND C-REVOKE-BY-APP C-REVOKE-BY-FISKIL C-REVOKE-BY-END-USER C-REVOKE-BY-ADR
        C-REVOKE-BY-HOLDER C-REVOKE-DURING-SYNC C-REVOKE-BEFORE-KNOWN C-EXPIRE C-EXPIRE-SOON C-ONE-OFF C-JOINT-PENDING
        C-JOINT-WITHDRAWN C-ACCOUNT-TEMP C-ACCOUNT-PERM C-RECONSENT C-SUSPEND-AFTER-N C-DELETE-ENDUSER
    """,
    "clock": "K-SKEW K-JUMP-FWD K-JUMP-BACK K-DST K-LEAP-DAY K-YEAR-END K-FREEZE K-DATE-HEADER-LIES K-ADVANCE-IN-FLIGHT",
}
"""The field's own catalogue: what is known to break, by family."""

OF_STATUSES = {"R-RETRY-STORM", "C-REVOKE-BY-ADR", "C-ACCOUNT-TEMP", "C-SUSPEND-AFTER-N"}
"""What is no fault of its own: a status, as often and as long as it is asked for."""

ASKED = [(entry.id, text) for entry in entries().values() for text in entry.expressions]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_known_entry_is_missing(family: str) -> None:
    """Each id is in its family, in the catalogue's order, and there are no others."""
    assert [entry.id for entry in entries().values() if entry.family == family] == FIELD[family].split()


@pytest.mark.parametrize(("entry_id", "text"), ASKED)
def test_an_expression_causes_its_entry(entry_id: str, text: str) -> None:
    """Each expression is valid, and its fault has the entry's id, unless statuses in general cause the entry."""
    ids = {fault_id for rule in rules_of(text) for fault_id in rule.fault.ids}

    assert ({entry_id} - OF_STATUSES) <= ids


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_in_the_catalogue_under_each_of_its_ids(fault: str) -> None:
    """Every fault has entries with expressions, so that readers find it."""
    entries_of_fault = entries_of(fault)

    assert [catalogue_entry.id for catalogue_entry in entries_of_fault] == [
        entry for entry in entries() if entry in FAULTS[fault].ids
    ]
    assert {text for text in FAULTS[fault].ids if text not in entries()} == set()
    assert FAULTS[fault].ids
    assert [text for catalogue_entry in entries_of_fault for text in catalogue_entry.expressions_with(fault)]


def test_every_name_in_the_catalogue_exists() -> None:
    """Steps, scenarios, persons, interpretations and probes of the catalogue exist."""
    every = entries().values()
    interpretations = [text.partition("=") for catalogue_entry in every for text in catalogue_entry.interpretations]

    assert {name.partition("=")[0] for catalogue_entry in every for name in catalogue_entry.steps} - set(STEPS) == set()
    assert {name for catalogue_entry in every for name in catalogue_entry.scenarios} - set(catalog.scenario_names()) == set()
    assert {name for catalogue_entry in every for name in catalogue_entry.people} - set(catalog.people()) == set()
    assert {name for catalogue_entry in every for name in catalogue_entry.probes} - set(PROBES) == set()
    assert [
        (clause, choice) for clause, _, choice in interpretations if choice not in switches()[clause].interpretations
    ] == []


def test_an_unknown_fault_gets_a_suggestion() -> None:
    """The error names the nearest fault."""
    with pytest.raises(UnknownName, match=r"No fault 'rest_peer'\. Did you mean 'reset_peer'"):
        entries_of("rest_peer")


def entry(**changed: object) -> dict[str, object]:
    """Return an entry as the file contains it."""
    return {"id": "N-A", "family": "network", "happens": "It breaks.", "client": "waits", "reason": "none", **changed}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([entry(), entry()], "contains 'N-A' twice"),
        ([entry(reason="")], "has neither a way to cause 'N-A' nor a reason why there is none"),
        ([entry(family="netwerk")], "No family 'netwerk' in fixtures/faults.toml. Did you mean 'network'"),
        ([entry(cause="none")], "has an invalid structure"),
    ],
)
def test_an_invalid_file_is_refused(written: list[dict[str, object]], message: str) -> None:
    """An entry that is not covered, occurs twice or has an unknown family is refused."""
    with pytest.raises((ConfigError, UnknownName), match=message):
        read_entries({"entry": written})
