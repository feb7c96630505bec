"""An integration in Django with PostgreSQL: gunicorn serves requests, and a worker process reads from Fiskil.

``models`` are the tables, ``sharing`` changes them, ``views`` serve browsers, programs and Fiskil, ``work`` is the worker.
"""
