"""The status of each practice, the decision of the gate, the reports, and the selftest of the harness."""
