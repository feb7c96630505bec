"""The selftest of the harness: it must detect the flaws of flawed gallery apps, and report none for correct apps."""
