"""Probes of the app's webhook receiver; they judge the responses to deliveries and their effects in the app."""
