"""Accepts connections with TLS 1.0 and TLS 1.1, which are obsolete.

Leave the minimum version of your TLS library at 1.2.
"""

import ssl
import sys

import uvicorn
from reference_app import app

port, certificate, key = sys.argv[1:]
config = uvicorn.Config(
    app.build(),
    host="127.0.0.1",
    port=int(port),
    log_level="warning",
    proxy_headers=False,
    ssl_certfile=certificate,
    ssl_keyfile=key,
    ssl_ciphers="ALL:@SECLEVEL=0",
)
config.load()
config.ssl.minimum_version = ssl.TLSVersion.TLSv1
uvicorn.Server(config).run()
