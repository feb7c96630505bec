"""Reports of a soak test: on the terminal, as JSON, and as one HTML page with plots."""
