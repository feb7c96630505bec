"""Whether an API keeps the contract: judging its answers, exercising it, and telling drift clause by clause."""
