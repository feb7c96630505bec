"""The contract as OpenAPI documents: what each version promises, and whether a request fits it."""
