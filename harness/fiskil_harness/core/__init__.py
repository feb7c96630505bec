"""What every other package stands on: configuration, model, networking, redaction, clock and randomness."""
