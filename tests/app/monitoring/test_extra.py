"""Without the extra "monitoring" the app is not disturbed, and reports say what to install."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from opentelemetry.proto.metrics.v1 import metrics_pb2 as wire

from fiskil_harness.app.monitoring import MISSING, Telemetry, extra, otlp_points
from fiskil_harness.core.net.server import Loop


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Name a module that no package has, as if the extra were not installed."""
    monkeypatch.setattr(extra, "MODULES", ("google.no_such_module", "no_such_package.module"))
    extra.missing_extra.cache_clear()
    yield
    extra.missing_extra.cache_clear()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    """A receiver without any exports."""
    with Loop() as loop:
        telemetry = Telemetry(loop)
        yield telemetry
        telemetry.close()


@pytest.fixture
def export(telemetry: Telemetry) -> Callable[[str], httpx.Response]:
    """Send bytes of the given media type that the receiver does not have to understand."""

    def send(media_type: str) -> httpx.Response:
        url, headers = f"{telemetry.url}/v1/logs", {"content-type": media_type}
        return httpx.post(url, content=b"anything", headers=headers, trust_env=False, timeout=30)

    return send


def test_with_the_extra_nothing_is_missing() -> None:
    """Everything is installed where the tests run."""
    assert extra.missing_extra() == ""


@pytest.mark.usefixtures("without_extra")
def test_the_sentence_says_what_to_install() -> None:
    """The command names the extra."""
    assert extra.missing_extra() == MISSING
    assert MISSING.endswith("Install it: pip install opentelemetry-proto prometheus-client.")


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize(("media_type", "body"), [("application/json", b"{}"), ("application/x-protobuf", b"")])
def test_an_export_is_accepted_and_not_decoded(
    telemetry: Telemetry, export: Callable[[str], httpx.Response], media_type: str, body: bytes
) -> None:
    """The exporter gets an empty response of its format, and the text is kept for the search for secrets."""
    response = export(media_type)

    assert (response.status_code, response.content) == (200, body)
    assert (telemetry.unread, telemetry.refusal, len(telemetry.sent)) == ({"logs"}, "", 1)


def test_numbers_of_the_protocol_are_those_of_the_library() -> None:
    """The enum values that the code contains are those of OTLP."""
    assert otlp_points.DELTA == wire.AGGREGATION_TEMPORALITY_DELTA
    assert otlp_points.CUMULATIVE == wire.AGGREGATION_TEMPORALITY_CUMULATIVE
    assert otlp_points.UNRECORDED == wire.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK
