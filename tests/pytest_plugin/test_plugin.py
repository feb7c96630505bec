"""The pytest plugin, by running pytest inside pytest: fixtures, scenarios as items, summaries, and its cost at start."""

import subprocess
import sys
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from tests.paths import APPS, SOURCE
from tests.sampling import first

pytestmark = pytest.mark.slow

# Other people's plugins are left out: they cost a second at each start, and whether ours is installed does not matter then.
ALONE = ("--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin")
XDIST, RANDOM = ("-p", "xdist", "-n", "2"), ("-p", "randomly")

CONFIG = """
[app]
command = "{{python}} {apps}/receiver.py {{port}}"
ready = "GET /healthz"
[app.env]
FISKIL_WEBHOOK_SECRET = "{{webhook_secret}}"
STORE = "{{workdir}}/store.json"
FLAW = "{flaw}"
EXITS = "{exits}"
[app.observe]
{observe}
[app.facts]
uses_events = ["*"]
"""

MINE = '''"""A message is delivered three times."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), steps.Replay("e0")),
    probes=(probes.AppliesOnce(),),
)
'''

Project = Callable[..., pytest.Pytester]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A team's project: a config, an app, and a scenario file of its own."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def make(*, flaw: str = "", exits: str = "", observe: str = 'effects = "GET /effects"', **files: str) -> pytest.Pytester:
        config = CONFIG.format(apps=APPS, flaw=flaw, exits=exits, observe=observe)
        (pytester.path / "fiskil-harness.toml").write_text(config)
        (pytester.path / "thrice.py").write_text(MINE)
        for name, source in files.items():
            pytester.makepyfile(**{name: source})
        return pytester

    return make


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in a process of its own, with the plugin."""
    return pytester.runpytest_subprocess(*ALONE, *arguments, timeout=500)


USERS_TEST = '''
import urllib.request, json
from fiskil_harness import faults

class BankFeed:
    """An integration that asks again, once."""

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
                answer = json.load(urllib.request.urlopen(urllib.request.Request(url, headers=headers)))
            except (OSError, ValueError):
                continue
            self.rows.update((row["fiskil_id"], row) for row in answer["transactions"])
            url = answer["links"].get("next")

    def transaction_ids(self):
        return set(self.rows)

def test_refresh_recovers_when_the_bank_hangs_up(sandbox):
    rosa = sandbox.enrol("rosa")
    sandbox.authorise(rosa)
    feed = BankFeed(sandbox.api_url)

    with sandbox.broken("banking.transactions", faults.ResetPeer(after_bytes=20)):
        feed.refresh(rosa.end_user_id, sandbox.credentials)

    assert feed.transaction_ids() == rosa.transaction_ids
    assert rosa.transaction_ids

def test_a_fault_that_never_bit_fails_the_test(sandbox):
    with sandbox.broken("banking.transactions", faults.ResetPeer(after_bytes=20)):
        pass
'''


def test_a_users_test_runs_as_the_style_guide_writes_it(project: Project) -> None:
    """The sandbox enrols, authorises and breaks; a fault that never bit fails the test by its name."""
    result = run(project(test_feed=USERS_TEST))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*FaultUnbitten: ResetPeer(after_bytes=20, delay_ms=0) on 'banking.transactions' bit 0 of 1 times*"]
    )


FIXTURES_TEST = """
import httpx, pytest

def test_end_user_is_rosa_with_everything_synced(end_user, fiskil):
    assert end_user.person.name == "rosa"
    assert end_user.transaction_ids
    assert list(fiskil.sandbox.store.end_users) == [end_user.end_user_id]

@pytest.mark.parametrize("again", [1, 2])
def test_every_test_finds_an_empty_sandbox(sandbox, enrol, again):
    assert not sandbox.sandbox.store.end_users
    assert enrol("ben").person.name == "ben"

@pytest.mark.parametrize("again", [1, 2])
def test_the_clock_starts_at_real_time(fiskil_clock, again):
    assert fiskil_clock.offset.total_seconds() == 0
    fiskil_clock.advance(days=3)

def test_deliveries_reach_the_callback_server(end_user, deliveries, callback_server, httpserver):
    callback_server.expect_request("/hook").respond_with_data("", status=204)
    made = deliveries.deliver(callback_server.url_for("/hook"))
    assert made and {one.outcome for one in made} == {"ack"}
    assert len(callback_server.log) == len(made)
    assert callback_server.port != httpserver.port

def test_the_app_talks_to_the_sandbox(fiskil_app, end_user, deliveries):
    made = deliveries.deliver(fiskil_app.url + fiskil_app.settings.app.webhook.path)
    assert {one.status for one in made} == {204}
    told = httpx.get(fiskil_app.url + "/effects").json()["applied"]
    assert {one.message_id for one in made} <= set(told)

