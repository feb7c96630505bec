"""The Fiskil API as the app uses it: few endpoints, one token, and patience with bounds.

``api`` is the way in. Below it: ``client`` (token and retries), ``transport`` (one exchange), ``answers`` (what came back).
"""
