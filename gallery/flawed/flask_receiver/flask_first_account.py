"""Notes the first account of each sync event, and answers 500 where the list is empty, though it may be.

What a message may leave out or leave empty, it will some day.
"""

from correct import flask_receiver

_keep = flask_receiver.keep


def keep(message):
    """With the account in the log."""
    if message is not None and "account_ids" in message["data"]:
        flask_receiver.app.logger.info("first account %s", message["data"]["account_ids"][0][:1])
    return _keep(message)


flask_receiver.keep = keep
flask_receiver.serve()
