"""The worker of a run against the hosted API; it also redacts the account's secrets."""

from collections.abc import Iterable
from pathlib import Path

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config import Settings
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.journal import Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address
from fiskil_harness.runner.hosted.driver import HostedDriver
from fiskil_harness.runner.hosted.environment import HostedFiskil
from fiskil_harness.runner.worker import Worker


class HostedWorker(Worker):
    """Runs scenarios between one hosted account and one app."""

    def __init__(
        self, settings: Settings, account: Account, address: Address, *, guard: Guard, seed: int, folder: Path
    ) -> None:
        """Prepare a worker; no server listens yet.

        Args:
            folder: Working folder; ``close`` removes it.
        """
        super().__init__(settings, seed=seed, folder=folder)
        self._account, self._address, self._guard = account, address, guard

    @property
    def driver(self) -> Driver:
        """The driver, created at the first use: its relay listens, its app is not started yet."""
        if self._driver is None:
            self._driver_count += 1
            workdir = self._folder / f"app-{self._driver_count}"
            workdir.mkdir(parents=True)
            driver = HostedDriver(self.settings, self._open_environment, workdir=workdir, seed=self.seed)
            driver.before_step, driver.on_secrets = self._report_progress, self._learn_secrets
            self._driver = driver
        return self._driver

    def _open_environment(self, workdir: Path) -> HostedFiskil:
        hosted = self.settings.hosted
        interpretations = Interpretations(self.settings.sandbox.interpretations)
        return HostedFiskil(
            self._account,
            self._address,
            workdir=workdir,
            guard=self._guard,
            port=hosted.port,
            seed=self.seed,
            interpretations=interpretations,
        )

    def _learn_secrets(self, journal: Journal) -> None:
        for kind, value in secrets_in(journal):
            self.redactor.register(kind, value)

    def _secrets(self) -> Iterable[tuple[str, str]]:
        yield from self._account.secrets
        if isinstance(self._driver, HostedDriver):
            yield from self._driver.environment.proxy.secrets()
            yield "webhook_secret", self._driver.environment.credentials.webhook_secret
