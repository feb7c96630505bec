"""LocalFiskil instances for samples, one sample at a time in each, so that nothing else affects the call.

Creating one is the slowest part of a measurement, so an instance that a sample leaves unchanged is used again.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from fiskil_harness.core.clock import wait_until
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.clients.requests_made import Caller, ClientResult
from tests.faults.clients.samples import Sample

SETTING_UP = threading.Lock()
"""Held during work that only needs the processor, so that it does not delay measurements that depend on time."""


class Host:
    """A LocalFiskil, and the client that calls it."""

    def __init__(self, caller: Caller, *, is_tls: bool) -> None:
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.fiskil = self._stack.enter_context(LocalFiskil(workdir=folder, seed=7, is_tls=is_tls))
        self.ca_file = str(self.fiskil.certificates.ca_file) if is_tls else ""
        self.caller = caller.trusting(self.ca_file) if is_tls else caller
        if self.caller is not caller:
            self._stack.callback(self.caller.close)
        self.is_as_new = False

    def settle(self, result: ClientResult, sample: Sample) -> None:
        """Lift the fault, wait until no request is open, and reset the instance; note if it can be used again."""
        self.fiskil.proxy.end()
        wait_until(lambda: not self.fiskil.proxy.open_requests, cap_s=30)
        self.is_as_new = result.error != "deadline" and not sample.is_lasting
        self.fiskil.reset()

    def close(self) -> None:
        """Close the LocalFiskil, and its client if it has a separate one."""
        self._stack.close()


class Hosts:
    """The hosts that *caller* calls."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._idle: dict[bool, SimpleQueue[Host]] = {False: SimpleQueue(), True: SimpleQueue()}

    @contextmanager
    def reserved(self, sample: Sample) -> Iterator[Host]:
        """Yield a host for *sample* alone."""
        idle = self._idle[sample.is_tls]
        try:
            host = idle.get_nowait()
        except Empty:
            with SETTING_UP:
                host = Host(self._caller, is_tls=sample.is_tls)
        host.is_as_new = False
        try:
            yield host
        finally:
            if host.is_as_new and not self._caller.keeps_connections:
                idle.put(host)
            else:
                host.close()

    def close(self) -> None:
        """Close all idle hosts."""
        for idle in self._idle.values():
            while not idle.empty():
                idle.get().close()
