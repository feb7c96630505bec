"""The basis of every other package: configuration, model, networking, redaction, clock and randomness."""
