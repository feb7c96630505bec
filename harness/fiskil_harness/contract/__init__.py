"""Contract tests of an API: checks of its responses, generated requests, and drift clause by clause."""
