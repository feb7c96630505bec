"""Never checks the signature: whoever knows the address of the webhook can write into the database."""

from reference_app import app, signature

signature.is_genuine = lambda *_: True
build = app.build
