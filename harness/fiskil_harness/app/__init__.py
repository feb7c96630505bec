"""The app under test: the harness starts it or uses a running one, and drives and observes it through configured hooks."""
