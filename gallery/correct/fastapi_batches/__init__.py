"""An integration in FastAPI: two processes serve requests, and a third one works on the inbox in batches."""
