"""End users, auth sessions and consents of the sandbox: the consent journey and everything that changes a consent."""
