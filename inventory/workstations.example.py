"""Copy to workstations.py and name your hosts; what differs from group_data/all.py stands beside a host's name."""

workstations = [
    ("dev@workstation-1.example", {}),
    ("dev@workstation-2.example", {"claude_local_server_base_url": "http://gpu.example:8080"}),
]
