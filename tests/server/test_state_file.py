"""``serve`` continues from its state file: nothing that a response confirmed is lost, and no unfit file is used."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from fiskil_harness.cli.serve import serve_command
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock, real_now, wait_until
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.gate.report import files
from fiskil_harness.server.serving import LocalServer
from fiskil_harness.server.state_file import FORMAT, StateFile

ROSA = "rosa.keane@example.com"
MANY = {"page[size]": "1000"}


class Served:
    """One start of ``serve`` with a state file, and the clients of an app and of a developer."""

    def __init__(self, folder: Path, path: Path, *, seed: int = 0, **options: Any) -> None:
        self.errors: list[str] = []
        self.state_file = StateFile(path, seed=seed, write=partial(files.write, mode=0o600))
        try:
            self.serving = LocalServer(
                workdir=folder, seed=seed, state_file=self.state_file, on_state_error=self.errors.append, **options
            )
        except BaseException:
            self.state_file.close()
            raise
        credentials = self.serving.fiskil.credentials
        self.pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        self.app = httpx.Client(base_url=self.serving.fiskil.api_url, trust_env=False, timeout=30)
        self.control = httpx.Client(base_url=self.serving.control_url, trust_env=False, timeout=30)

    def close(self) -> None:
        """End as after Ctrl-C."""
        self.app.close()
        self.control.close()
        self.serving.close()
        self.state_file.close()

    def log_in(self) -> str:
        """Request a token for the app, and return it."""
        token = str(self.app.post("/v1/token", json=self.pair).json()["token"])
        self.app.headers["authorization"] = f"Bearer {token}"
        return token

    def connect(self, email: str = ROSA, institution_id: str = "88888") -> str:
        """Create an end user who consents, and return the id."""
        self.log_in()
        end_user_id = self.app.post("/v1/end-users", json={"email": email}).json()["end_user_id"]
        invitation = {"end_user_id": end_user_id, "redirect_uri": "", "cancel_uri": "", "institution_id": institution_id}
        session_id = self.app.post("/v1/auth/session", json=invitation).json()["session_id"]
        self.post(f"sessions/{session_id}", outcome="approved")
        return str(end_user_id)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Make a control request that succeeds, and return its response."""
        response = self.control.post(f"/_sandbox/{path}", json=body).raise_for_status()
        result: dict[str, Any] = response.json()
        return result

    def state(self) -> dict[str, Any]:
        """Return end users, consents and events."""
        state = self.control.get("/_sandbox/state").json()
        return {name: state[name] for name in ("end_users", "consents", "events", "interpretations")}

    def deliveries(self) -> list[tuple[str, int]]:
        """Return message id and number of each attempt of this start."""
        listed = self.control.get("/_sandbox/deliveries").json()["deliveries"]
        return [(record["message_id"], record["attempt"]) for record in listed]

    def rows(self, path: str, end_user_id: str) -> Any:
        """Return the whole list of rows."""
        return self.app.get(path, params={"end_user_id": end_user_id, **MANY}).raise_for_status().json()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A state file that does not exist yet."""
    return tmp_path / "fiskil.state"


@pytest.fixture
def start(tmp_path: Path, path: Path) -> Iterator[Callable[..., Served]]:
    """Start ``serve`` with the state file; everything that runs at the end of the test is closed."""
    running: list[Served] = []

    def begin(**options: Any) -> Served:
        running.append(Served(tmp_path, options.pop("path", path), **options))
        return running[-1]

    yield begin
    for served in running:
        served.close()


def closed(served: Served) -> Path:
    """End *served* once, and return its file."""
    served.close()
    served.close = lambda: None  # type: ignore[method-assign]
    return served.state_file.path


def test_the_next_start_continues(start: Callable[..., Served]) -> None:
    """End users, consents, rows, events, credentials, the clock and the token of the app are as before.

    Only steps move the clock, so no further event is due, however long the test takes.
    """
    now = real_now()
    before = start(clock=Clock(real=lambda: now))
    end_user_id = before.connect()
    before.post("clock/advance", days=2)
    token = before.log_in()
    paths = ("/v1/banking/accounts", "/v1/banking/balances", "/v1/banking/transactions")
    expected = [before.rows(path, end_user_id) for path in paths], before.state(), before.pair
    file = closed(before)

    after = start(clock=Clock(real=lambda: now))
    after.app.headers["authorization"] = f"Bearer {token}"

    assert ([after.rows(path, end_user_id) for path in paths], after.state(), after.pair) == expected
    assert after.serving.fiskil.sandbox.clock.offset >= timedelta(days=2)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert before.errors == after.errors == []


def test_rows_are_those_of_the_latest_sync(start: Callable[..., Served]) -> None:
    """Rows reflect closed accounts and corrected categories as before, and nothing later than the latest sync."""
    before = start()
    bank, retailer = before.connect(), before.connect("priya.nair@example.com", "99999")
    before.post("clock/advance", minutes=5)
    before.post(f"end-users/{bank}/accounts", account="savings", action="close")
    before.post("clock/advance", days=1)
    row = before.serving.fiskil.sandbox.consents_of(bank)[0].arrangement_id
    first = before.serving.fiskil.sandbox.store.served[row, "transactions"][0].fiskil_id
    before.log_in()
    correction = {"fiskil_id": first, "primary_category": "ENTERTAINMENT", "secondary_category": "ENTERTAINMENT_GAMBLING"}
    before.app.post("/v1/banking/transactions/category", json=correction)
    before.post("clock/advance", hours=10)
    token = before.log_in()
    paths = {"/v1/banking/accounts": bank, "/v1/banking/transactions": bank, "/v1/energy/usage": retailer}
    expected = [before.rows(path, end_user_id) for path, end_user_id in paths.items()]
    closed(before)

    after = start()
    after.app.headers["authorization"] = f"Bearer {token}"

    assert [after.rows(path, end_user_id) for path, end_user_id in paths.items()] == expected


BANK_PATHS = ("accounts", "balances", "transactions")
ENERGY_PATHS = ("accounts", "invoice", "usage")


def data_of(served: Served, bank: str, retailer: str) -> dict[str, Any]:
    """Return the rows of a bank's and a retailer's customer by path."""
    served.log_in()
    paths = [(f"/v1/banking/{name}", bank) for name in BANK_PATHS] + [
        (f"/v1/energy/{name}", retailer) for name in ENERGY_PATHS
    ]
    return {path: {**served.rows(path, end_user_id), "links": None} for path, end_user_id in paths}


@pytest.mark.parametrize("is_synced", [False, True])
@pytest.mark.parametrize(
    "chosen",
    [
        {"data.pending-posted": "new"},
        {"data.pending-vanishes": "some"},
        {"data.balances-add-up": "with-pending"},
        {"energy.camel-keys": "snake"},
        {"energy.invoice-without-arrangement": "present"},
    ],
)
def test_rows_follow_the_interpretations_of_their_sync(
    start: Callable[..., Served], chosen: dict[str, str], is_synced: bool
) -> None:
    """Another interpretation changes rows only with the next sync, also if the process ends in between."""
    before = start()
    bank, retailer = before.connect(), before.connect("priya.nair@example.com", "99999")
    before.post("clock/advance", days=40, minutes=5)
    synced = data_of(before, bank, retailer)
    before.post("interpretations", **chosen)
    for end_user_id in (bank, retailer) if is_synced else ():
        before.post(f"end-users/{end_user_id}/sync")
    before.post("clock/advance", seconds=20)
    expected = data_of(before, bank, retailer)
    closed(before)

    after = data_of(start(), bank, retailer)

    assert [path for path in expected if after[path] != expected[path]] == []
    assert (expected != synced) == is_synced


def test_rows_follow_the_dates_of_accounts_at_their_sync(start: Callable[..., Served]) -> None:
    """An account that was closed at the sync is closed after a restart, even if it has been opened again."""
    before = start(interpretations=Interpretations({"accounts.closed": "listed"}))
    bank, retailer = before.connect(), before.connect("priya.nair@example.com", "99999")
    before.post("clock/advance", minutes=5)
    before.post(f"end-users/{bank}/accounts", account="savings", action="close")
    before.post("clock/advance", days=40, minutes=5)
    before.post(f"end-users/{bank}/accounts", account="savings", action="open")
    expected = data_of(before, bank, retailer)
    closed(before)

    after = start(interpretations=Interpretations({"accounts.closed": "listed"}))

    data = data_of(after, bank, retailer)
    assert [path for path in expected if data[path] != expected[path]] == []


def test_a_later_end_user_and_message_have_new_ids(start: Callable[..., Served]) -> None:
    """Ids count on after a restart, so none is given twice."""
    before = start()
    first = before.connect()
    closed(before)

    after = start()
    second = after.connect("ben.okafor@example.com")

    events = after.state()["events"]
    assert first != second
    assert len({event["message_id"] for event in events}) == len(events)


def test_settings_of_the_control_api_stay_and_options_do_too(start: Callable[..., Served]) -> None:
    """Changes through the control API are kept; other settings are those of the next start."""
    before = start(version="v1")
    before.post("interpretations", **{"consents.duration": "365-days"})
    before.post("institutions/88888", status="DEGRADED")
    closed(before)

    after = start(version="v2", interpretations=Interpretations({"token.lifetime": "3600"}))

    assert after.state()["interpretations"] == {"consents.duration": "365-days", "token.lifetime": "3600"}
    store = after.serving.fiskil.sandbox.store
    assert (store.institutions["88888"].connection_status, store.console.version) == ("DEGRADED", "v2")


def test_messages_that_were_not_delivered_are_delivered_by_the_next_start(
    start: Callable[..., Served], httpserver: HTTPServer
) -> None:
    """A message that was acknowledged is not repeated; a refused one continues with its next attempt."""
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    url = httpserver.url_for("/hook")
    slow = Interpretations({"sync.latency": "minutes"})
    before = start(webhook_url=url, interpretations=slow)
    before.connect()
    assert wait_until(lambda: len(before.deliveries()) == 1, cap_s=30)
    acknowledged = before.deliveries()[0][0]
    httpserver.clear()
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    before.connect("ben.okafor@example.com")
    assert wait_until(lambda: len(before.deliveries()) == 2, cap_s=30)
    refused = before.deliveries()[1][0]
    closed(before)
    httpserver.clear()
    httpserver.expect_request("/hook").respond_with_data("", status=204)

    after = start(webhook_url=url, interpretations=slow)
    after.post("clock/advance", minutes=1, seconds=1)
    assert wait_until(lambda: refused in dict(after.deliveries()), cap_s=30)

    assert dict(after.deliveries())[refused] == 2
    assert acknowledged not in dict(after.deliveries())


def test_time_passes_while_nothing_serves(tmp_path: Path, path: Path) -> None:
    """A sync that became due in the meantime is complete at the next start; time never runs backwards."""
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    clock = Clock(real=lambda: now)
    before = Served(tmp_path, path, clock=clock)
    before.connect()
    early = len(before.state()["events"])
    before.close()

    now += timedelta(minutes=1)
    after = Served(tmp_path, path, clock=Clock(real=lambda: now))
    later = len(after.state()["events"])
    after.close()
    now -= timedelta(days=3)
    last = Served(tmp_path, path, clock=Clock(real=lambda: now))
    time = last.serving.fiskil.sandbox.clock.now()
    last.close()

    assert (early, later) == (1, 10)
    assert time == datetime(2026, 6, 1, 12, 1, tzinfo=UTC)


def test_a_reset_is_kept_too(start: Callable[..., Served]) -> None:
    """After a reset and a restart there is no end user and no event."""
    before = start()
    before.connect()
    before.post("reset")
    closed(before)

    assert start().state() == {"end_users": [], "consents": [], "events": [], "interpretations": {}}


def test_every_response_is_saved_before_it_is_sent(start: Callable[..., Served], tmp_path: Path, path: Path) -> None:
    """The file after each response is complete: a copy of it continues from there, as after a kill."""
    before = start()
    before.log_in()
    end_user_id = before.app.post("/v1/end-users", json={"email": ROSA}).json()["end_user_id"]
    copy = shutil.copy(path, tmp_path / "copy.state")

    after = start(path=Path(copy))

    assert [end_user["end_user_id"] for end_user in after.state()["end_users"]] == [end_user_id]


def test_an_unfinished_copy_of_a_killed_process_is_removed(start: Callable[..., Served], path: Path) -> None:
    """It contains secrets; files with other names stay."""
    unfinished, other = path.with_name(f".{path.name}.0123abcd"), path.with_name(f".{path.name}.original")
    unfinished.write_text("{")
    other.write_text("{")

    start()

    assert (unfinished.exists(), other.exists()) == (False, True)


def test_a_folder_with_the_name_of_an_unfinished_copy_stays(start: Callable[..., Served], path: Path) -> None:
    """Only files are removed; serve starts."""
    folder = path.with_name(f".{path.name}.deadbeef")
    folder.mkdir()

    start().connect()

    assert folder.is_dir()


def test_one_file_serves_one_process(start: Callable[..., Served]) -> None:
    """A second serve with the same file is refused until the first one ends."""
    first = start()

    with pytest.raises(UsageError, match=r"belongs to a serve that is still running\. Stop that serve, or give another"):
        start()
    closed(first)

    start()


def _cut_short(text: str) -> str:
    return text[: len(text) // 2]


def _edited(text: str) -> str:
    return text.replace(ROSA, "eve@example.com")


def _moved_in_time(text: str) -> str:
    return text.replace('"now":"2', '"now":"1')


def _of_another_format(text: str) -> str:
    return text.replace(f'"fiskil_harness_state":{FORMAT}', '"fiskil_harness_state":99')


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_cut_short, "is no complete state file of serve"),
        (lambda _text: "", "is no complete state file of serve"),
        (lambda _text: "FISKIL_BASE_URL=http://127.0.0.1:8700\n", "is no complete state file of serve"),
        (lambda _text: "[" * 100_000, "is no complete state file of serve"),
        (_edited, "was changed after serve had written it"),
        (_moved_in_time, "was changed after serve had written it"),
        (_of_another_format, f"has format 99, and this version of serve reads format {FORMAT}"),
    ],
)
def test_an_unfit_file_is_refused_and_stays(
    start: Callable[..., Served], path: Path, change: Callable[[str], str], words: str
) -> None:
    """One sentence says what is wrong with the file and what to do; the file is not changed."""
    before = start()
    before.connect()
    closed(before)
    text = change(path.read_text())
    path.write_text(text)

    with pytest.raises(UsageError, match=f"{words}. Give another file, or delete this one to start without its state."):
        start()

    assert path.read_text() == text


def test_a_file_of_another_seed_is_refused(start: Callable[..., Served]) -> None:
    """The error names the seed to give."""
    closed(start(seed=7))

    with pytest.raises(UsageError, match=r"is a state of --seed 7, not of 0\. Give --seed 7, or another file\."):
        start(seed=0)


def _of_another_account(state: dict[str, Any]) -> None:
    state["consents"][0]["account_keys"] = ["gone"]


def _of_another_clause(state: dict[str, Any]) -> None:
    state["interpretations"] = {"no.such-clause": "x"}


def _of_another_institution(state: dict[str, Any]) -> None:
    state["connections"] = {"1": "OUTAGE", "no": "OUTAGE"}


def _of_another_clause_at_a_sync(state: dict[str, Any]) -> None:
    state["snapshots"][0]["origin"]["interpretations"] = {"no.such-clause": "x"}


@pytest.mark.parametrize(
    "change", [_of_another_account, _of_another_clause, _of_another_clause_at_a_sync, _of_another_institution]
)
def test_a_state_about_unknown_things_is_refused(
    start: Callable[..., Served], path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """A file that another version wrote about other accounts, clauses or institutions is refused as a whole."""
    before = start()
    before.connect()
    before.post("clock/advance", minutes=5)
    closed(before)
    state_file = StateFile(path, seed=0, write=partial(files.write, mode=0o600))
    content = json.loads(path.read_text())["content"]
    change(content["sandbox"])
    state_file.save(datetime.now(UTC), lambda: content)
    state_file.close()

    with pytest.raises(UsageError, match="refers to something that this version of serve does not have"):
        start()


@pytest.mark.parametrize("place", ["now", "epoch", "moved_to"])
def test_a_time_without_a_zone_is_refused(start: Callable[..., Served], path: Path, place: str) -> None:
    """It cannot be compared with other times."""
    closed(start())
    text = json.loads(path.read_text())
    now, content = datetime.fromisoformat(text["now"]), text["content"]
    if place == "now":
        now = now.replace(tzinfo=None)
    else:
        content["sandbox"][place] = "2026-01-01T00:00:00"
    state_file = StateFile(path, seed=0, write=partial(files.write, mode=0o600))
    state_file.save(now, lambda: content)
    state_file.close()

    with pytest.raises(UsageError, match="has a time without a time zone"):
        start()


@pytest.mark.parametrize("kind", ["folder", "missing/fiskil.state"])
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, kind: str) -> None:
    """The command ends before anything listens."""
    (tmp_path / "folder").mkdir()

    result = CliRunner().invoke(serve_command, ["--port", "0", "--state", str(tmp_path / kind)])

    assert isinstance(result.exception, UsageError | ConfigError)


def test_the_state_needs_a_file_of_its_own(path: Path) -> None:
    """The env file is written at the start, so it would replace the state."""
    options = ["--port", "0", "--env-file", str(path), "--state", str(path.parent / "." / path.name)]

    result = CliRunner().invoke(serve_command, options)

    assert "is also the path of --env-file or --har. Give --state another file." in str(result.exception)


def test_an_error_of_writing_is_reported_and_serving_goes_on(start: Callable[..., Served], tmp_path: Path) -> None:
    """If the folder is gone, each change is reported as not saved."""
    folder = tmp_path / "folder"
    folder.mkdir()
    served = start(path=folder / "fiskil.state")
    shutil.rmtree(folder)

    assert served.connect()
    assert "Cannot write" in served.errors[0]
