"""What is there on a host, before anything is judged or changed: the one read-only script that asks (the probe), its
answer as data, the distribution, user namespaces. Every path that we put something at; and how this command came here.

Imports: session, errors, config.
"""
