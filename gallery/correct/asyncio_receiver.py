"""Receives webhooks with its own HTTP parser on asyncio streams, over connections that stay open.

It processes a message as ``stdlib_receiver`` does.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from correct import stdlib_receiver
from correct.stdlib_receiver import ALLOWED, KEY, LARGEST_BODY, effects, is_genuine, open_database, understood

REQUEST_S = 10
REASONS = {100: "Continue", 200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}


class Refused(Exception):
    """A request that cannot be read further; the response closes the connection."""


async def read_head(reader):
    """Return method, target and version, and the header lines with lower-case names."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or any(line[:1] in " \t" or ":" not in line for line in lines):
        raise Refused(400)
    return parts, [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


async def read_body(reader, headers):
    """Return exactly as many bytes as Content-Length announces."""
    lengths = {value for name, value in headers if name == "content-length"}
    if any(name == "transfer-encoding" for name, _ in headers):
        raise Refused(411)
    if len(lengths) > 1 or not all(length.isdecimal() for length in lengths):
        raise Refused(400)
    length = int(next(iter(lengths), 0))
    if length > LARGEST_BODY:
        raise Refused(413)
    return await reader.readexactly(length)


def respond(method, target, headers, body, address):
    """Return status and value of the response."""
    url = urlsplit(target)
    if url.path == "/_harness/effects":
        database = open_database()
        try:
            return 200, effects(database, parse_qs(url.query).get("end_user_id", [""])[0])
        finally:
            database.close()
    if url.path == "/healthz":
        return 200, None
    if url.path != "/webhooks/fiskil":
        return 404, None
    return (receive(headers, body, address) if method == "POST" else 405), None


def receive(headers, body, address):
    """Verify, parse and store the message; return the status."""
    if not KEY:
        return 503
    if ALLOWED and address not in ALLOWED:
        return 403
    if not is_genuine(body, signatures(headers)):
        return 401
    try:
        message = understood(json.loads(body))
    except (ValueError, KeyError, TypeError, RecursionError):
        return 400
    return stdlib_receiver.Receiver.keep(None, message)


def signatures(headers):
    """Return the values of all signature headers."""
    return [value for name, value in headers if name == "x-fiskil-signature"]


async def exchange(reader, writer):
    """Process one request; return whether another may follow."""
    (method, target, version), headers = await read_head(reader)
    if ("expect", "100-continue") in headers:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await read_body(reader, headers)
    status, value = await asyncio.to_thread(respond, method, target, headers, body, writer.get_extra_info("peername")[0])
    is_kept = version == "HTTP/1.1" and ("connection", "close") not in headers
    write_response(
        writer, status, b"" if value is None else json.dumps(value).encode(), is_kept=is_kept, is_head=method == "HEAD"
    )
    return is_kept


def write_response(writer, status, text=b"", *, is_kept, is_head=False):
    """Write a response in one piece."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Refused')}"]
    lines += [] if status == 204 else [f"Content-Length: {len(text)}"]
    lines += [] if is_kept else ["Connection: close"]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if is_head else text))


async def serve_connection(reader, writer):
    """Serve one connection until it ends."""
    try:
        while await asyncio.wait_for(exchange(reader, writer), REQUEST_S):
            pass
    except Refused as refused:
        write_response(writer, refused.args[0], is_kept=False)
    except asyncio.LimitOverrunError:
        write_response(writer, 431, is_kept=False)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve():
    """Serve until the process ends."""
    stdlib_receiver.prepare()
    server = await asyncio.start_server(serve_connection, "127.0.0.1", int(sys.argv[1]), backlog=128)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
