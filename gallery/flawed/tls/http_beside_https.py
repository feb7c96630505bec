"""Serves TLS on a port of its own, and takes webhooks at its plain port just the same.

Refuse or redirect webhooks that come without TLS.
"""

import asyncio
import sys

import uvicorn
from reference_app import app


async def main(port, tls_port, certificate, key):
    """Serve both ports, with one set of parts."""
    served = app.build()
    usual = {"host": "127.0.0.1", "log_level": "warning", "proxy_headers": False}
    tls = {"ssl_certfile": certificate, "ssl_keyfile": key, "lifespan": "off"}
    plain = uvicorn.Server(uvicorn.Config(served, port=int(port), **usual))
    secure = uvicorn.Server(uvicorn.Config(served, port=int(tls_port), **usual, **tls))
    await asyncio.gather(plain.serve(), secure.serve())


asyncio.run(main(*sys.argv[1:]))
