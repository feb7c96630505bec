"""From findings to a decision: the status of each practice, the gate, its report, and the selftest of the harness."""
