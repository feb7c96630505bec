"""Habits of pytest users: property tests, marks, parameters, JUnit properties, and other plugins beside ours."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.pytest_plugin.projects import RANDOM, Project, run, run_apart

pytestmark = pytest.mark.slow

HYPOTHESIS = ("-p", "_hypothesis_pytestplugin")

PROPERTY_TEST = """
from hypothesis import given, settings, strategies as st

SETTINGS = settings(max_examples=5, database=None, deadline=None)

@SETTINGS
@given(count=st.integers(1, 3))
def test_each_example_starts_with_an_empty_fiskil(fiskil, fiskil_callbacks, count):
    assert not fiskil.sandbox.store.end_users
    assert not fiskil_callbacks.log
    for _ in range(count):
        fiskil.enrol()

@SETTINGS
@given(count=st.integers(1, 3))
def test_a_function_scoped_fixture_is_refused(fiskil_end_user, count):
    pass
"""


def test_a_property_test_gets_an_empty_fiskil_in_each_example(project: Project) -> None:
    """Hypothesis accepts the fixtures that hold servers, and refuses the person who would not last."""
    result = run(project(test_it=PROPERTY_TEST), *HYPOTHESIS)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*FailedHealthCheck: *uses a function-scoped fixture 'fiskil_end_user'.*"])


def test_a_fixture_that_fills_fiskil_for_many_tests_is_refused(project: Project) -> None:
    """Its end users would be gone in the second test; each test that uses it gets the message with its name."""
    source = """
    import pytest

    @pytest.fixture(scope="module")
    def bank_user(fiskil): return fiskil.enrol("rosa")

    @pytest.fixture(scope="module")
    def url(fiskil): return fiskil.api_url

    @pytest.fixture(scope="module")
    def lasting_user(fiskil_server): return fiskil_server.enrol("rosa")

    def test_a(bank_user): pass
    def test_a_again(bank_user): pass
    def test_b(url): assert url.startswith("http")
    @pytest.mark.parametrize("again", [1, 2])
    def test_c(lasting_user, fiskil_server, again): assert len(fiskil_server.sandbox.store.end_users) == 1
    """
    result = run(project(test_it=source))

    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(["The fixture 'bank_user' has module scope and enrols end users in `fiskil`, which is *"])


def test_every_fixture_is_documented_with_its_scope(project: Project) -> None:
    """``pytest --fixtures`` lists them; each name has our prefix, so that it is not taken."""
    output = run(project(), "--fixtures", "-q").stdout.str()

    listed = re.findall(
        r"^(\w+)(?: \[(\w+) scope\])? -- .*pytest_plugin[/\\]fixtures\.py:\d+\n +(\S.*)$", output, re.MULTILINE
    )
    assert len(listed) == 12
    assert [name for name, _, _ in listed if not name.startswith("fiskil")] == []
    assert [name for name, scope, doc in listed if not doc.endswith(f"({scope or 'function'} scope).")] == []


MARKED = """
import pytest
from fiskil_harness import Scenario, probes, steps

UNDISTURBED = Scenario(
    name="undisturbed",
    practices=("sandbox.webhook-delivery",),
    steps=(steps.Connect(),),
    probes=(probes.AcknowledgesGenuine(),),
)

@pytest.mark.fiskil_scenario("thrice.py")
def test_the_app_applies_each_message_once():
    pass

@pytest.mark.fiskil_scenario(UNDISTURBED)
def test_a_scenario_of_this_file(fiskil, fiskil_outcomes):
    assert fiskil_outcomes["undisturbed"].verdict == "PASS"
    assert not fiskil.sandbox.store.end_users
"""


def test_a_finding_fails_the_test_with_the_mark(project: Project) -> None:
    """The finding is the message, also in the short summary and in JUnit, where it is a property, too."""
    pytester = project(flaw="no_dedupe", test_it=MARKED)

    result = run(pytester, "--strict-markers", "--junitxml=report.xml", "--fiskil-seed=42")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL  webhooks.idempotent   thrice *seed 42",
            "      applies_once: message e0 was applied 4 times*",
            "*pytest test_it.py::test_the_app_applies_each_message_once *",
            "          --fiskil-seed=42 *",
            "violated    webhooks.idempotent *",
            "FAILED test_it.py::test_the_app_applies_each_message_once - applies_once: mes*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    case, other = sorted(ET.parse(pytester.path / "report.xml").getroot().iter("testcase"), key=len)[::-1]  # noqa: S314
    properties = [(pair.get("name"), pair.get("value", "")[:60]) for pair in case.iter("property")]
    assert properties == [
        ("fiskil.scenario", "thrice"),
        ("fiskil.seed", "42"),
        ("fiskil.verdict", "FAIL"),
        ("fiskil.finding", "FAIL applies_once (webhooks.idempotent): message e0 was appl"),
        ("fiskil.passed", "repeats_no_work"),
    ]
    assert [failure.get("message", "")[:32] for failure in case.iter("failure")] == ["applies_once: message e0 was app"]
    assert [pair.get("value") for pair in other.iter("property")][:1] == ["undisturbed"]


def test_a_mark_with_a_wrong_name_is_an_error_of_its_test(project: Project) -> None:
    """The message names the nearest scenario, or states what the mark takes."""
    source = """
    import pytest
    @pytest.mark.fiskil_scenario("happy_pat")
    def test_a(): pass
    @pytest.mark.fiskil_scenario
    def test_b(): pass
    @pytest.mark.fiskil_scenario(3)
    def test_c(): pass
    """
    result = run(project(test_it=source))

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "No scenario 'happy_pat'. Did you mean 'happy_path'?*",
            'Name a scenario in the mark of the test: @pytest.mark.fiskil_scenario("webhook_repeated").',
            "The mark fiskil_scenario takes names of scenarios, files and Scenario values, got 3.",
        ]
    )


def test_files_of_scenarios_are_relative_to_the_root_folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In marks and in the ini file, so that an editor may run pytest in any folder. A missing hook skips both tests."""
    pytester = project(observe="", test_it=MARKED)
    pytester.makeini("[pytest]\nfiskil_scenarios = thrice.py\n")
    (pytester.path / "below").mkdir()
    monkeypatch.chdir(pytester.path / "below")

    result = run(pytester, "--rootdir=..", "../test_it.py", "-rs", "-k", "each_message or thrice")

    result.assert_outcomes(skipped=2, deselected=1)
    result.stdout.fnmatch_lines(["SKIPPED * the config does not set app.observe.effects"])


