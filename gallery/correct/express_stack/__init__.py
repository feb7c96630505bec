"""An integration in Express with PostgreSQL, a Redis queue, a worker process, and a React page under a strict CSP."""
