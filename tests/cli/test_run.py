"""Commands that rehearse: verdicts become exit codes, reports become files, and a run can always be run again."""

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
from fiskil_harness.gate.report.json import published_schema
from fiskil_harness.runner.driver import Driver
from fiskil_harness.sandbox.sandbox import mint_credentials
from tests.paths import APPS
from tests.sampling import first

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]


def read(path: Path) -> dict[str, Any]:
    """A JSON report that fits the published schema."""
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, published_schema())
    return document


def test_a_run_that_holds_ends_with_how_to_run_it_again(program: Program) -> None:
    """Exit 0; the verdicts and the command on standard output, progress on standard error."""
    answer = program("run", "thrice.py", "--seed", "42")

    assert answer.returncode == 0
    assert answer.stdout.startswith("PASS  thrice  applies_once: 1 messages were delivered repeatedly and applied\n")
    assert answer.stdout.splitlines()[-1] == "Again: fiskil-harness run thrice.py --seed 42"
    assert answer.stderr == "[1/1] thrice PASS\n"
    assert max(len(line) for line in answer.stdout.splitlines()) <= 80


def test_a_flaw_is_exit_1_with_its_finding(program: Program, configure: Callable[..., None]) -> None:
    """The finding is the first thing that is shown."""
    configure(flaw="no_dedupe")

    answer = program("run", "thrice.py")

    assert answer.returncode == 1
    assert answer.stdout.startswith("FAIL  webhooks.idempotent   thrice")


def test_doubt_is_exit_3(program: Program, configure: Callable[..., None]) -> None:
    """An app that answers 200 and does nothing proves nothing."""
    configure(flaw="does_nothing")

    assert program("run", "thrice.py").returncode == 3


def test_an_app_that_does_not_start_is_exit_2(program: Program, project: Path) -> None:
    """Its last lines are shown, and no traceback."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace('FLAW = ""', 'EXITS = "1"'))

    answer = program("run", "thrice.py")

    assert answer.returncode == 2
    assert "The app exited with 7. Its last lines:\n  cannot find the moon\n" in answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


def test_a_fault_of_our_own_is_exit_4_and_the_report_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The redacted traceback is on standard error, and the report says that it is not the whole truth."""

    def explode(driver: Driver, _scenario: object) -> None:
        raise ZeroDivisionError(f"no good with {driver.fiskil.credentials.client_secret}")

    monkeypatch.setattr(Driver, "perform", explode)
    monkeypatch.chdir(project)

    with pytest.raises(SystemExit) as ending:
        main(["run", "thrice.py", "--json", "report.json"])

    shown = capsys.readouterr()
    assert ending.value.code == 4
    assert "ZeroDivisionError: no good with <client_secret>" in shown.err
    assert "The harness itself failed; what is above is not the whole truth." in shown.out
    assert read(project / "report.json")["run"]["faults"] == 1


def test_every_report_is_written(program: Program, project: Path) -> None:
    """JSON by its schema, JUnit and Markdown; they say when the run began; nothing half-written lies beside them."""
    began = real_now().replace(microsecond=0)
    answer = program("run", "thrice.py", "--json", "report.json", "--junit", "report.xml", "--markdown", "report.md")

    document = read(project / "report.json")
    assert answer.returncode == 0
    assert [value["scenario"] for value in document["result"]["scenarios"]] == ["thrice"]
    run = document["run"]
    assert began <= datetime.fromisoformat(run["began_at"]) <= real_now() - timedelta(seconds=run["took_s"])
    assert 'name="thrice"' in (project / "report.xml").read_text()
    assert "# fiskil-harness" in (project / "report.md").read_text()
    assert not list(project.glob(".*"))


