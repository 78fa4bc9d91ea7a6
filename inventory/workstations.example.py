"""Copy to workstations.py and name your hosts; what differs from group_data/all.py stands beside a host's name."""

workstations = [
    ("workstation-1.example", {"ssh_user": "dev"}),
    ("workstation-2.example", {"ssh_user": "dev", "claude_local_server_base_url": "http://gpu.example:8080"}),
]
