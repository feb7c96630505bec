"""End users, auth sessions and consents of the sandbox: the consent journey and every change of a consent."""
