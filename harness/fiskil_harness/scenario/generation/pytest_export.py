"""Export of a plan as a pytest file that runs without the harness, and of its deliveries as a shell script.

The files contain the bytes that one run of the plan sent. Ids and times are placeholders, which each run fills with new
values. Signatures are computed with the secret in an environment variable; neither file contains a secret.
"""

import base64
import hashlib
import pprint
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.core.net.curl import LONGEST_BODY, curl
from fiskil_harness.core.printable import one_line, python_text
from fiskil_harness.errors import PlanError
from fiskil_harness.journal import Delivery, HookCall, Journal, ProcessChanged
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.fiskil_signature import digest, key_of

TEMPLATE = Path(__file__).with_name("plain_test.txt")
SIGNATURE = "x-fiskil-signature"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CUT = b"\n[... "
"""Marker at the end of a body that the journal has shortened; deliveries with such a body are left out."""

SHORTEST = 4
"""Minimum length of a signature header that may have been computed with the secret."""

TESTS = {
    "applies_once": '''
def test_each_message_is_applied_at_most_once(run):
    """A repeated delivery has no second effect."""
    assert {name: count for name, count in run.applied().items() if count > 1} == {}
''',
    "loses_nothing": '''
def test_every_acknowledged_message_is_applied(run):
    """No message with a 2xx response is lost."""
    counts = run.applied()
    assert sorted(name for name in run.acknowledged() if not counts.get(name)) == []
''',
    "refuses_forgeries": '''
ACCEPTED = {200, 201, 203, 204}


def test_forgeries_have_no_effect(run):
    """A forged message is not applied, and gets another response than a genuine one."""
    counts = run.applied()
    forged = [result for result in run.results if result["kind"] == "forged"]
    assert [result["label"] for result in forged if counts.get(result["id"])] == []
    assert [result["label"] for result in forged if result["status"] is None or result["status"] in ACCEPTED] == []
''',
    "acknowledges_genuine": '''
def test_genuine_messages_are_acknowledged(run):
    """Each gets a 2xx response, unless it was sent in a burst or its response was not read."""
    single = [result for result in run.genuine() if result["reads_response"] and not result["is_concurrent"]]
    assert [(result["label"], result["status"]) for result in single if not is_acknowledged(result)] == []
''',
    "acknowledges_promptly": '''
def test_responses_arrive_within_the_limit(run):
    """The first delivery does not count, because it warms up the receiver."""
    assert [result["label"] for result in run.results[1:] if result["took_s"] > ACK_S] == []
''',
    "ignores_delivery_order": '''
def test_a_twin_with_disturbed_deliveries_ends_like_one_without(run):
    """Places where two undisturbed twins differ are ignored."""
    a, b, c = (run.leaves(name) for name in ("a", "b", "c"))
    volatile = {path for path in a.keys() | c.keys() if a.get(path) != c.get(path)}
    assert {path for path in (a.keys() | b.keys()) - volatile if a.get(path) != b.get(path)} == set()
''',
}
"""Tests that run without the harness, by the probe that they replace. Other probes need the harness."""


class Export(Struct, frozen=True):
    """The texts of the pytest file and of the shell script."""

    test: str
    shell: str


