"""The jail's network: its loopback, the sockets in it that lead out and in, the proxy for allowed domains, and who it
is that listens on a port of this machine.

Imports: linux.
"""
