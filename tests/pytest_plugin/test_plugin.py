"""The pytest plugin, tested by running pytest inside pytest: fixtures, scenarios as items, and summaries."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.paths import SOURCE
from tests.pytest_plugin.projects import RANDOM, SCENARIO, XDIST, Project, run
from tests.sampling import first

pytestmark = pytest.mark.slow

USERS_TEST = '''
import urllib.request, json
from fiskil_harness import faults

class BankFeed:
    """An integration that retries a failed request."""

    def __init__(self, api_url):
        self.api_url, self.rows = api_url, {}

    def refresh(self, end_user_id, credentials):
        request = urllib.request.Request(
            f"{self.api_url}/v1/token",
            json.dumps({"client_id": credentials.client_id, "client_secret": credentials.client_secret}).encode(),
            {"content-type": "application/json"},
        )
        token = json.load(urllib.request.urlopen(request))["token"]
        url = f"{self.api_url}/v1/banking/transactions?end_user_id={end_user_id}"
        while url:
            try:
                headers = {"authorization": f"Bearer {token}"}
                page = json.load(urllib.request.urlopen(urllib.request.Request(url, headers=headers)))
            except (OSError, ValueError):
                continue
            self.rows.update((row["fiskil_id"], row) for row in page["transactions"])
            url = page["links"].get("next")

    def transaction_ids(self):
        return set(self.rows)

def test_refresh_recovers_when_the_bank_hangs_up(fiskil):
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    feed = BankFeed(fiskil.api_url)

    with fiskil.broken("banking.transactions", faults.ResetPeer(after_bytes=20)):
        feed.refresh(rosa.end_user_id, fiskil.credentials)

    assert feed.transaction_ids() == rosa.transaction_ids
    assert rosa.transaction_ids

def test_a_fault_that_never_bit_fails_the_test(fiskil):
    with fiskil.broken("banking.transactions", faults.ResetPeer(after_bytes=20)):
        pass
'''


def test_the_example_of_the_style_guide_runs(project: Project) -> None:
    """The sandbox enrols, authorises and sets faults; a fault that never acted fails the test."""
    result = run(project(test_feed=USERS_TEST))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*FaultUnbitten: ResetPeer(after_bytes=20, delay_ms=0) on 'banking.transactions' bit 0 of 1 times*"]
    )


FIXTURES_TEST = """
import httpx, pytest
from fiskil_harness import faults

def test_end_user_is_rosa_with_everything_synced(fiskil_end_user, fiskil):
    assert fiskil_end_user.person.name == "rosa"
    assert fiskil_end_user.transaction_ids
    assert list(fiskil.sandbox.store.end_users) == [fiskil_end_user.end_user_id]

@pytest.mark.parametrize("again", [1, 2])
def test_every_test_starts_with_an_empty_fiskil(fiskil, again):
    assert not fiskil.sandbox.store.end_users
    assert fiskil.enrol("ben").person.name == "ben"

def test_the_server_is_filled(fiskil_server):
    assert not fiskil_server.sandbox.store.end_users
    fiskil_server.enrol("rosa")

def test_the_server_stays_filled(fiskil_server):
    assert fiskil_server.sandbox.store.end_users

def test_fiskil_is_empty_again(fiskil):
    assert not fiskil.sandbox.store.end_users
    fiskil.enrol("rosa")

def test_the_server_is_empty_after_a_test_of_fiskil(fiskil_server):
    assert not fiskil_server.sandbox.store.end_users

@pytest.mark.parametrize("again", [1, 2])
def test_the_clock_starts_at_real_time(fiskil_clock, again):
    assert fiskil_clock.offset.total_seconds() == 0
    fiskil_clock.advance(days=3)

@pytest.mark.parametrize("again", [1, 2])
def test_deliveries_reach_the_callback_server(fiskil_end_user, fiskil_deliveries, fiskil_callbacks, httpserver, again):
    assert not fiskil_callbacks.log
    fiskil_callbacks.expect_request("/hook").respond_with_data("", status=204)
    delivered = fiskil_deliveries.deliver(fiskil_callbacks.url_for("/hook"))
    assert delivered[0].event == "e0"
    assert {delivery.outcome for delivery in delivered} == {"ack"}
    assert len(fiskil_callbacks.log) == len(delivered)
    assert fiskil_callbacks.port != httpserver.port

def test_the_app_calls_the_local_fiskil(fiskil_app, fiskil_end_user, fiskil_deliveries):
    delivered = fiskil_deliveries.deliver(fiskil_app.url + fiskil_app.settings.app.webhook.path)
    assert {delivery.status for delivery in delivered} == {204}
    applied = httpx.get(fiskil_app.url + "/effects").json()["applied"]
    assert {delivery.message_id for delivery in delivered} <= set(applied)

