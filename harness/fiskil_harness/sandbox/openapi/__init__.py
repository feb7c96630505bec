"""The contract as OpenAPI documents, one per version, and the validation of requests against them."""
