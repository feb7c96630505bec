"""Programs for developers of this project: generators of documentation, and measurements of the code."""