def test_a_handler_gets_signed_requests(fiskil_app, fiskil_end_user, fiskil_webhooks):
    [message] = fiskil_webhooks.messages("consent.received")
    again = fiskil_webhooks.signed(fiskil_webhooks.events[0], attempt=2)
    assert (again.message_id, again.body == message.body) == (message.message_id, False)
    url = fiskil_app.url + fiskil_app.settings.app.webhook.path
    requests = (message, again, fiskil_webhooks.tampered(message))
    statuses = [httpx.post(url, content=each.body, headers=dict(each.headers)).status_code for each in requests]
    assert statuses == [204, 204, 401]

@pytest.mark.parametrize("fault", [faults.ResetPeer(after_bytes=20), faults.Status(status=503)])
@pytest.mark.parametrize("fiskil_end_user", ["rosa", "ben"], indirect=True)
def test_parameters_are_people_and_faults(fiskil, fiskil_end_user, fault, request):
    assert fiskil_end_user.person.name in request.node.name
    with fiskil.broken("institutions.*", fault):
        try:
            assert httpx.get(f"{fiskil.api_url}/v1/institutions").status_code == 503
        except httpx.TransportError:
            assert "[reset_peer-after-20-bytes-" in request.node.name or "-reset_peer-after-20-bytes]" in request.node.name
"""


def test_every_fixture_works(project: Project) -> None:
    """The tests use end users, deliveries, the clock, the app, faults, and a callback server besides the team's own."""
    result = run(project(test_fixtures=FIXTURES_TEST), "-p", "pytest_httpserver.pytest_plugin")

    result.assert_outcomes(passed=17)


def test_fixtures_need_no_config(project: Project) -> None:
    """Without a config, tests can use the sandbox; a test that needs the app fails with a message."""
    pytester = project(
        test_it="def test_a(fiskil): assert fiskil.api_url\ndef test_b(fiskil_app): pass\n",
    )
    (pytester.path / "fiskil-harness.toml").unlink()

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["There is no app to start: no fiskil-harness.toml was found, or it names no app.*"])
    assert "Traceback" not in result.stdout.str()


def test_an_app_can_be_a_python_object(project: Project) -> None:
    """Overriding ``fiskil_app_object`` replaces the command of the config for fixtures and scenarios."""
    conftest = """
    import pytest

    async def application(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @pytest.fixture(scope="session")
    def fiskil_app_object():
        return application
    """
    test = """
    import httpx

    def test_a(fiskil_app):
        assert httpx.get(fiskil_app.url).status_code == 204
    """
    pytester = project(conftest=conftest, test_it=test)
    (pytester.path / "fiskil-harness.toml").unlink()

    result = run(pytester)

    result.assert_outcomes(passed=1)
    result = run(pytester, "--fiskil-scenarios=thrice.py", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * the config does not set app.observe.effects"])
    # Only pytest can start this app, so the command that repeats the scenario is one of pytest.
    result = run(pytester, "--fiskil-scenarios=thrice.py", "--fiskil-strict")
    pasted = " ".join(result.stdout.str().replace("\\\n", "").split())
    options = f"-m fiskil --fiskil-scenarios={pytester.path}/thrice.py --fiskil-seed=0"
    assert f"again cd {pytester.path} && pytest {options}" in pasted


def test_scenarios_are_not_collected_without_an_option(project: Project) -> None:
    """The plugin then adds nothing to a run."""
    result = run(project(test_it="def test_a(): pass"))

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*fiskil practices*")


def test_a_scenario_is_an_item_and_a_summary_by_practice_ends_the_run(project: Project) -> None:
    """The verdict is the outcome of the test; the practices are listed at the end."""
    result = run(project(), "--fiskil-scenarios=thrice.py", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "fiskil-harness.toml::thrice PASSED*",
            "*fiskil practices*",
            "proven      webhooks.idempotent * applies_once, repeats_no_work in thrice",
        ]
    )


def test_a_failure_shows_its_finding(project: Project) -> None:
    """The output has the observation, the fix and the command, but no traceback."""
    result = run(project(flaw="no_dedupe"), "--fiskil-scenarios=thrice.py", "--fiskil-seed=42")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL  webhooks.idempotent   thrice *seed 42",
            "      applies_once: message e0 was applied 4 times*",
            "      again     fiskil-harness run *",
            "          */thrice.py *",
            "          --seed 42 *",
            "          */fiskil-harness.toml",
            "violated    webhooks.idempotent *",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert ".py:" not in result.stdout.str()