def export(
    scenario: Scenario,
    journal: Journal,
    findings: Iterable[Finding],
    *,
    settings: Settings,
    secret: str,
    plan: str,
    seed: int,
) -> Export:
    """Return the deliveries of one run of *scenario* as a test, with the checks of the probes that failed.

    Args:
        scenario: The plan that was run.
        journal: The journal of the run.
        findings: The findings of the run. If none failed, the test has the checks of all probes.
        secret: The signing secret of the run; neither file contains it.
        plan: Path of the plan file, for the header.

    Raises:
        PlanError: Nothing was delivered, or the probes have no test that runs without the harness.
    """
    all_findings = list(findings)
    failed = [finding.probe for finding in all_findings if finding.verdict is Verdict.FAIL]
    tests = [name for name in TESTS if name in (failed or [finding.probe for finding in all_findings])]
    if failed and not tests:
        raise PlanError(f"The failed probe {failed[0]} has no test without the harness. These have: {', '.join(TESTS)}.")
    recording = _Recording(journal, key_of(secret))
    actions = recording.steps(scenario)
    if not recording.has_sent or not tests:
        raise PlanError(f"The plan {plan} delivers nothing that a test without the harness can check.")
    first = next(iter(recording.end_users), "")
    values = {
        "TITLE": python_text(_title(scenario, all_findings)),
        "PLAN": python_text(f"{plan}, with seed {seed}"),
        "PATH": python_text(settings.app.webhook.path),
        "EFFECTS": repr(settings.app.observe.effects.request if settings.app.observe.effects else ""),
        "FAIL": repr(settings.app.drive.fail.request if settings.app.drive.fail else ""),
        "ACK_S": repr(settings.app.limits.ack_s),
        "FORGED_WITH": repr(hashlib.sha256(secret.encode()).hexdigest()[:12] if recording.needs_this_secret else ""),
        "IDS": _literal(recording.ids),
        "MOMENTS": _literal(recording.moments()),
        "END_USERS": _literal(recording.end_users),
        "CONSENTS": _literal(recording.consents),
        "STEPS": _literal(actions),
        "MAIN": repr("" if "" in recording.end_users else first),
        "TWIN_IDS": _literal(sorted(recording.twin_ids)),
        "TESTS": "\n".join(TESTS[name] for name in tests).rstrip() + "\n",
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    test = re.sub(r"@([A-Z_]+)@", lambda match: values.get(match[1], match[0]), text)
    return Export(test.rstrip() + "\n", "\n".join(_shell(scenario, actions, recording, settings, plan)) + "\n")


class _Recording:
    """The deliveries of a run, with placeholders for ids and times."""

    def __init__(self, journal: Journal, key: bytes) -> None:
        self._journal = journal
        self._key = key
        self._names: dict[str, str] = {}
        self._times: dict[str, str] = {}
        self.end_users: dict[str, str] = {}
        self.consents: dict[str, str] = {}
        self.twin_ids: set[str] = set()
        self.needs_this_secret = False
        self.has_sent = False

    @property
    def ids(self) -> dict[str, str]:
        """Every id by the name of its placeholder."""
        return {name: value for value, name in self._names.items()}

    def moments(self) -> dict[str, float]:
        """Return every time by the name of its placeholder, in seconds relative to the latest time (0 or negative)."""
        times = {name: datetime.fromisoformat(text) for text, name in self._times.items()}
        latest = max(times.values(), default=None)
        return {name: round((time - latest).total_seconds(), 3) for name, time in times.items()} if latest else {}

    def times(self) -> dict[str, str]:
        """Return the original text of every time by its placeholder."""
        return {f"@{name}@": text for text, name in self._times.items()}

    def steps(self, scenario: Scenario) -> list[dict[str, Any]]:
        """Return the restarts, requested failures and deliveries of the run, in order."""
        points = [step.at for step in scenario.steps if isinstance(step, steps.FailNext)]
        actions: list[dict[str, Any]] = []
        group = 0
        for entry in self._journal:
            if isinstance(entry, ProcessChanged) and entry.is_whole_kill:
                actions.append({"do": "restart"})
            elif isinstance(entry, HookCall) and entry.is_failure_request:
                actions.append({"do": "fail", "at": points.pop(0)})
            elif isinstance(entry, Delivery) and CUT not in entry.body:
                self.has_sent = True
                action = self._send_action(entry)
                if entry.group and entry.group == group:
                    actions[-1]["sends"].append(action)
                else:
                    actions.append({"do": "burst", "sends": [action]} if entry.group else action)
                group = entry.group
        return actions

    def _send_action(self, delivery: Delivery) -> dict[str, Any]:
        self._name_ids(delivery)
        body = delivery.body
        for value, name in sorted(self._names.items(), key=lambda pair: -len(pair[0])):
            body = body.replace(value.encode(), f"@{name}@".encode())
        for time in dict.fromkeys(MOMENT.findall(body)):
            name = self._times.setdefault(time.decode(), f"t{len(self._times)}")
            body = body.replace(time, f"@{name}@".encode())
        return {
            "do": "half" if delivery.is_malformed else "send",
            "label": f"{delivery.event} attempt {delivery.attempt}{' replayed' if delivery.kind == 'replay' else ''}",
            "id": self._names.get(delivery.message_id, ""),
            "kind": "genuine" if delivery.is_authentic else delivery.kind,
            "method": _method(delivery),
            "body": body,
            "headers": [(name, self._header_value(name, value, delivery.body)) for name, value in delivery.headers],
            "reads_response": "hung up" not in delivery.problem,
            "is_concurrent": bool(delivery.group),
        }

    def _name_ids(self, delivery: Delivery) -> None:
        """Assign placeholder names to the ids of the delivered message, its end user and its consent."""
        self._name(delivery.message_id, "message")
        try:
            fields = msgspec.json.decode(delivery.body)["data"]
            end_user_id, consent_id = str(fields["end_user_id"]), str(fields["consent_id"])
        except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
            return
        for kind, value, names in (("user", end_user_id, self.end_users), ("consent", consent_id, self.consents)):
            name = self._name(value, f"{kind}_{delivery.participant or 'main'}")
            self.twin_ids.add(name)
            if delivery.is_authentic:
                names.setdefault(delivery.participant, name)

    def _name(self, value: str, stem: str) -> str:
        if value not in self._names:
            number = sum(name.rpartition("_")[0] == stem for name in self._names.values())
            self._names[value] = f"{stem}_{number}"
        return self._names[value]

    def _header_value(self, name: str, value: str, body: bytes) -> str:
        """Return a header's value, with a placeholder if it contains the right signature or is the beginning of it."""
        if name.lower() != SIGNATURE:
            return value
        right_signature = base64.b64encode(digest(body, self._key)).decode()
        if right_signature in value:
            return value.replace(right_signature, "@right@")
        if value and right_signature.startswith(value):
            return f"@right:{len(value)}@"
        # Any other longer value may have been computed with this secret.
        self.needs_this_secret |= len(value) >= SHORTEST
        return value


def _method(delivery: Delivery) -> str:
    """Return the HTTP method; the names of forgeries with another method begin with it."""
    return delivery.name.partition("_")[0].upper() if delivery.name.startswith(("get_", "put_")) else "POST"


def _title(scenario: Scenario, findings: list[Finding]) -> str:
    failed = next((finding for finding in findings if finding.verdict is Verdict.FAIL), None)
    return f"{scenario.title or scenario.name}: {failed.observed if failed else 'no probe failed'}."


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=110, sort_dicts=False)


