"""Serves TLS on a separate port, but also accepts webhooks on its plain port.

Refuse or redirect webhooks that arrive without TLS.
"""

import asyncio
import sys

import uvicorn
from reference_app import app


async def main(port, tls_port, certificate, key):
    """Serve the same app on both ports."""
    shared_app = app.build()
    options = {"host": "127.0.0.1", "log_level": "warning", "proxy_headers": False}
    tls = {"ssl_certfile": certificate, "ssl_keyfile": key, "lifespan": "off"}
    plain = uvicorn.Server(uvicorn.Config(shared_app, port=int(port), **options))
    secure = uvicorn.Server(uvicorn.Config(shared_app, port=int(tls_port), **options, **tls))
    await asyncio.gather(plain.serve(), secure.serve())


asyncio.run(main(*sys.argv[1:]))