OTHERS_TEST = """
import httpx, pytest
from hypothesis import given, settings, strategies as st

SETTINGS = settings(max_examples=3, database=None, deadline=None)

@pytest.fixture
def anyio_backend():
    return "asyncio"

async def status(url):
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{url}/v1/institutions")).status_code

@pytest.mark.LIBRARY
async def test_an_async_test_calls_the_api(fiskil, fiskil_end_user):
    assert await status(fiskil.api_url) == 400

@pytest.mark.LIBRARY
@SETTINGS
@given(count=st.integers(1, 3))
async def test_each_example_of_an_async_test_is_empty(fiskil, count):
    assert not fiskil.sandbox.store.end_users
    fiskil.enrol()
    assert await status(fiskil.api_url) == 400
"""


@pytest.mark.parametrize(
    ("library", "options"),
    [("asyncio", ["-o", "asyncio_default_fixture_loop_scope=function"]), ("anyio", [])],
    ids=["asyncio", "anyio"],
)
def test_async_tests_use_the_fixtures(project: Project, library: str, options: list[str]) -> None:
    """With pytest-asyncio or anyio, also as property tests, in random order.

    The process is a separate one: a browser of an earlier test may have left an event loop in this one.
    """
    pytester = project(test_it=OTHERS_TEST.replace("LIBRARY", library))

    result = run_apart(pytester, "-p", library, *options, *HYPOTHESIS, *RANDOM, "--strict-markers")

    result.assert_outcomes(passed=2, warnings=0)


IMPROVING_APP = """
import json, pytest
applied, attempts = {}, []

def pytest_runtest_setup(item):
    attempts.append(item)

async def body_of(receive):
    chunk = await receive()
    return chunk["body"] + (await body_of(receive) if chunk["more_body"] else b"")

async def application(scope, receive, send):
    if scope["method"] == "POST":
        message_id = json.loads(await body_of(receive))["message_id"]
        applied[message_id] = applied.get(message_id, 0) + 1 if len(attempts) == 1 else 1
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"applied": applied, "pending": 0}).encode()})

@pytest.fixture(scope="session")
def fiskil_app_object():
    return application
"""

FLAKY = """
calls = []

def test_a_repeated_test_starts_empty(fiskil):
    assert not fiskil.sandbox.store.end_users
    fiskil.enrol("rosa")
    calls.append(1)
    assert len(calls) > 1
"""


def test_the_last_run_of_a_repeated_scenario_counts(project: Project) -> None:
    """With pytest-rerunfailures; a test that runs again starts with an empty Fiskil."""
    pytester = project(conftest=IMPROVING_APP, test_it=FLAKY)
    (pytester.path / "fiskil-harness.toml").write_text('[app.observe]\neffects = "GET /effects"\n')

    scenario = run(
        pytester,
        "-p",
        "rerunfailures",
        "--reruns=1",
        "fiskil-harness.toml",
        "--fiskil-scenarios=thrice.py",
        "--junitxml=r.xml",
    )
    flaky = run(pytester, "-p", "rerunfailures", "--reruns=1", "test_it.py")

    assert scenario.parseoutcomes() == {"passed": 1, "rerun": 1}
    scenario.stdout.fnmatch_lines(["proven      webhooks.idempotent *"])
    verdicts = [
        [pair.get("value") for pair in case.iter("property") if pair.get("name") == "fiskil.verdict"]
        for case in ET.parse(pytester.path / "r.xml").getroot().iter("testcase")  # noqa: S314 - trusted input
    ]
    assert verdicts == [["FAIL"], ["PASS"]]
    assert flaky.parseoutcomes() == {"passed": 1, "rerun": 1}


def test_a_suite_runs_without_the_plugin(pytester: pytest.Pytester) -> None:
    """With ``-p no:fiskil-harness``, tests that need none of it pass; ini keys and markers give the usual warnings."""
    pytester.makeini("[pytest]\nfiskil_scenarios = happy_path\n")
    pytester.makepyfile("import pytest\n@pytest.mark.fiskil_scenario('happy_path')\ndef test_a(): pass\n")
    without = ("fiskil-harness", "asyncio", "cov", "hypothesispytest", "randomly", "rerunfailures", "schemathesis")

    result = pytester.runpytest_subprocess(*(word for name in without for word in ("-p", f"no:{name}")))

    result.assert_outcomes(passed=1, warnings=2)
    result.stdout.fnmatch_lines(
        [
            "*PytestConfigWarning: Unknown config option: fiskil_scenarios",
            "*PytestUnknownMarkWarning: Unknown pytest.mark.fiskil_scenario *",
        ]
    )
