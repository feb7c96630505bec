"""The Fiskil API as the app uses it: few endpoints, one token, bounded retries.

Start at ``api``. Below it are ``client`` (token and retries), ``transport`` (one exchange) and ``responses`` (parsed
responses).
"""
