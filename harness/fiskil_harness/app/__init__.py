"""The app under test: started or found running, driven and observed through its config."""
