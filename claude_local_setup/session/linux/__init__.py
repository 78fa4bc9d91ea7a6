"""What Python does not have, or not so that it can be trusted beside a session: the kernel's calls for namespaces and
mounts, files looked at through one descriptor, signals, other programs asked within a time.

Imports: nothing.
"""