COMMENTS = {
    "restart": "kill the receiver with SIGKILL and start it again",
    "fail": "make its next processing fail: {at}",
    "half": "send half of {label}, then close the connection",
}
"""Actions that have no shell command."""

SIGNATURE_HEADER = re.compile(r"'(X-Fiskil-Signature: )([^']*?)@right(?::(\d+))?@([^']*)'", re.IGNORECASE)

SIGN = """sign() {  # prints the signature of a body, with the secret from the environment
  secret=$FISKIL_WEBHOOK_SECRET
  while [ $((${#secret} % 4)) -ne 0 ]; do secret="$secret="; done
  key=$(printf '%s' "$secret" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
  printf '%s' "$1" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A
}"""


def _shell(
    scenario: Scenario, actions: list[dict[str, Any]], recording: _Recording, settings: Settings, plan: str
) -> Iterator[str]:
    """Yield the lines of a shell script that sends the deliveries one after another, with the ids of the run."""
    yield "#!/usr/bin/env bash"
    yield _comment(f"{scenario.name} from the plan {plan}: its deliveries, one after another, signed when they are sent.")
    yield "# Concurrent deliveries are sequential here. Message ids are fixed: a second run only repeats them."
    yield _comment(
        f"RECEIVER_URL is the URL of the webhook endpoint, such as http://127.0.0.1:8000{settings.app.webhook.path}"
    )
    yield ': "${RECEIVER_URL:?the URL of the webhook endpoint}"'
    yield ': "${FISKIL_WEBHOOK_SECRET:?the signing secret}"'
    yield SIGN
    placeholders = {f"@{name}@": value for name, value in recording.ids.items()} | recording.times()
    for action in actions:
        if action["do"] in COMMENTS:
            yield f"\n{_comment('here: ' + COMMENTS[action['do']].format_map(action))}"
        for sent in action.get("sends", [action] if action["do"] == "send" else []):
            yield f"\n{_comment(sent['label'])}"
            yield from _curl_lines(sent, placeholders)


def _curl_lines(sent: dict[str, Any], placeholders: dict[str, str]) -> Iterator[str]:
    body = sent["body"]
    for placeholder, value in placeholders.items():
        body = body.replace(placeholder.encode(), value.encode())
    if len(body) > LONGEST_BODY:
        yield f"# left out: a body of {len(body)} bytes is too long for a command line"
        return
    line = curl("URL", headers=sent["headers"], body=body, method=sent["method"]).removesuffix(" URL")
    line, _, text = line.partition(" --data-binary ")
    if text:
        yield f"body={text}"
        line += ' --data-binary "$body"'
    yield SIGNATURE_HEADER.sub(_sign_command, line) + ' "$RECEIVER_URL"'


def _sign_command(match: re.Match[str]) -> str:
    """Return a quoted header with the command that signs the body; the text around the command stays in single quotes."""
    cut = f" | cut -c1-{match[3]}" if match[3] else ""
    signature = f'"$(sign "$body"{cut})"'
    return f"'{match[1]}{match[2]}'{signature}" + (f"'{match[4]}'" if match[4] else "")


def _comment(text: str) -> str:
    return f"# {one_line(text)}"
