"""What is in the things that we put on a host: settings, rules, the instructions for the model, lines for shells, the
system call filter, the session program and its values. Pure, from the config and what is there.

Imports: session, errors, config, host, servers.
"""
