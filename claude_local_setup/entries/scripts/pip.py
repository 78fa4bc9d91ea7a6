"""pip, of the user's settings only with those that say where packages come from and by which way.

Those that say what becomes of them (user, target, prefix, no-deps, …) are meant for other calls than this one. It runs
by the environment's own Python, with pip's arguments, as a text of its own: standard library only.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

KEPT = {
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
    *(
        "cert",
        "client-cert",
        "proxy",
        "use-feature",
        "timeout",
        "default-timeout",
        "retries",
        "cache-dir",
        "no-cache-dir",
    ),
}
SECTIONS = ("global", "install", ":env:")  # a later one goes before an earlier one
# What a machine trusts, a company's own certificate among it: not every pip asks for that by itself.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")
TRUSTED = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
PIP = [sys.executable, "-m", "pip"]


def variable(name: str) -> str:
    return "PIP_" + name.upper().replace("-", "_")


def kept(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without pip's variables, but for those that are kept."""
    others = {variable(name) for name in KEPT} | {"PIP_CONFIG_FILE"}
    return {name: value for name, value in environment.items() if not name.startswith("PIP_") or name in others}


def settings(listed: Iterable[str]) -> dict[str, str]:
    """What is kept of what `pip config list` prints: lines SECTION.NAME='VALUE'."""
    found: dict[str, str] = {}
    for section in SECTIONS:
        for line in listed:
            name, _, value = line.partition("=")
            if name.startswith(section + ".") and name[len(section) + 1 :] in KEPT:
                found[variable(name[len(section) + 1 :])] = ast.literal_eval(value)
    return found


def certificates(environment: Mapping[str, str]) -> dict[str, str]:
    """The machine's, unless the user has said which."""
    there = [bundle for bundle in BUNDLES if os.access(bundle, os.R_OK)]
    return {"PIP_CERT": there[0]} if there and not any(map(environment.get, TRUSTED)) else {}


def main() -> None:
    environment = kept(os.environ)
    loud = {**environment, "PIP_QUIET": "0", "PIP_VERBOSE": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    listed = subprocess.run([*PIP, "config", "list"], env=loud, stdout=subprocess.PIPE, text=True, check=True).stdout
    environment.update(settings(listed.splitlines()), PIP_CONFIG_FILE=os.devnull)
    environment.update(certificates(environment))
    os.execve(sys.executable, [*PIP, *sys.argv[1:]], environment)  # noqa: S606


if __name__ == "__main__":
    main()
