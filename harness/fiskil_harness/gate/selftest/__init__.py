"""The selftest of the harness: flawed gallery apps, which it must catch, and correct ones, which must raise no alarm."""
