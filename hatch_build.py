"""What a release says of itself that is not in the tree: where its repository is. RELEASE_URL names it.

README's links lead to files beside it; on a package index there are none, so there they lead to the repository, at the
tag of the version. Without that name (an install from a clone) README stays as it is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Release(MetadataHookInterface):
    def update(self, metadata: dict[str, object]) -> None:
        """Sets `readme` and `urls`; an unpacked source distribution has them from its own release."""
        if "readme" in metadata:
            return
        text, url = Path(self.root, "README.md").read_text(encoding="utf-8"), os.environ.get("RELEASE_URL", "")
        tag = f"v{metadata['version']}"
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, url, tag) if url else text}
        metadata["urls"] = urls(url, tag) if url else {}


def absolute(text: str, url: str, tag: str) -> str:
    """The Markdown with each relative link leading to its file in the repository, and each picture to its bytes."""
    text = re.sub(r"(!\[[^]]*\]\()(?!https?:|#)([^)]+)", rf"\1{url}/raw/{tag}/\2", text)
    return re.sub(r"(?<!!)(\[[^]]*\]\()(?!https?:|#)([^)]+)", rf"\1{url}/blob/{tag}/\2", text)


def urls(url: str, tag: str) -> dict[str, str]:
    return {
        "Source": url,
        "Documentation": f"{url}/blob/{tag}/docs/index.md",
        "Changelog": f"{url}/blob/{tag}/CHANGELOG.md",
        "Issues": f"{url}/issues",
    }
