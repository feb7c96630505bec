"""The servers that the sandbox is compared with: how each is installed, configured and started.

Each returns the bodies of the sandbox, and requires a bearer token if it can. moto has no bank accounts, so its page is a
list of as many IAM users, and its token is the identity of the caller.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import descriptions
from benchmarks.processes import Process, request
from benchmarks.subject import Subject

CACHE = Path(__file__).parent / ".cache"
NPM = {"wiremock": "3.13.2", "@stoplight/prism-cli": "5.16.0", "@mockoon/cli": "9.9.0"}
SAME_AS_OURS = ("starlette", "uvicorn", "httptools", "uvloop")
PIP = {"moto[server]": "5.2.5", "orjson": "3.13.0", **{name: version(name) for name in SAME_AS_OURS}}


@dataclass
class Peer:
    """One server: its command, the two requests that load it, and requests to send before them."""

    name: str
    command: list[str]
    page: bytes
    token: bytes
    before: tuple[bytes, ...] = field(default=())

    def start(self, folder: Path) -> Process:
        """Start the server and wait for its first page."""
        return Process(self.command, probe=self.page, folder=folder)


def install() -> None:
    """Install every peer into the cache folder, unless the same versions are installed."""
    versions = json.dumps({"npm": NPM, "pip": PIP}, indent=1)
    marker = CACHE / "installed.json"
    if marker.is_file() and marker.read_text() == versions:
        return
    for program in ("npm", "node", "java"):
        if shutil.which(program) is None:
            raise SystemExit(f"The peers need {program}, which is not installed.")
    CACHE.mkdir(exist_ok=True)
    npm = ["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--silent"]
    subprocess.run([*npm, *(f"{name}@{pinned}" for name, pinned in NPM.items())], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
    pip = [str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *(f"{name}=={pinned}" for name, pinned in PIP.items())], check=True)
    marker.write_text(versions)


def every(subject: Subject, folder: Path) -> list[Peer]:
    """Return every peer, configured in *folder* to return the bodies of *subject*."""
    page, token = json.loads(subject.page_response), json.loads(subject.token_response)
    makers: tuple[Callable[[Path, Any, Any], list[str]], ...] = (_bare, _prism, _wiremock, _mockoon)
    names = ("bare Starlette", "Prism", "WireMock", "Mockoon")
    servers = [
        Peer(name, make(folder, page, token), subject.page_request, subject.token_request)
        for name, make in zip(names, makers, strict=True)
    ]
    return [*servers, _moto(rows=len(page["accounts"]))]


def _bare(folder: Path, page: Any, token: Any) -> list[str]:
    (folder / "page.json").write_text(json.dumps(page))
    (folder / "token.json").write_text(json.dumps(token))
    app = ["bare:app", "--app-dir", str(Path(__file__).parent), "--port", "{port}"]
    return [str(_python()), "-m", "uvicorn", *app, "--no-access-log", "--log-level", "warning"]


def _prism(folder: Path, page: Any, token: Any) -> list[str]:
    path = folder / "openapi.json"
    path.write_text(json.dumps(descriptions.openapi(page, token)))
    program = CACHE / "node_modules" / ".bin" / "prism"
    return [str(program), "mock", str(path), "--port", "{port}", "--verboseLevel", "silent"]


def _wiremock(folder: Path, page: Any, token: Any) -> list[str]:
    root = folder / "wiremock"
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    (root / "mappings" / "fiskil.json").write_text(json.dumps(descriptions.wiremock(page, token)))
    jar = next((CACHE / "node_modules" / "wiremock" / "build").glob("*.jar"))
    # The sandbox keeps a bounded journal too.
    options = ["--disable-banner", "--max-request-journal-entries", "200"]
    return ["java", "-jar", str(jar), "--port", "{port}", "--root-dir", str(root), *options]


def _mockoon(folder: Path, page: Any, token: Any) -> list[str]:
    path = folder / "mockoon.json"
    path.write_text(json.dumps(descriptions.mockoon(page, token)))
    program = CACHE / "node_modules" / ".bin" / "mockoon-cli"
    return [str(program), "start", "--data", str(path), "--port", "{port}", "--repair", "--disable-log-to-file"]


def _moto(*, rows: int) -> Peer:
    def signed(service: str, action: str, edition: str, **more: str) -> bytes:
        query = "&".join(f"{name}={value}" for name, value in {"Action": action, "Version": edition, **more}.items())
        scope = f"AWS4-HMAC-SHA256 Credential=benchmark/20260101/us-east-1/{service}/aws4_request"
        host = {"authorization": scope, "host": f"{service}.amazonaws.com"}
        if action == "ListUsers":
            return request("GET", f"/?{query}", headers=host)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return request("POST", "/", headers={**host, **kind}, body=query.encode())

    return Peer(
        name="moto",
        command=[str(_python().with_name("moto_server")), "--port", "{port}"],
        page=signed("iam", "ListUsers", "2010-05-08"),
        token=signed("sts", "GetCallerIdentity", "2011-06-15"),
        before=tuple(signed("iam", "CreateUser", "2010-05-08", UserName=f"user-{number}") for number in range(rows)),
    )


def _python() -> Path:
    return CACHE / "venv" / "bin" / "python"
