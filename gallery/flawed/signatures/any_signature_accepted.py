"""Never checks the signature, so anyone who knows the webhook URL can change the data.

Compare the signature with the HMAC of the raw body before anything else.
"""

from reference_app import app, signature

signature.is_genuine = lambda *_: True
build = app.build
