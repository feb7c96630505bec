"""Banking data of the sandbox: accounts, rows and their changes over time, all derived from a seed."""
