"""The hosted consent page: plain forms over the journey's table."""