def test_broken_is_the_sandboxes(broken, sandbox):
    from fiskil_harness import faults
    with broken("institutions.*", faults.Status(status=503)):
        assert httpx.get(f"{sandbox.api_url}/v1/institutions").status_code == 503
"""


def test_every_fixture_does_what_its_help_says(project: Project) -> None:
    """End users, deliveries, the clock, the app, broken routes, and a callback server beside the user's own."""
    result = run(project(test_fixtures=FIXTURES_TEST), "-p", "pytest_httpserver.pytest_plugin")

    result.assert_outcomes(passed=8)


def test_fixtures_need_no_config(project: Project) -> None:
    """A team without a config tests its Python code against the sandbox; only the app is out of reach, in words."""
    pytester = project(
        test_it="def test_a(sandbox): assert sandbox.api_url\ndef test_b(fiskil_app): pass\n",
    )
    (pytester.path / "fiskil-harness.toml").unlink()

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["There is no app to start: no fiskil-harness.toml was found, or it names none.*"])
    assert "Traceback" not in result.stdout.str()


def test_the_session_server_suits_property_tests(project: Project) -> None:
    """Hypothesis refuses function-scoped fixtures; ``fiskil_server`` is not one."""
    source = """
    from hypothesis import given, settings, strategies as st

    @settings(max_examples=5, database=None)
    @given(st.integers())
    def test_a(fiskil_server, number):
        assert fiskil_server.api_url
    """
    result = run(project(test_it=source))

    result.assert_outcomes(passed=1)


def test_an_app_can_be_a_python_object(project: Project) -> None:
    """Overriding ``fiskil_app_object`` replaces the command of the config, for fixtures and scenarios alike."""
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
    rehearsed = run(pytester, "--fiskil-scenarios=thrice.py", "-rs")
    rehearsed.assert_outcomes(passed=1, skipped=1)
    rehearsed.stdout.fnmatch_lines(["SKIPPED * the config lacks app.observe.effects"])


def test_scenarios_are_not_collected_unless_asked_for(project: Project) -> None:
    """Without an option the plugin adds nothing to a run."""
    result = run(project(test_it="def test_a(): pass"))

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*fiskil practices*")


def test_a_scenario_is_an_item_and_a_summary_by_practice_ends_the_run(project: Project) -> None:
    """The verdict is the test's outcome; the practices stand at the end."""
    result = run(project(), "--fiskil-scenarios=thrice.py", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["fiskil::thrice PASSED*", "*fiskil practices*", "proven      webhooks.idempotent * applies_once in thrice"]
    )


def test_a_failure_reads_as_its_finding(project: Project) -> None:
    """No traceback of ours, but what was seen, how to mend it, and how to run it again."""
    result = run(project(flaw="no_dedupe"), "--fiskil-scenarios=thrice.py", "--fiskil-seed=42")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL  webhooks.idempotent   thrice *seed 42",
            "      applies_once: message e0 was applied 3 times*",
            "      again     fiskil-harness run thrice.py --seed 42",
            "violated    webhooks.idempotent *",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert ".py:" not in result.stdout.str()


def test_a_missing_hook_is_skipped_by_its_name_and_fails_when_strict(project: Project) -> None:
    """Skipped says which hook would help; --fiskil-strict makes it a failure."""
    pytester = project(observe="")

    lenient = run(pytester, "--fiskil-scenarios=thrice.py", "-rs")
    strict = run(pytester, "--fiskil-scenarios=thrice.py", "--fiskil-strict")

    lenient.assert_outcomes(skipped=1)
    lenient.stdout.fnmatch_lines(["SKIPPED * the config lacks app.observe.effects"])
    strict.assert_outcomes(failed=1)
    strict.stdout.fnmatch_lines(["      applies_once: the config gives no app.observe.effects"])


def test_any_other_doubt_is_a_failure(project: Project) -> None:
    """A step that could not be done is never a pass."""
    pytester = project()
    (pytester.path / "thrice.py").write_text(MINE.replace('Replay("e0")', 'Replay("e9")'))

    result = run(pytester, "--fiskil-scenarios=thrice.py")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["INCONCLUSIVE  webhooks.idempotent*", "*No event 'e9'*"])


