"""The command lines of Locust."""

import pytest

from fiskil_harness.soak.locust_process import arguments_of, host_of_local_workers
from tests.soak.load.test_source import plan


def test_options_for_locust_do_not_change_the_load() -> None:
    """Of an option that occurs twice, Locust takes the last one."""
    arguments = arguments_of(plan(), spawn_rate=5, web_port=0, extra=("--users", "9000", "--csv", "/runs/csv"))

    last = len(arguments) - 1 - arguments[::-1].index("--users")
    assert arguments[last + 1] == "10"
    assert "--csv" in arguments


@pytest.mark.parametrize(
    ("bind_host", "host"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("*", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")],
)
def test_a_local_worker_connects_to_the_address_of_the_master(bind_host: str, host: str) -> None:
    """A master that listens on one address is not at loopback."""
    assert host_of_local_workers(bind_host) == host
