"""Responds 500 to a sync event with an empty list of accounts.

Handle missing and empty fields of a message.
"""

from correct import flask_receiver

_keep = flask_receiver.keep


def keep(message):
    """Log the first account before the message is stored."""
    if message is not None and "account_ids" in message["data"]:
        flask_receiver.app.logger.info("first account %s", message["data"]["account_ids"][0][:1])
    return _keep(message)


flask_receiver.keep = keep
flask_receiver.serve()
