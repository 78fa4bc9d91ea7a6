"""The model server that apply installed: how it is started, waited for, and held by sessions where no systemd runs it.

Imports: words, linux, values, process, server.
"""
