"""The two servers that there may be: the endpoint of the Messages API, and what manages its models."""

from __future__ import annotations

from .http import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .http import Dial

    Progress = Callable[[str], None]


class Servers:
    __slots__ = ("endpoint", "management")

    def __init__(self, endpoint: Server, management: Server | None) -> None:
        self.endpoint = endpoint
        self.management = management

    @staticmethod
    def of(base_url: str, management_url: str, key: str, dial: Dial | None = None) -> Servers:
        """`management_url`: "" where there is none. It is never sent the key."""
        management = Server(management_url, dial=dial) if management_url else None
        return Servers(Server(base_url, key, dial), management)
