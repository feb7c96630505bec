"""The app under test: started or found running, driven and observed through its config."""

from harness.app.app import App, AppUnderTest, open_app

__all__ = ["App", "AppUnderTest", "open_app"]
