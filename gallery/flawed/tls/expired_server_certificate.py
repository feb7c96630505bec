"""Shows a certificate that it made itself and that expired yesterday, instead of the one that it was given.

Serve the certificate that you have been issued, and renew it in time.
"""

import datetime
import sys
from pathlib import Path

import trustme
import uvicorn
from reference_app import app

port, folder, given = sys.argv[1:]
yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
made = trustme.CA().issue_cert("127.0.0.1", not_before=yesterday - datetime.timedelta(days=90), not_after=yesterday)
path = Path(folder) / "old.pem"
made.private_key_and_cert_chain_pem.write_to_path(str(path))
uvicorn.run(app.build(), host="127.0.0.1", port=int(port), log_level="warning", proxy_headers=False, ssl_certfile=str(path))
