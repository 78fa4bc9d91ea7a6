"""What is there on a host, before anything is judged or changed: the one read-only script that asks (the probe), its
answer as data, the distribution, user namespaces. And every path that we put something at.

Imports: session, errors, config.
"""
