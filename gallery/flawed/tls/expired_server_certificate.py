"""Serves an expired, self-made certificate instead of the configured one.

Serve the certificate that was issued to you, and renew it in time.
"""

import datetime
import sys
from pathlib import Path

import trustme
import uvicorn
from reference_app import app

port, folder, unused_certificate = sys.argv[1:]
yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
certificate = trustme.CA().issue_cert("127.0.0.1", not_before=yesterday - datetime.timedelta(days=90), not_after=yesterday)
path = Path(folder) / "old.pem"
certificate.private_key_and_cert_chain_pem.write_to_path(str(path))
uvicorn.run(app.build(), host="127.0.0.1", port=int(port), log_level="warning", proxy_headers=False, ssl_certfile=str(path))
