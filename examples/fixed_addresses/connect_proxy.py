"""A proxy that leads Fiskil's hosts to a local Fiskil: ``python connect_proxy.py 8710 api.fiskil.com=127.0.0.1:8700``.

It supports CONNECT, so TLS stays between your app and the local Fiskil. It refuses every other host, so nothing can reach
the real Fiskil by mistake.
"""

import asyncio
import sys


async def copy(reader, writer):
    """Copy everything from *reader* to *writer*, then close *writer*."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve(reader, writer, addresses):
    """Read one CONNECT request and connect the client to the address of the host in it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        writer.close()
        return
    method, target = (*head.decode("latin-1").split(), "", "")[:2]
    address = addresses.get(target.rpartition(":")[0]) if method == "CONNECT" else None
    if address is None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()
        return
    host, _, port = address.rpartition(":")
    upstream_reader, upstream_writer = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    await asyncio.gather(copy(reader, upstream_writer), copy(upstream_reader, writer))


async def main(port, *pairs):
    """Listen on this machine at *port*; each of *pairs* is ``host=address``."""
    addresses = dict(pair.split("=") for pair in pairs)
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, addresses), "127.0.0.1", int(port))
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
