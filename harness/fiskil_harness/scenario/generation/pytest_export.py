"""A plan retold for those who do not have the harness: a plain pytest file, and its deliveries as lines for a shell.

What is retold are the bytes that a run of the plan sent. Ids and moments become places that each run fills anew; signatures
are made afresh with the secret of whoever runs it, and no secret is in either file.
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
from fiskil_harness.errors import PlanError
from fiskil_harness.journal import Delivery, HookCall, Journal, Started
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.fiskil_signature import digest, key_of

TEMPLATE = Path(__file__).with_name("plain_test.txt")
SIGNATURE = "x-fiskil-signature"
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CUT = b"\n[... "
"""What the journal writes in the place of the rest of a long body; such deliveries are left out."""

SHORTEST = 4
"""A shorter piece of the right signature is no trace of it."""

TESTS = {
    "applies_once": '''
def test_each_message_is_applied_at_most_once(run):
    """However often it was delivered."""
    assert {name: count for name, count in run.applied().items() if count > 1} == {}
''',
    "loses_nothing": '''
def test_what_was_acknowledged_is_applied(run):
    """No message that got 2xx is lost."""
    counts = run.applied()
    assert sorted(name for name in run.acknowledged() if not counts.get(name)) == []
''',
    "refuses_forgeries": '''
BELIEVED = {200, 201, 203, 204}


def test_forgeries_have_no_effect(run):
    """What nobody signed is not applied, and gets an answer that is none of a message that was believed."""
    counts = run.applied()
    forged = [one for one in run.answers if one["kind"] == "forged"]
    assert [one["say"] for one in forged if counts.get(one["id"])] == []
    assert [one["say"] for one in forged if one["status"] is None or one["status"] in BELIEVED] == []
''',
    "acknowledges_genuine": '''
def test_genuine_messages_are_acknowledged(run):
    """2xx for each, unless it came in a burst or its answer was not read."""
    alone = [one for one in run.genuine() if one["reads"] and not one["together"]]
    assert [(one["say"], one["status"]) for one in alone if one["status"] is None or not 200 <= one["status"] < 300] == []
''',
    "acknowledges_promptly": '''
def test_acknowledgements_come_within_the_limit(run):
    """After a first delivery to warm up."""
    assert [one["say"] for one in run.answers[1:] if one["took_s"] > ACK_S] == []
''',
    "ignores_delivery_order": '''
def test_the_twin_ends_like_the_one_that_was_told_in_order(run):
    """Where two that were told in order differ, nothing is said."""
    a, b, c = (run.leaves(name) for name in ("a", "b", "c"))
    volatile = {path for path in a.keys() | c.keys() if a.get(path) != c.get(path)}
    assert {path for path in (a.keys() | b.keys()) - volatile if a.get(path) != b.get(path)} == set()
''',
}
"""What a plain test can ask, by probe. What else a plan asks needs the harness."""


class Retold(Struct, frozen=True):
    """The two files' texts."""

    test: str
    shell: str


