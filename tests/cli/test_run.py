"""The commands run, replay and webhooks: exit codes, report files, and the commands that repeat a run."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fiskil_harness.cli import main
from fiskil_harness.core.catalog import scenario_names
from fiskil_harness.core.clock import real_now, wait_until
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import free_port
from fiskil_harness.core.randomness import Mint
from fiskil_harness.runner.driver import Driver
from fiskil_harness.sandbox.sandbox import mint_credentials
from tests.paths import APPS
from tests.report_schema import published_schema
from tests.sampling import first

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]


def read(path: Path) -> dict[str, Any]:
    """Return a JSON report, validated against the published schema."""
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, published_schema())
    return document


def test_a_passed_run_ends_with_the_command_that_repeats_it(program: Program) -> None:
    """The exit code is 0; verdicts and command are on standard output. A pipe gets no progress about a PASS."""
    completed = program("run", "thrice.py", "--seed", "42")

    assert completed.returncode == 0
    assert completed.stdout.startswith("PASS  thrice  applies_once: 1 messages were delivered repeatedly and applied\n")
    assert completed.stdout.splitlines()[-1] == "Again: fiskil-harness run thrice.py --seed 42"
    assert completed.stderr == ""
    assert max(len(line) for line in completed.stdout.splitlines()) <= 80


def test_a_flaw_is_exit_1_with_its_finding(program: Program, configure: Callable[..., None]) -> None:
    """The finding is the first line."""
    configure(flaw="no_dedupe")

    completed = program("run", "thrice.py")

    assert completed.returncode == 1
    assert completed.stdout.startswith("FAIL  webhooks.idempotent   thrice")


def test_an_inconclusive_run_is_exit_3(program: Program, configure: Callable[..., None]) -> None:
    """An app that returns 200 and does nothing proves nothing."""
    configure(flaw="does_nothing")

    assert program("run", "thrice.py").returncode == 3


def test_an_app_that_does_not_start_is_exit_2(program: Program, project: Path) -> None:
    """The message contains its last lines of output, without a traceback."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace('FLAW = ""', 'EXITS = "1"'))

    completed = program("run", "thrice.py")

    assert completed.returncode == 2
    assert "The app exited with 7. Its last lines:\n  cannot find the moon\n" in completed.stderr
    assert completed.stdout == ""
    assert "Traceback" not in completed.stderr


