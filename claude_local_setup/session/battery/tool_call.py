"""Whether the model makes a tool call when it is asked to: one request from within the jail, as a session makes it."""

from __future__ import annotations

PATIENCE = 120  # seconds; on a processor alone a model may need them
ASK = f"""\
import json, os, urllib.request
body = {{
    "model": os.environ["ANTHROPIC_MODEL"],
    "max_tokens": 1024,
    "messages": [{{"role": "user", "content": "Call the tool Bash with the command: echo USE_BASH"}}],
    "tools": [{{
        "name": "Bash",
        "description": "Runs a command.",
        "input_schema": {{
            "type": "object",
            "properties": {{"command": {{"type": "string"}}, "description": {{"type": "string"}}}},
            "required": ["command"],
        }},
    }}],
}}
asked = urllib.request.Request(
    os.environ["ANTHROPIC_BASE_URL"].removesuffix("/v1") + "/v1/messages",
    json.dumps(body).encode(),
    {{
        "Content-Type": "application/json",
        "anthropic-version": "2023-06-01",
        "Authorization": "Bearer " + os.environ["ANTHROPIC_AUTH_TOKEN"],
    }},
)
try:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({{}}))
    said = json.load(opener.open(asked, timeout={PATIENCE}))
    calls = [part for part in said["content"] if part["type"] == "tool_use" and part["name"] == "Bash"]
    print("works" if calls else "it answered in words")
except Exception as error:
    print(error, error.read(300).decode("utf-8", "replace") if hasattr(error, "read") else "")
"""
