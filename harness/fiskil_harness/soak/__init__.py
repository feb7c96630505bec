"""Soak tests: hours of deliveries by Locust against one app, judged afterwards by what the app did."""