def test_a_missing_hook_is_skipped_by_its_name_and_fails_when_strict(project: Project) -> None:
    """The reason names the hook; --fiskil-strict makes it a failure."""
    pytester = project(observe="")

    default = run(pytester, "--fiskil-scenarios=thrice.py", "-rs")
    strict = run(pytester, "--fiskil-scenarios=thrice.py", "--fiskil-strict")

    default.assert_outcomes(skipped=1)
    default.stdout.fnmatch_lines(["SKIPPED * the config does not set app.observe.effects"])
    strict.assert_outcomes(failed=1)
    strict.stdout.fnmatch_lines(["      applies_once: the config gives no app.observe.effects"])


def test_any_other_inconclusive_scenario_is_a_failure(project: Project) -> None:
    """For example, a step that could not be performed fails the test."""
    pytester = project()
    (pytester.path / "thrice.py").write_text(SCENARIO.replace('Replay("e0")', 'Replay("e9")'))

    result = run(pytester, "--fiskil-scenarios=thrice.py")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["INCONCLUSIVE  webhooks.idempotent*", "*No event 'e9'*"])


def test_an_app_that_does_not_start_is_a_failure(project: Project) -> None:
    """The message contains its last lines of output."""
    result = run(project(exits="1"), "--fiskil-scenarios=thrice.py")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["The app exited with 7. Its last lines:", "  cannot find the moon"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "words"),
    first(
        3,
        [
            (["--fiskil-scenarios=happy_pat"], "No scenario 'happy_pat'. Did you mean 'happy_path'?*"),
            (["--fiskil-scenarios", "tests"], "*Use --fiskil-scenarios=NAMES, or --fiskil for all scenarios, before paths."),
            (["--fiskil", "--fiskil-config=missing.toml"], "No config at *missing.toml'*"),
            (["--fiskil-scenarios=leaves.py"], "The scenario file leaves.py cannot be loaded: SystemExit: 0"),
            (
                ["--fiskil-scenarios=slips.py"],
                "*slips.py cannot be loaded: TypeError: steps must be a tuple*",
            ),
            (["--fiskil", "--fiskil-seed=-1"], "The seed must be 0 or greater, got -1."),
        ],
    ),
)
def test_an_invalid_option_is_refused_before_anything_runs(project: Project, arguments: list[str], words: str) -> None:
    """The message states what to use instead; the exit code is pytest's code for usage errors."""
    pytester = project()
    (pytester.path / "tests").mkdir()
    (pytester.path / "leaves.py").write_text("import sys; sys.exit(0)")
    (pytester.path / "slips.py").write_text(
        "from fiskil_harness import Scenario, steps\nSCENARIO = Scenario(practices=(), steps=(steps.Deliver()), probes=())"
    )

    result = run(pytester, *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {words}"])


@pytest.mark.full
def test_scenarios_without_an_app_are_one_usage_error(project: Project) -> None:
    """If only a worker of xdist notices, which has no usage errors, it is one failure."""
    pytester = project(test_it="def test_a(): pass")
    (pytester.path / "fiskil-harness.toml").unlink()

    alone = run(pytester, "--fiskil")
    pytester.makeconftest("")
    with_conftest, distributed = run(pytester, "--fiskil"), run(pytester, "--fiskil", *XDIST)

    assert (alone.ret, with_conftest.ret) == (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.USAGE_ERROR)
    alone.stderr.fnmatch_lines(["ERROR: There is no app to start*"])
    with_conftest.stderr.fnmatch_lines(["ERROR: There is no app to start*"])
    distributed.assert_outcomes(passed=1, failed=1)


@pytest.mark.full
def test_selecting_and_repeating_work_as_for_tests(project: Project) -> None:
    """``-k`` matches names and practices, ``-m`` the marker, ``--lf`` failures; ``--collect-only`` runs nothing."""
    pytester = project(flaw="no_dedupe", test_it="def test_a(): pass")
    option = "--fiskil-scenarios=thrice.py"

    run(pytester, option, "-k", "webhooks.idempotent").assert_outcomes(failed=1, deselected=1)
    run(pytester, option, "-m", "not fiskil").assert_outcomes(passed=1, deselected=1)
    run(pytester, option, "--lf").assert_outcomes(failed=1)
    run(pytester, "--lf", "fiskil-harness.toml", option).assert_outcomes(failed=1)
    run(
        pytester, "fiskil-harness.toml::webhook_repeated", "fiskil-harness.toml::happy_path", "-k", "repeated"
    ).assert_outcomes(failed=1, deselected=1)
    run(pytester, "fiskil-harness.toml::webhook_repeated", *XDIST).assert_outcomes(failed=1)
    run(pytester, option, "--collect-only", "-q").stdout.fnmatch_lines(["fiskil-harness.toml::thrice"])
    run(pytester, option, "--collect-only").stdout.fnmatch_lines(["collected 2 items*"])


def test_the_ini_file_can_select_scenarios(project: Project) -> None:
    """A project can set the options permanently."""
    pytester = project()
    pytester.makeini("[pytest]\nfiskil_scenarios = thrice.py\nfiskil_seed = 9\nfiskil_strict = true\n")

    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize("more", [("--fiskil-app-log=app.log", *XDIST), ()], ids=["option", "ini"])
def test_the_output_of_the_app_is_kept(project: Project, more: tuple[str, ...]) -> None:
    """The file has the output of this run only, with a title for each scenario, without secrets."""
    pytester = project()
    pytester.makeini(f"[pytest]\nfiskil_app_log = {'' if more else 'app.log'}\n")
    config = pytester.path / "fiskil-harness.toml"
    wrapper = "sh -c 'echo hello with $FISKIL_WEBHOOK_SECRET; exec $0 $1 $2'"
    config.write_text(config.read_text().replace("{python}", f"{wrapper} {{python}}"))
    (pytester.path / "app.log").write_text("output of an earlier run")

    result = run(pytester, "--fiskil-scenarios=thrice.py", *more)

    result.assert_outcomes(passed=1)
    assert (pytester.path / "app.log").read_text() == "===== thrice [output]\nhello with <webhook_secret>\n"


def test_a_file_for_the_output_that_cannot_be_written_is_refused(project: Project) -> None:
    """Before anything runs."""
    result = run(project(), "--fiskil-scenarios=thrice.py", "--fiskil-app-log=none/app.log")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Cannot write *there is no folder*Create it first."])


def test_an_invalid_ini_value_is_refused(project: Project) -> None:
    """With scenarios it is a usage error before anything runs; with a fixture it is an error of that test."""
    pytester = project(test_it="def test_a(fiskil): pass")
    pytester.makeini("[pytest]\nfiskil_seed = nine\n")

    with_scenarios, with_fixture = run(pytester, "--fiskil-scenarios=thrice.py"), run(pytester)

    words = "*The ini key fiskil_seed must be a number, got 'nine'."
    with_scenarios.stderr.fnmatch_lines([words])
    with_fixture.stdout.fnmatch_lines([words])
    assert (with_scenarios.ret, with_fixture.ret) == (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.TESTS_FAILED)
    assert "Traceback" not in with_scenarios.stderr.str() + with_fixture.stdout.str()


def test_junit_contains_the_scenarios(project: Project) -> None:
    """The report of pytest treats a scenario like any test; the finding is a property, and its message."""
    pytester = project(flaw="no_dedupe")

    run(pytester, "--fiskil-scenarios=thrice.py", "--junitxml=report.xml")

    root = ET.parse(pytester.path / "report.xml").getroot()  # noqa: S314 - trusted input
    (case,) = root.iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("fiskil-harness.toml", "thrice")
    assert "applies_once: message e0 was applied 4 times" in (case.find("failure").text or "")  # type: ignore[union-attr]
    properties = {pair.get("name"): pair.get("value", "") for pair in case.iter("property")}
    assert properties["fiskil.finding"].startswith("FAIL applies_once (webhooks.idempotent): message e0 was applied 4 times")
    assert set(properties) == {"fiskil.scenario", "fiskil.seed", "fiskil.verdict", "fiskil.finding", "fiskil.passed"}


def test_xdist_and_random_order_do_not_change_the_result(project: Project) -> None:
    """Each worker has its own sandbox and app; the summary covers the scenarios of all workers."""
    tests = (
        "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_a(fiskil, n):\n    assert fiskil.enrol('rosa')\n"
    )
    pytester = project(test_it=tests)
    (pytester.path / "again.py").write_text(SCENARIO)

    result = run(pytester, "--fiskil-scenarios=thrice.py,again.py", *XDIST, *RANDOM)

    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["proven      webhooks.idempotent * applies_once, repeats_no_work in 2 scenarios"])


def test_an_app_that_cannot_be_started_twice_is_refused_with_xdist(project: Project) -> None:
    """Two workers would disturb each other on one app; tests that use only the sandbox run."""
    pytester = project(test_it="def test_a(fiskil): assert fiskil.api_url")
    (pytester.path / "fiskil-harness.toml").write_text('[app]\nurl = "http://127.0.0.1:9"\n')

    result = run(pytester, "--fiskil-scenarios=thrice.py", *XDIST)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["With xdist each worker starts its own app*"])


def test_the_plugin_module_imports_nothing_heavy() -> None:
    """Every pytest in the environment imports it, so it imports only the standard library and pytest."""
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import fiskil_harness.pytest_plugin\n"
        "print(sorted(set(sys.modules) - before))"
    )

    output = subprocess.run([sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=True).stdout

    parts = ("fiskil_harness", "fiskil_harness.pytest_plugin")
    assert output.strip() == str([*parts, "fiskil_harness.pytest_plugin.emptying", "fiskil_harness.pytest_plugin.fixtures"])
