"""What of the machine itself a session can read: an allow-list, one row each, with the reason and the levels.

Everything else of the root directory is not there: mounted disks, other homes, /run with its sockets, network
interfaces' names in /sys.
"""

from __future__ import annotations

# (path, reason, also at level strict)
SHOWN = (
    ("/usr", "the system's programs", True),
    ("/bin", "the system's programs", True),
    ("/sbin", "the system's programs", True),
    ("/lib", "the system's programs", True),
    ("/lib32", "the system's programs", True),
    ("/lib64", "the system's programs", True),
    ("/libx32", "the system's programs", True),
    ("/etc", "the system's settings", True),
    ("/nix", "programs of Nix", True),
    ("/gnu", "programs of Guix", True),
    ("/run/current-system", "programs of NixOS", True),
    ("/sys/devices/system", "how many processors there are", True),
    ("/sys/kernel/mm", "how large memory pages are", True),
    ("/opt", "programs that are not the distribution's", False),
    ("/snap", "programs of snap", False),
    ("/home/linuxbrew/.linuxbrew", "programs of Homebrew", False),
    ("/var/lib", "what packages keep beside their programs", False),
    ("/var/cache", "fonts, manuals and the like, made ready", False),
)

# File systems that a user's own programs mount, wherever they like: gvfs, sshfs, portals; and automounts.
NOT_OF_THE_SYSTEM = ("fuse", "autofs")
