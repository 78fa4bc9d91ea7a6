"""Devices that isolation.devices may name: nothing of the machine's memory, disks, keyboards or screens."""

from __future__ import annotations

GPU = ("/dev/dri", "/dev/nvidia*", "/dev/kfd", "/dev/dxg")
# As a regular expression, below /dev.
PATTERN = (
    r"dri(/\w+)?|nvidia[\w-]*(/\w+)?|kfd|dxg|accel(/\w+)?|kvm|net/tun|snd(/\w+)?|video\d+|media\d+|rtc\d*|ptp\d+"
    r"|tty(USB|ACM|S|AMA)\d+|serial/by-(id|path)/[\w.:+-]+|bus/usb(/\d+){0,2}|hidraw\d+|i2c-\d+|spidev[\d.]+|gpiochip\d+"
)


def may_be_named(path: str) -> bool:
    import re

    return re.fullmatch(f"/dev/({PATTERN})", path, re.ASCII) is not None
