"""An editor that speaks the Agent Client Protocol, as Zed, JetBrains' and Neovim's plugins do, with the real adapter of
Claude Code. ./test.sh fetches it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any

from tests.homes import CACHE, Home, wait_until

ADAPTER = CACHE / "acp/0.101.0/node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js"
_SECONDS = 240


class AcpEditor:
    """`asked`: the commands that the user was asked about; `said`: the agent's words. `answer` is what he answers."""

    def __init__(self, home: Home) -> None:
        assert ADAPTER.exists(), f"no adapter at {ADAPTER}; ./test.sh fetches it"
        self._home = home
        self.answer = "reject"
        self.asked: list[str] = []
        self.said = ""
        self._session = ""
        self._number = 0
        self._process = subprocess.Popen(
            ["node", str(ADAPTER)],
            env={**home.env, "CLAUDE_CODE_EXECUTABLE": str(home.path / ".local/bin/claude-local")},
            cwd=home.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._limit = Timer(_SECONDS, self._process.kill)

    def __enter__(self) -> AcpEditor:
        self._limit.start()
        self.call("initialize", protocolVersion=1, clientCapabilities={})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._limit.cancel()
        wait_until(lambda: not running(self._home))  # what it had asked `claude-local` meanwhile

    def open(self, work: Path, servers: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """A new session there, with these MCP servers; what the editor is told of it."""
        answer = self.call("session/new", cwd=str(work), mcpServers=servers)
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        self._session = result["sessionId"]
        return result

    def prompt(self, text: str) -> dict[str, Any]:
        answer = self.tell("session/prompt", prompt=[{"type": "text", "text": text}])
        assert "result" in answer, answer
        return answer

    def tell(self, method: str, **given: Any) -> dict[str, Any]:
        """The answer to a call for the session."""
        return self.call(method, sessionId=self._session, **given)

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """The answer; what the agent asks and says meanwhile is answered and noted."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": given})
        assert self._process.stdout
        for line in self._process.stdout:
            message: dict[str, Any] = json.loads(line)
            if "method" in message:
                self._heard(message)
            elif message["id"] == self._number:
                return message
        raise AssertionError(f"the adapter ended before it answered {method}")

    def _heard(self, message: dict[str, Any]) -> None:
        given = message["params"]
        if message["method"] == "session/request_permission":
            self.asked.append(given["toolCall"]["rawInput"].get("command", ""))
            (chosen,) = (option["optionId"] for option in given["options"] if option["kind"] == f"{self.answer}_once")
            self._send({"id": message["id"], "result": {"outcome": {"outcome": "selected", "optionId": chosen}}})
        elif given.get("update", {}).get("sessionUpdate") == "agent_message_chunk":
            self.said += given["update"]["content"]["text"]

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()


def running(home: Home) -> list[str]:
    """The command lines of sessions of that home."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().decode(errors="replace"))
        except OSError:
            continue  # it has ended
    return [line for line in lines if f"{home.path}/.local/bin/claude-local" in line]
