"""Asking a model's server, over HTTP and as data: what it offers, which kind it is, switching, the context, the model
as a session is told of it; and the checks before a session starts (checks and check_*).

Imports: words, linux, values, network.
"""