def test_an_internal_error_is_exit_4_and_the_report_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The redacted traceback is on standard error, and the report states that it is incomplete."""

    def explode(driver: Driver, _scenario: object, **_options: object) -> None:
        raise ZeroDivisionError(f"no good with {driver.fiskil.credentials.client_secret}")

    monkeypatch.setattr(Driver, "perform", explode)
    monkeypatch.chdir(project)

    with pytest.raises(SystemExit) as ending:
        main(["run", "thrice.py", "--json", "report.json"])

    shown = capsys.readouterr()
    assert ending.value.code == 4
    assert "ZeroDivisionError: no good with <client_secret>" in shown.err
    assert "Internal error of fiskil-harness: this report is incomplete." in shown.out
    assert read(project / "report.json")["run"]["internal_errors"] == 1


def test_every_report_is_written(program: Program, project: Path) -> None:
    """JSON matches the schema, the start time is correct, and no temporary file is left."""
    began = real_now().replace(microsecond=0)
    completed = program("run", "thrice.py", "--json", "report.json", "--junit", "report.xml", "--markdown", "report.md")

    document = read(project / "report.json")
    assert completed.returncode == 0
    assert [scenario["scenario"] for scenario in document["result"]["scenarios"]] == ["thrice"]
    run = document["run"]
    assert began <= datetime.fromisoformat(run["began_at"]) <= real_now() - timedelta(seconds=run["took_s"])
    assert 'name="thrice"' in (project / "report.xml").read_text()
    assert "# fiskil-harness" in (project / "report.md").read_text()
    assert not list(project.glob(".*"))


def test_the_html_page_shows_what_failed(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """It contains a diagram of the deliveries, and the commands that send them again."""
    configure(flaw="no_dedupe")

    completed = program("run", "thrice.py", "--html", "report.html", "--json", "report.json")

    page = (project / "report.html").read_text()
    assert completed.returncode == 1
    assert page.startswith("<!doctype html>")
    shown = {json.dumps(excerpt["beats"]) for excerpt in read(project / "report.json")["excerpts"]}
    assert page.count('<svg class="sequence"') == len(shown) >= 1
    assert "X-Fiskil-Signature: " in page


def test_standard_output_can_be_pure_json(program: Program) -> None:
    """With ``--json -`` the report for people is on standard error."""
    completed = program("run", "thrice.py", "--json", "-")

    jsonschema.validate(json.loads(completed.stdout), published_schema())
    assert "Again: fiskil-harness run thrice.py" in completed.stderr


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_report_that_cannot_be_written_is_refused_before_the_run(program: Program, option: str) -> None:
    """A long run must not end without its report."""
    completed = program("run", "thrice.py", option, "missing/report")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert "there is no folder" in completed.stderr


def test_the_same_seed_gives_the_same_result(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """Only ``run`` and ``measured`` may differ."""
    configure(flaw="no_dedupe")

    for name in ("one.json", "two.json"):
        program("run", "thrice.py", "happy_path", "--seed", "5", "--json", name)

    assert read(project / "one.json")["result"] == read(project / "two.json")["result"]


def test_a_plan_is_saved_and_replayed(program: Program, project: Path) -> None:
    """``replay`` uses the seed of the plan, and shows the command that repeats it."""
    saved = program("run", "thrice.py", "--seed", "9", "--save", "plan.json")
    assert saved.stdout == "Wrote plan.json. Run it with: fiskil-harness replay plan.json\n"

    completed = program("replay", "plan.json", "--json", "report.json", PYTHONSAFEPATH="1")

    assert completed.returncode == 0
    assert completed.stdout.splitlines()[-1] == "Again: fiskil-harness replay plan.json"
    assert read(project / "report.json")["result"]["seed"] == 9


def test_a_generated_plan_that_fails_is_saved_and_fails_again(program: Program, configure: Callable[..., None]) -> None:
    """The report shows the command that replays it, and the replay fails in the same way."""
    configure(flaw="no_dedupe")

    completed = program("run", "deliveries_generated", "--seed", "3")
    again = program("replay", "fiskil-plans/generated_deliveries-3.json")

    assert "Saved plan: fiskil-harness replay fiskil-plans/generated_deliveries-3.json" in completed.stdout
    assert (completed.returncode, again.returncode) == (1, 1)
    assert again.stdout.startswith("FAIL  webhooks.idempotent   generated_deliveries")


@pytest.mark.parametrize(
    ("text", "words"),
    first(
        1,
        [("{", "plan.json is no plan"), ('{"format": "other/1", "seed": 1}', "has format 'other/1'"), ("[]" * 9, "no plan")],
    ),
)
def test_a_malformed_plan_is_refused(program: Program, project: Path, text: str, words: str) -> None:
    """The exit code is 2, with the reason."""
    (project / "plan.json").write_text(text)

    completed = program("replay", "plan.json")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in completed.stderr


def test_a_scenario_from_a_file_is_repeated_by_its_path(
    program: Program, project: Path, configure: Callable[..., None]
) -> None:
    """Other scenarios are repeated by their names."""
    configure(flaw="no_dedupe")
    (project / "our own").mkdir()
    (project / "thrice.py").rename(project / "our own" / "thrice.py")

    completed = [program("run", name, "--seed", "42") for name in ("our own/thrice.py", "webhook_repeated")]

    lines = [line.strip() for done in completed for line in done.stdout.splitlines()]
    assert [line for line in lines if line.startswith("again ")] == [
        "again     fiskil-harness run 'our own/thrice.py' --seed 42",
        "again     fiskil-harness run webhook_repeated --seed 42",
    ]


def test_only_one_plan_can_be_saved(program: Program) -> None:
    """The message contains the number of selected scenarios."""
    completed = program("run", "thrice.py", "happy_path", "--save", "plan.json")

    assert completed.returncode == 2
    assert "--save writes one plan, but 2 scenarios were named. Name one." in completed.stderr


@pytest.mark.parametrize(
    ("more", "words"),
    first(
        2,
        [
            ("[gate]\nrequired = []", "gate.required is empty"),
            ('[gate]\nrequired = ["webhooks.idempotnet"]', "Did you mean 'webhooks.idempotent'?"),
            ("[gat]\nx = 1", "unknown key 'gat' in [the top level]. Did you mean 'gate'?"),
            (
                '[[waive]]\npractice = "webhooks.retries"\nreason = "x"\nowner = "y"\n'
                "date = 2026-02-01\nexpires = 2026-01-01",
                "before its date",
            ),
        ],
    ),
)
def test_an_invalid_gate_config_is_refused_before_anything_starts(
    program: Program, configure: Callable[..., None], more: str, words: str
) -> None:
    """The exit code is 2, and the message suggests the nearest match."""
    configure(more=more)

    completed = program("gate")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in completed.stderr


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Callable[..., tuple[str, str]]]:
    """Yield a function that starts a receiver and returns its URL and secret."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*, flaw: str = "") -> tuple[str, str]:
        secret, port = mint_credentials(Mint(seed=1)).webhook_secret, free_port()
        environment = os.environ | {"FISKIL_WEBHOOK_SECRET": secret, "STORE": str(tmp_path / "s.json"), "FLAW": flaw}
        command = [sys.executable, str(APPS / "receiver.py"), str(port)]
        running.append(subprocess.Popen(command, env=environment))
        with HttpClient() as client:
            assert wait_until(lambda: client.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
        return f"http://127.0.0.1:{port}/webhooks/fiskil", secret

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_a_single_phase_can_be_selected(program: Program, receiver: Callable[..., tuple[str, str]], project: Path) -> None:
    """The random phase runs alone, with the given number of plans; the repeat command has the same options."""
    url, secret = receiver()
    arguments = ("--secret-env", "MY_SECRET", "--effects", "GET /effects", "--phase", "random", "--plans", "2")

    completed = program("webhooks", url, *arguments, "--json", "report.json", MY_SECRET=secret)

    outcomes = read(project / "report.json")["result"]["scenarios"]
    generated = {name for name in scenario_names() if name.endswith("_generated")}
    # Life plans need more than a receiver.
    assert {outcome["scenario"] for outcome in outcomes} == generated - {"life_plans_generated"}
    observed = [finding["observed"] for outcome in outcomes for finding in outcome["findings"]]
    assert any(text.startswith("2 plans were run") for text in observed)
    assert " ".join(completed.stdout.replace("\\", "").split()).endswith("--phase random --plans 2 --seed 0")


def test_a_plan_that_failed_at_a_url_is_replayed_there(
    program: Program, receiver: Callable[..., tuple[str, str]], project: Path
) -> None:
    """The command in the report needs no config, and fails in the same way."""
    url, secret = receiver(flaw="no_dedupe")
    arguments = ("--secret-env", "MY_SECRET", "--effects", "GET /effects")
    completed = program("webhooks", url, *arguments, "--phase", "random", "--plans", "3", MY_SECRET=secret)
    output = " ".join(completed.stdout.replace("\\", "").split())

    again = program("replay", "fiskil-plans/generated_deliveries-0.json", "--url", url, *arguments, MY_SECRET=secret)

    command = f"replay fiskil-plans/generated_deliveries-0.json --url {url} --secret-env MY_SECRET --effects 'GET /effects'"
    assert f"Next: read and fix the first violation: fiskil-harness {command}" in output
    assert (completed.returncode, again.returncode) == (1, 1)
    assert again.stdout.startswith("FAIL  webhooks.idempotent   generated_deliveries")


@pytest.mark.parametrize(
    ("more", "words"),
    first(
        1,
        [
            (["--url", "http://127.0.0.1:1/hook"], "needs --secret-env NAME"),
            (["--effects", "GET /effects"], "describe a receiver at --url"),
            (["--url", "http://127.0.0.1:1/hook", "--gallery", "no_dedupe"], "Remove one of them."),
        ],
    ),
)
def test_contradictory_options_of_replay_are_refused(program: Program, more: list[str], words: str) -> None:
    """An incomplete receiver, or two apps, are refused before anything runs."""
    program("run", "webhook_repeated", "--save", "plan.json")

    completed = program("replay", "plan.json", *more)

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in completed.stderr


@pytest.mark.full
def test_webhooks_needs_one_url_and_one_secret(
    program: Program, receiver: Callable[..., tuple[str, str]], project: Path
) -> None:
    """The scenarios that a receiver can play run, and no output contains the secret."""
    url, secret = receiver()

    completed = program(
        "webhooks", url, "--secret-env", "MY_SECRET", "--effects", "GET /effects", "--json", "report.json", MY_SECRET=secret
    )

    document = read(project / "report.json")
    assert completed.returncode in {0, 3}
    assert document["result"]["scenarios"]
    assert document["result"]["decision"] == "not requested"
    assert completed.stdout.splitlines()[-1].strip().endswith("--seed 0")
    assert secret not in completed.stdout + completed.stderr + json.dumps(document)


@pytest.mark.full
def test_webhooks_without_effects_proves_nothing(program: Program, receiver: Callable[..., tuple[str, str]]) -> None:
    """An app that returns 200 to every request fails by its responses; the report names the missing option."""
    url, secret = receiver(flaw="does_nothing")

    completed = program("webhooks", url, "--secret-env", "MY_SECRET", MY_SECRET=secret)

    assert completed.returncode == 1
    assert "forged messages got the response of genuine ones: 200" in " ".join(completed.stdout.split())
    assert "need app.observe.effects: add this option\n      --effects 'GET " in completed.stdout


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    first(
        3,
        [
            ("http://127.0.0.1:1/hook", "", "MY_SECRET is not set."),
            ("http://127.0.0.1:1/hook", "not base64!", "The webhook signing secret is not base64."),
            ("http://192.0.2.1/hook", "c2VjcmV0", "To test an app on another machine, set app.url in a config"),
            ("ftp://127.0.0.1/hook", "c2VjcmV0", "is not the URL of a receiver"),
            ("http://user:c2VjcmV0@127.0.0.1:1/hook", "c2VjcmV0", "carries a user name or a password"),
            ("http://[::1]:1/hook", "c2VjcmV0", "names the IPv6 address '::1'"),
            ("http://127.0.0.1:1/hook", "c2VjcmV0", "No response from http://127.0.0.1:1."),
        ],
    ),
)
def test_an_invalid_receiver_is_refused(program: Program, url: str, secret: str, words: str) -> None:
    """The exit code is 2, with a reason that does not contain the secret."""
    completed = program("webhooks", url, "--secret-env", "MY_SECRET", MY_SECRET=secret)

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in completed.stderr
    assert not secret or secret not in completed.stderr


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("number", first(2, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
def test_an_interrupted_run_writes_its_report_and_leaves_nothing(
    project: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    """The exit code is 130; the report has the outcomes so far, and one line counts unfinished scenarios."""
    command = [sys.executable, "-m", "fiskil_harness", "run", "thrice.py", "*", "--json", "report.json"]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert re.match(r"\[ *1/", process.stderr.readline())

        process.send_signal(number)
        shown, _ = process.communicate(timeout=300)

    document = read(project / "report.json")
    assert process.returncode == 130
    assert document["run"]["was_interrupted"]
    assert document["result"]["scenarios"]
    assert "Interrupted: what did not run is not proven." in shown
    assert re.search(r"^\d+ of \d+ scenarios did not finish\.$", shown, re.MULTILINE)
    assert "every_scenario_run" not in shown
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