def retell(
    scenario: Scenario,
    journal: Journal,
    findings: Iterable[Finding],
    *,
    settings: Settings,
    secret: str,
    plan: str,
    seed: int,
) -> Retold:
    """Write down what a run of *scenario* sent, and ask what it found broken; where nothing was, ask all that it asked.

    Raises:
        PlanError: Nothing was sent, or nothing that a plain test can ask was.
    """
    found = list(findings)
    failed = [finding.probe for finding in found if finding.verdict is Verdict.FAIL]
    asked = [name for name in TESTS if name in (failed or [finding.probe for finding in found])]
    if failed and not asked:
        raise PlanError(f"What the plan found, {failed[0]}, no plain test can ask. Those ask {', '.join(TESTS)}.")
    story = _Story(journal, key_of(secret))
    told = story.steps(scenario)
    if not story.has_sent or not asked:
        raise PlanError(f"The plan {plan} delivers nothing that a plain test could ask about.")
    first = next(iter(story.end_users), "")
    values = {
        "TITLE": _title(scenario, found),
        "PLAN": f"{plan}, with seed {seed}",
        "PATH": settings.app.webhook.path,
        "EFFECTS": repr(settings.app.observe.effects.request if settings.app.observe.effects else ""),
        "FAIL": repr(settings.app.drive.fail.request if settings.app.drive.fail else ""),
        "ACK_S": repr(settings.app.limits.ack_s),
        "FORGED_WITH": repr(hashlib.sha256(secret.encode()).hexdigest()[:12] if story.needs_this_secret else ""),
        "IDS": _plain(story.ids),
        "MOMENTS": _plain(story.moments()),
        "END_USERS": _plain(story.end_users),
        "CONSENTS": _plain(story.consents),
        "STEPS": _plain(told),
        "MAIN": repr("" if "" in story.end_users else first),
        "TWIN_IDS": _plain(sorted(story.twin_ids)),
        "TESTS": "\n".join(TESTS[name] for name in asked).rstrip() + "\n",
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    test = re.sub(r"@([A-Z_]+)@", lambda found: values.get(found[1], found[0]), text)
    return Retold(test.rstrip() + "\n", "\n".join(_shell(scenario, told, story, settings, plan)) + "\n")


class _Story:
    """What was sent, with names in the place of ids."""

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
        """Every id by its name."""
        return {name: value for value, name in self._names.items()}

    def moments(self) -> dict[str, float]:
        """Every moment by its name, in seconds after the latest one, which is the beginning."""
        known = {name: datetime.fromisoformat(text) for text, name in self._times.items()}
        last = max(known.values(), default=None)
        return {name: round((moment - last).total_seconds(), 3) for name, moment in known.items()} if last else {}

    def times(self) -> dict[str, str]:
        """Every moment as it was, by its place."""
        return {f"@{name}@": text for text, name in self._times.items()}

    def steps(self, scenario: Scenario) -> list[dict[str, Any]]:
        """What happened, in order."""
        points = [step.at for step in scenario.steps if isinstance(step, steps.FailNext)]
        told: list[dict[str, Any]] = []
        group = 0
        for entry in self._journal:
            if isinstance(entry, Started) and entry.how == "kill":
                told.append({"do": "restart"})
            elif isinstance(entry, HookCall) and entry.hook == "fail":
                told.append({"do": "fail", "at": points.pop(0)})
            elif isinstance(entry, Delivery) and CUT not in entry.body:
                self.has_sent = True
                sent = self._sent(entry)
                if entry.group and entry.group == group:
                    told[-1]["sends"].append(sent)
                else:
                    told.append({"do": "burst", "sends": [sent]} if entry.group else sent)
                group = entry.group
        return told

    def _sent(self, one: Delivery) -> dict[str, Any]:
        self._note_ids(one)
        body = one.body
        for value, name in sorted(self._names.items(), key=lambda pair: -len(pair[0])):
            body = body.replace(value.encode(), f"@{name}@".encode())
        for found in dict.fromkeys(MOMENT.findall(body)):
            name = self._times.setdefault(found.decode(), f"t{len(self._times)}")
            body = body.replace(found, f"@{name}@".encode())
        return {
            "do": "half" if one.kind == "broken" else "send",
            "say": f"{one.event} attempt {one.attempt}{' replayed' if one.kind == 'replay' else ''}",
            "id": self._names.get(one.message_id, ""),
            "kind": "genuine" if one.kind in {"genuine", "replay"} else one.kind,
            "method": _method(one),
            "body": body,
            "headers": [(name, self._value(name, value, one.body)) for name, value in one.headers],
            "reads": "hung up" not in one.trouble,
            "together": bool(one.group),
        }

    def _note_ids(self, one: Delivery) -> None:
        """Name the message, the end user and the consent of a delivery."""
        self._name(one.message_id, "message")
        try:
            told = msgspec.json.decode(one.body)["data"]
            end_user_id, consent_id = str(told["end_user_id"]), str(told["consent_id"])
        except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
            return
        for kind, value, known in (("user", end_user_id, self.end_users), ("consent", consent_id, self.consents)):
            name = self._name(value, f"{kind}_{one.participant or 'main'}")
            self.twin_ids.add(name)
            if one.kind in {"genuine", "replay"}:
                known.setdefault(one.participant, name)

    def _name(self, value: str, stem: str) -> str:
        if value not in self._names:
            number = sum(name.rpartition("_")[0] == stem for name in self._names.values())
            self._names[value] = f"{stem}_{number}"
        return self._names[value]

    def _value(self, name: str, value: str, body: bytes) -> str:
        """A header's value with the right signature, or a piece of it, as a place to fill."""
        if name.lower() != SIGNATURE:
            return value
        right = base64.b64encode(digest(body, self._key)).decode()
        if right in value:
            return value.replace(right, "@right@")
        if value and right.startswith(value):
            return f"@right:{len(value)}@"
        # Whatever else it is made of, it was made with this secret.
        self.needs_this_secret |= len(value) >= SHORTEST
        return value


def _method(one: Delivery) -> str:
    """Forgeries by other methods are called by them."""
    return one.name.partition("_")[0].upper() if one.name.startswith(("get_", "put_")) else "POST"


def _title(scenario: Scenario, found: list[Finding]) -> str:
    failed = next((finding for finding in found if finding.verdict is Verdict.FAIL), None)
    return f"{scenario.title or scenario.name}: {failed.observed if failed else 'nothing was found broken'}.".replace(
        '"', "'"
    )


def _plain(value: Any) -> str:
    return pprint.pformat(value, width=110, sort_dicts=False)


ASIDE = {
    "restart": "kill the receiver with -9 and start it again",
    "fail": "let it fail {at}",
    "half": "send half of {say}, and break off",
}
"""What has no line for a shell."""

PLACE = re.compile(r"'(X-Fiskil-Signature: )([^']*?)@right(?::(\d+))?@([^']*)'", re.IGNORECASE)

SIGN = """sign() {  # the signature of a body, with the secret from the environment
  key=$(printf '%s' "$FISKIL_WEBHOOK_SECRET" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
  printf '%s' "$1" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A
}"""


def _shell(scenario: Scenario, told: list[dict[str, Any]], story: _Story, settings: Settings, plan: str) -> Iterator[str]:
    """The deliveries as lines for a shell, one at a time, with the ids of the run and signatures made as they are sent."""
    yield "#!/usr/bin/env bash"
    yield f"# {scenario.name} from the plan {plan}: its deliveries, one after another, signed as they are sent."
    yield "# What came at once comes in a row here. Message ids are those of one run: a second one only repeats them."
    yield ': "${RECEIVER_URL:?like http://127.0.0.1:8000' + settings.app.webhook.path + '}"'
    yield ': "${FISKIL_WEBHOOK_SECRET:?the signing secret}"'
    yield SIGN
    known = {f"@{name}@": value for name, value in story.ids.items()} | story.times()
    for step in told:
        if step["do"] in ASIDE:
            yield f"\n# here: {ASIDE[step['do']].format_map(step)}"
        for value in step.get("sends", [step] if step["do"] == "send" else []):
            yield f"\n# {value['say']}"
            yield from _lines(value, known)


def _lines(one: dict[str, Any], known: dict[str, str]) -> Iterator[str]:
    body = one["body"]
    for place, value in known.items():
        body = body.replace(place.encode(), value.encode())
    if len(body) > LONGEST_BODY:
        yield f"# left out: its {len(body)} bytes are too long for a line"
        return
    line = curl("URL", headers=one["headers"], body=body, method=one["method"]).removesuffix(" URL")
    line, _, text = line.partition(" --data-binary ")
    if text:
        yield f"body={text}"
        line += ' --data-binary "$body"'
    yield PLACE.sub(_fresh, line) + ' "$RECEIVER_URL"'


def _fresh(found: re.Match[str]) -> str:
    cut = f" | cut -c1-{found[3]}" if found[3] else ""
    return f'"{found[1]}{found[2]}$(sign "$body"{cut}){found[4]}"'
