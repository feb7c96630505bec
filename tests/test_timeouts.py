"""No test gives a response only the 5 s that httpx gives by default: a busy machine pauses a process for longer."""

import ast

import httpx
import pytest

from tests.paths import ROOT

MAKERS = {"Client", "AsyncClient", "request", "stream", "get", "head", "options", "post", "put", "patch", "delete"}


def _without_timeout(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    # An option without a name (`**options`) may hold the timeout; a client with a transport opens no connection.
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) == httpx.__name__
        and call.func.attr in MAKERS
        and not {option.arg for option in call.keywords} & {"timeout", "transport", None}
    ]


def test_every_client_has_a_timeout() -> None:
    """Also a request without a client has one."""
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "node_modules" not in path.parts]
    sources = {str(path.relative_to(ROOT)): source for path in files if "httpx." in (source := path.read_text())}

    assert [f"{path}: {call}" for path, source in sources.items() for call in _without_timeout(source)] == []


@pytest.mark.parametrize("call", ["httpx.get(url)", "httpx.Client(trust_env=False)"])
def test_a_call_without_one_is_found(call: str) -> None:
    """The check above can fail."""
    assert _without_timeout(call) == [call]