def test_a_page_shows_what_failed(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """Also from another process: the deliveries as a picture, and the lines that send them again."""
    configure(flaw="no_dedupe")

    answer = program("run", "thrice.py", "--html", "report.html", "--json", "report.json")

    page = (project / "report.html").read_text()
    assert answer.returncode == 1
    assert page.startswith("<!doctype html>")
    shown = {json.dumps(value["beats"]) for value in read(project / "report.json")["exhibits"]}
    assert page.count('<svg class="sequence"') == len(shown) >= 1
    assert "X-Fiskil-Signature: " in page


def test_json_on_standard_output_is_nothing_but_json(program: Program) -> None:
    """``--json - | jq`` works; people read standard error."""
    answer = program("run", "thrice.py", "--json", "-")

    jsonschema.validate(json.loads(answer.stdout), published_schema())
    assert "Again: fiskil-harness run thrice.py" in answer.stderr


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_report_that_has_no_place_is_refused_before_the_run(program: Program, option: str) -> None:
    """A long run must not end in vain."""
    answer = program("run", "thrice.py", option, "missing/report")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "there is no folder" in answer.stderr


def test_the_same_seed_gives_the_same_result(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """Only run and measured may differ."""
    configure(flaw="no_dedupe")

    for name in ("one.json", "two.json"):
        program("run", "thrice.py", "happy_path", "--seed", "5", "--json", name)

    assert read(project / "one.json")["result"] == read(project / "two.json")["result"]


def test_a_plan_is_saved_and_replayed_without_hypothesis(program: Program, project: Path) -> None:
    """``run --save`` writes it, ``replay`` runs it with its seed, and says how to do that again."""
    saved = program("run", "thrice.py", "--seed", "9", "--save", "plan.json")
    assert saved.stdout == "Wrote plan.json. Run it with: fiskil-harness replay plan.json\n"

    answer = program("replay", "plan.json", "--json", "report.json", PYTHONSAFEPATH="1")

    assert answer.returncode == 0
    assert answer.stdout.splitlines()[-1] == "Again: fiskil-harness replay plan.json"
    assert read(project / "report.json")["result"]["seed"] == 9


def test_a_drawn_plan_that_fails_is_saved_and_fails_again(program: Program, configure: Callable[..., None]) -> None:
    """The report says how to replay it, and the replay finds the same."""
    configure(flaw="no_dedupe")

    answer = program("run", "deliveries_generated", "--seed", "3")
    again = program("replay", "fiskil-plans/drawn_deliveries-3.json")

    assert "Saved plan: fiskil-harness replay fiskil-plans/drawn_deliveries-3.json" in answer.stdout
    assert (answer.returncode, again.returncode) == (1, 1)
    assert again.stdout.startswith("FAIL  webhooks.idempotent   drawn_deliveries")


@pytest.mark.parametrize(
    ("text", "words"),
    first(
        1,
        [("{", "plan.json is no plan"), ('{"format": "other/1", "seed": 1}', "plan.json is no plan"), ("[]" * 9, "no plan")],
    ),
)
def test_a_malformed_plan_is_refused(program: Program, project: Path, text: str, words: str) -> None:
    """Exit 2 with the reason."""
    (project / "plan.json").write_text(text)

    answer = program("replay", "plan.json")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr


def test_a_scenario_of_a_file_is_run_again_by_its_path(
    program: Program, project: Path, configure: Callable[..., None]
) -> None:
    """Its name alone means nothing; the others keep theirs."""
    configure(flaw="no_dedupe")
    (project / "our own").mkdir()
    (project / "thrice.py").rename(project / "our own" / "thrice.py")

    answer = program("run", "our own/thrice.py", "webhook_repeated", "--seed", "42")

    again = [line.strip() for line in answer.stdout.splitlines() if line.startswith("      again")]
    assert again == [
        "again     fiskil-harness run 'our own/thrice.py' --seed 42",
        "again     fiskil-harness run webhook_repeated --seed 42",
    ]


def test_only_one_plan_fits_a_file(program: Program) -> None:
    """A pattern that means several cannot be saved."""
    answer = program("run", "thrice.py", "happy_path", "--save", "plan.json")

    assert answer.returncode == 2
    assert "--save writes one plan, and 2 scenarios were named. Name one." in answer.stderr


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
def test_a_gate_that_cannot_be_meant_is_refused_before_anything_starts(
    program: Program, configure: Callable[..., None], more: str, words: str
) -> None:
    """Exit 2 with the nearest match, at once."""
    configure(more=more)

    answer = program("gate")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Callable[..., tuple[str, str]]]:
    """A receiver that runs already; its URL and its secret."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*, flaw: str = "") -> tuple[str, str]:
        secret, port = mint_credentials(Mint(seed=1)).webhook_secret, free_port()
        environment = os.environ | {"FISKIL_WEBHOOK_SECRET": secret, "STORE": str(tmp_path / "s.json"), "FLAW": flaw}
        command = [sys.executable, str(APPS / "receiver.py"), str(port)]
        running.append(subprocess.Popen(command, env=environment))
        with HttpClient() as browser:
            assert wait_until(lambda: browser.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
        return f"http://127.0.0.1:{port}/webhooks/fiskil", secret

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.full
def test_one_phase_may_be_asked_for(program: Program, receiver: Callable[..., tuple[str, str]], project: Path) -> None:
    """The random phase alone, with as many plans as wanted; the line that runs it again says so."""
    url, secret = receiver()
    asked = ("--secret-env", "MY_SECRET", "--effects", "GET /effects", "--phase", "random", "--plans", "2")

    answer = program("webhooks", url, *asked, "--json", "report.json", MY_SECRET=secret)

    outcomes = read(project / "report.json")["result"]["scenarios"]
    explored = {scenario_name for scenario_name in scenario_names() if scenario_name.endswith("_generated")}
    assert {outcome["scenario"] for outcome in outcomes} == explored - {
        "life_plans_generated"
    }  # a receiver alone has no lives
    assert "2 plans" in answer.stdout
    assert " ".join(answer.stdout.replace("\\", "").split()).endswith("--phase random --plans 2 --seed 0")


@pytest.mark.full
def test_a_plan_that_failed_at_a_url_is_replayed_there_as_it_is_told(
    program: Program, receiver: Callable[..., tuple[str, str]], project: Path
) -> None:
    """The command that the report gives can be pasted: it needs no config, and fails the same."""
    url, secret = receiver(flaw="no_dedupe")
    met_by = ("--secret-env", "MY_SECRET", "--effects", "GET /effects")
    answer = program("webhooks", url, *met_by, "--phase", "random", "--plans", "3", MY_SECRET=secret)
    told = " ".join(answer.stdout.replace("\\", "").split())

    again = program("replay", "fiskil-plans/drawn_deliveries-0.json", "--url", url, *met_by, MY_SECRET=secret)

    pasted = f"replay fiskil-plans/drawn_deliveries-0.json --url {url} --secret-env MY_SECRET --effects 'GET /effects'"
    assert f"Saved plan: fiskil-harness {pasted}" in told
    assert (answer.returncode, again.returncode) == (1, 1)
    assert again.stdout.startswith("FAIL  webhooks.idempotent   drawn_deliveries")


@pytest.mark.parametrize(
    ("more", "words"),
    first(
        1,
        [
            (["--url", "http://127.0.0.1:1/hook"], "needs --secret-env NAME"),
            (["--effects", "GET /effects"], "tell of a receiver at --url"),
            (["--url", "http://127.0.0.1:1/hook", "--gallery", "no_dedupe"], "Leave one out."),
        ],
    ),
)
def test_a_replay_is_told_of_one_app_and_wholly(program: Program, more: list[str], words: str) -> None:
    """Half a receiver, or two apps, are refused before anything runs."""
    program("run", "webhook_repeated", "--save", "plan.json")

    answer = program("replay", "plan.json", *more)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr


@pytest.mark.full
def test_webhooks_needs_one_url_and_one_secret(
    program: Program, receiver: Callable[..., tuple[str, str]], project: Path
) -> None:
    """A running receiver is rehearsed; what cannot be judged this way is named, and no secret shows."""
    url, secret = receiver()

    answer = program(
        "webhooks", url, "--secret-env", "MY_SECRET", "--effects", "GET /effects", "--json", "report.json", MY_SECRET=secret
    )

    document = read(project / "report.json")
    assert answer.returncode in {0, 3}
    assert document["result"]["scenarios"]
    assert document["result"]["decision"] == "not asked"
    assert answer.stdout.splitlines()[-1].strip().endswith("--seed 0")
    assert secret not in answer.stdout + answer.stderr + json.dumps(document)


@pytest.mark.full
def test_webhooks_without_effects_proves_nothing(program: Program, receiver: Callable[..., tuple[str, str]]) -> None:
    """An app that answers 200 to everything and does nothing is not declared good."""
    url, secret = receiver(flaw="does_nothing")

    answer = program("webhooks", url, "--secret-env", "MY_SECRET", MY_SECRET=secret)

    assert answer.returncode in {1, 3}
    assert "app.observe.effects (here: --effects)" in answer.stdout


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
def test_a_receiver_that_cannot_be_rehearsed_is_refused(program: Program, url: str, secret: str, words: str) -> None:
    """Exit 2 with the reason, and the secret in no complaint."""
    answer = program("webhooks", url, "--secret-env", "MY_SECRET", MY_SECRET=secret)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr
    assert not secret or secret not in answer.stderr


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("number", first(2, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
def test_an_interrupted_run_writes_its_report_and_leaves_nothing(
    project: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    """Exit 130; the report tells what was judged until then, and in one line how much was not."""
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
    assert re.search(r"^\d+ of \d+ scenarios did not run to their end\.$", shown, re.MULTILINE)
    assert "every_scenario_run" not in shown
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