def test_an_app_that_does_not_start_is_said_in_its_own_words(project: Project) -> None:
    """Its last lines are the report."""
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
            (["--fiskil-scenarios", "tests"], "*Write --fiskil-scenarios=NAMES, or --fiskil for all, before paths."),
            (["--fiskil", "--fiskil-config=missing.toml"], "No config at *missing.toml'*"),
            (["--fiskil-scenarios=leaves.py"], "The scenario file leaves.py cannot be loaded: SystemExit: 0"),
            (["--fiskil-scenarios=slips.py"], "The scenario of slips.py cannot be saved as a plan: *"),
            (["--fiskil", "--fiskil-seed=-1"], "The seed must be a number from 0, got -1."),
        ],
    ),
)
def test_a_wrong_option_is_said_before_anything_runs(project: Project, arguments: list[str], words: str) -> None:
    """The nearest match, or what to write instead; pytest's own exit code for usage."""
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
    """Not one failure for each scenario; xdist knows no such error, so there it is one failure."""
    pytester = project(test_it="def test_a(): pass")
    (pytester.path / "fiskil-harness.toml").unlink()

    alone, shared = run(pytester, "--fiskil"), run(pytester, "--fiskil", *XDIST)

    assert alone.ret == pytest.ExitCode.USAGE_ERROR
    alone.stderr.fnmatch_lines(["ERROR: There is no app to start*"])
    shared.assert_outcomes(passed=1, failed=1)


@pytest.mark.full
def test_selecting_and_repeating_work_as_for_tests(project: Project) -> None:
    """``-k`` knows names and practices, ``-m`` the marker, ``--lf`` what failed, ``--collect-only`` runs nothing."""
    pytester = project(flaw="no_dedupe", test_it="def test_a(): pass")
    asked = "--fiskil-scenarios=thrice.py"

    run(pytester, asked, "-k", "webhooks.idempotent").assert_outcomes(failed=1, deselected=1)
    run(pytester, asked, "-m", "not fiskil").assert_outcomes(passed=1, deselected=1)
    run(pytester, asked, "--lf").assert_outcomes(failed=1, deselected=1)
    run(pytester, asked, "--collect-only", "-q").stdout.fnmatch_lines(["fiskil::thrice"])


def test_the_ini_file_can_ask_for_scenarios(project: Project) -> None:
    """A project that always rehearses says so once."""
    pytester = project()
    pytester.makeini("[pytest]\nfiskil_scenarios = thrice.py\nfiskil_seed = 9\nfiskil_strict = true\n")

    run(pytester).assert_outcomes(passed=1)


def test_a_wrong_ini_file_is_said_in_words(project: Project) -> None:
    """Where scenarios are asked for, before anything runs; where a fixture is used, as that test's error."""
    pytester = project(test_it="def test_a(sandbox): pass")
    pytester.makeini("[pytest]\nfiskil_seed = nine\n")

    asked, used = run(pytester, "--fiskil-scenarios=thrice.py"), run(pytester)

    words = "*The ini key fiskil_seed must be a number, got 'nine'."
    asked.stderr.fnmatch_lines([words])
    used.stdout.fnmatch_lines([words])
    assert (asked.ret, used.ret) == (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.TESTS_FAILED)
    assert "Traceback" not in asked.stderr.str() + used.stdout.str()


def test_junit_holds_the_scenarios(project: Project) -> None:
    """pytest's own report works as for any test, and carries no outcome in JSON."""  # noqa: D403
    pytester = project(flaw="no_dedupe")

    run(pytester, "--fiskil-scenarios=thrice.py", "--junitxml=report.xml")

    root = ET.parse(pytester.path / "report.xml").getroot()  # noqa: S314 - our own words
    (case,) = root.iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("fiskil", "thrice")
    assert "applies_once: message e0 was applied 3 times" in (case.find("failure").text or "")  # type: ignore[union-attr]
    assert case.find("properties") is None


def test_xdist_and_random_order_change_nothing(project: Project) -> None:
    """Each worker has its own sandbox and app; the summary is made from what all of them played."""
    tests = (
        "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_a(sandbox, n):\n    assert sandbox.enrol('rosa')\n"
    )
    pytester = project(test_it=tests)
    (pytester.path / "again.py").write_text(MINE)

    result = run(pytester, "--fiskil-scenarios=thrice.py,again.py", *XDIST, *RANDOM)

    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["proven      webhooks.idempotent * applies_once in 2 scenarios"])


def test_an_app_that_cannot_be_had_twice_is_refused_under_xdist(project: Project) -> None:
    """Scenarios of two workers on one app would disturb each other; the sandbox alone is fine."""
    pytester = project(test_it="def test_a(sandbox): assert sandbox.api_url")
    (pytester.path / "fiskil-harness.toml").write_text('[app]\nurl = "http://127.0.0.1:9"\n')

    result = run(pytester, "--fiskil-scenarios=thrice.py", *XDIST)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["Under xdist each worker needs an app of its own*"])


def test_the_plugin_module_imports_nothing_heavy() -> None:
    """It is loaded by every pytest of its environment: the standard library and pytest, and nothing else of ours."""
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import fiskil_harness.pytest_plugin\n"
        "print(sorted(set(sys.modules) - before))"
    )

    loaded = subprocess.run([sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "['fiskil_harness', 'fiskil_harness.pytest_plugin']"
