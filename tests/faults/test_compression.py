"""Compression faults: as values, and as a socket and a plain client receive them."""

import gzip
import zlib

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, PATH, REPLY, ROUTE, make_exchange, receive

GZIP = (b"content-encoding", b"gzip")


def test_gzip_lie_changes_only_a_header() -> None:
    """The body stays as it was."""
    changed = faults.GzipLie().change_response(REPLY, make_exchange())

    assert (changed.headers, changed.body) == ((*REPLY.headers, GZIP), BODY)


def test_gzip_bomb_is_small_on_the_wire() -> None:
    """The body on the wire is a thousandth of the decompressed size, and valid JSON."""
    bomb = faults.GzipBomb(size_bytes=1_000_000).change_response(REPLY, make_exchange())

    assert len(bomb.body) < 2_000
    assert bomb.header(b"content-length") == b"%d" % len(bomb.body)
    assert len(gzip.decompress(bomb.body)) == 1_000_000
    assert msgspec.json.decode(gzip.decompress(bomb.body)) == msgspec.json.decode(BODY)


def test_gzip_truncated_ends_early_at_its_announced_length() -> None:
    """HTTP is valid, and the compressed body stops early."""
    cut = faults.GzipTruncated(keep_percent=50).change_response(REPLY, make_exchange())

    compressed = gzip.compress(BODY, mtime=0)
    assert cut.body == compressed[: len(compressed) // 2]
    assert cut.header(b"content-length") == b"%d" % len(cut.body)


@pytest.mark.parametrize(
    "fault", [faults.GzipLie(), faults.GzipBomb(), faults.GzipTruncated()], ids=lambda value: value.ids[0]
)
def test_nothing_to_compress_is_no_bite(fault: faults.AnyFault) -> None:
    """A response without a body, or with a compressed one, stays the same."""
    empty, packed = REPLY.with_body(b""), REPLY.with_header(*GZIP)

    assert (fault.change_response(empty, make_exchange()), fault.change_response(packed, make_exchange())) == (empty, packed)


def test_a_socket_reads_plain_bytes_under_a_false_name(fiskil: LocalFiskil) -> None:
    """The response has one more header."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.GzipLie())

    assert received.data.replace(b"content-encoding: gzip\r\n", b"") == plain.data
    assert len(received.data) > len(plain.data)


def test_a_socket_reads_an_incomplete_compressed_body(fiskil: LocalFiskil) -> None:
    """The received part can be decompressed, and is the beginning of the body."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.GzipTruncated(keep_percent=80))

    unpacked = zlib.decompressobj(wbits=31).decompress(received.body)
    assert 0 < len(unpacked) < len(plain.body)
    assert plain.body.startswith(unpacked)


def test_httpx_cannot_decode_a_lie(fiskil: LocalFiskil) -> None:
    """Httpx raises a decoding error."""
    with fiskil.broken(ROUTE, faults.GzipLie()), pytest.raises(httpx.DecodingError):
        httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)


def test_httpx_accepts_a_truncated_compressed_body(fiskil: LocalFiskil) -> None:
    """Only the JSON shows that something is missing."""
    with fiskil.broken(ROUTE, faults.GzipTruncated(keep_percent=80)):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()


def test_httpx_decompresses_a_bomb(fiskil: LocalFiskil) -> None:
    """Httpx has no limit and decompresses everything."""
    with fiskil.broken(ROUTE, faults.GzipBomb(size_bytes=1_000_000)):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert len(response.content) == 1_000_000
    assert response.json() == httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30).json()


SENSELESS = [
    (faults.GzipBomb(size_bytes=10), "size_bytes"),
    (faults.GzipBomb(size_bytes=10_000_001), "size_bytes"),
    (faults.GzipTruncated(keep_percent=100), "keep_percent must be a whole number, from 1 to 99, got 100"),
]


@pytest.mark.parametrize(
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_size_that_breaks_nothing_is_refused(fault: faults.AnyFault, message: str) -> None:
    """A size that breaks nothing, or could harm more than the app, is refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
