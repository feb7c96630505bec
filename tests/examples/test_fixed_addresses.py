"""The example proxy leads clients whose addresses are fixed to a local Fiskil, and refuses all other hosts."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fiskil_harness.server.serving import LocalServer
from tests.paths import ROOT

PROXY = ROOT / "examples" / "fixed_addresses" / "connect_proxy.py"


@pytest.fixture
def posing(tmp_path: Path) -> Iterator[LocalServer]:
    """A local Fiskil that poses as Fiskil."""
    server = LocalServer(workdir=tmp_path, is_tls=True, auth_origin="https://auth.fiskil.com")
    yield server
    server.close()


@pytest.fixture
def client(posing: LocalServer) -> Iterator[httpx.Client]:
    """A client that trusts the local authority and uses the proxy."""
    urls = {"api.fiskil.com": posing.fiskil.api_url, "auth.fiskil.com": posing.fiskil.auth_url}
    pairs = [f"{host}={urlsplit(url).netloc}" for host, url in urls.items()]
    trust = ssl.create_default_context(cafile=str(posing.fiskil.certificates.ca_file))
    with subprocess.Popen([sys.executable, PROXY, "0", *pairs], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with httpx.Client(proxy=process.stdout.readline().strip(), verify=trust, trust_env=False, timeout=30) as client:
            yield client
        process.terminate()


def test_the_two_hosts_are_the_local_fiskil(posing: LocalServer, client: httpx.Client) -> None:
    """The API returns a token, and the consent page a screen, at Fiskil's own addresses."""
    credentials = posing.fiskil.credentials
    pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    token = client.post("https://api.fiskil.com/v1/token", json=pair)
    page = client.get("https://auth.fiskil.com?sess_id=nobody")

    assert token.json()["token"]
    assert (page.status_code, "This invitation cannot be used" in page.text) == (404, True)


def test_other_hosts_are_refused(client: httpx.Client) -> None:
    """Nothing reaches another API by mistake."""
    with pytest.raises(httpx.ProxyError, match="403"):
        client.get("https://api.example.com/")
