"""The app under test: started or found running, driven and observed through its config."""

from fiskil_harness.app.app_under_test import App, AppUnderTest, open_app

__all__ = ["App", "AppUnderTest", "open_app"]
