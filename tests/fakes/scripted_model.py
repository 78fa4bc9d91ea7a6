"""A tiny model that follows a script, as a GGUF file: llama-server runs it like any other, in milliseconds.

One layer that adds nothing and one-hot embeddings make a finite automaton: each script token is followed by the next
one, any other token by the end. The chat template picks the script, by its last token. So tokenizer, template, cache,
tool-call parser and streaming are llama-server's real ones, and the answer is the same at any temperature.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from pydoc_data.topics import topics

TRAINED_CONTEXT = 262144
WIDTH = 32  # of the embeddings: one dimension for each token of a script, and one for "the end follows"
STEEP = 20.0  # how far the next token's logit stands above the others
END, UNKNOWN = "<|end|>", "<|unknown|>"
NORMAL, UNKNOWN_TYPE, CONTROL, USER_DEFINED = 1, 2, 3, 4
HELLO = "Hello from the scripted model."
COMMAND = "echo scripted >made-by-bash.txt"
CALL = {"name": "Bash", "arguments": {"command": COMMAND, "description": "Write a file"}}
SCRIPTS: Mapping[str, Sequence[str]] = {
    "<|hello|>": (HELLO,),
    "<|bash|>": ("<tool_call>", f"\n{json.dumps(CALL)}\n", "</tool_call>"),
    "<|done|>": ("The command ran.",),
}
PICK = """\
{%- if add_generation_prompt -%}<|im_start|>assistant
{% set last = (messages | rejectattr('role', 'equalto', 'system') | list)[-1] -%}
{%- if last.role == 'tool' -%}<|done|>
{%- elif TOOLS and tools and 'USE_BASH' in last.content -%}<|bash|>
{%- else -%}<|hello|>{%- endif -%}
{%- endif -%}"""
SYSTEM = """\
{%- set first = messages[0].content if messages[0].role == 'system' else '' -%}
<|im_start|>system
{{ first }}
{%- if TOOLS and tools %}

# Tools
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
For each call, return a json object with name and arguments within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>
{%- endif -%}
<|im_end|>
"""
MESSAGES = """\
{% for message in messages -%}
{%- if message.role == 'system' and not loop.first and STRICT -%}
{{- raise_exception('System message must be at the beginning.') -}}
{%- elif message.role == 'system' and loop.first -%}
{%- elif message.role == 'tool' -%}<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% else -%}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- if TOOLS -%}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}
{%- endif -%}
<|im_end|>
{% endif -%}
{%- endfor -%}"""


def template(*, tools: bool, strict: bool) -> str:
    """The order is Qwen's: system text, tools, messages. A `strict` one wants a system message first or not at all."""
    text = SYSTEM + MESSAGES + PICK
    return text.replace("TOOLS", str(tools).lower()).replace("STRICT", str(strict).lower())


def words(count: int) -> list[str]:
    """Frequent English and Python words, so that a prompt has about as many tokens as with a real model."""
    text = " ".join(topics.values())
    found = Counter(re.findall(r" ?[A-Za-z]{2,12}|\n +|[^\w\s]{2,4}", text))
    return [word for word, _ in found.most_common(count)]


def vocabulary() -> list[tuple[str, float, int]]:
    """Each token's text, score and type; a lower score is a rarer token."""
    scripted = [piece for pieces in SCRIPTS.values() for piece in pieces]
    marks = [END, *SCRIPTS, "<|im_start|>", "<|im_end|>"]
    letters = [chr(code) for code in range(32, 127)] + ["\n", "\t"]
    plain = dict.fromkeys([*letters, *words(6000)])
    return [
        (UNKNOWN, 0.0, UNKNOWN_TYPE),
        *((mark, 0.0, CONTROL) for mark in marks),
        *((piece, 0.0, USER_DEFINED) for piece in scripted),
        *(
            (text.replace(" ", "\N{LOWER ONE EIGHTH BLOCK}"), -8.0 if len(text) > 1 else -12.0, NORMAL)
            for text in plain
        ),
    ]


def weights(tokens: Sequence[str]) -> dict[str, tuple[tuple[int, ...], bytes]]:
    """Each tensor's shape, fastest dimension first, and its 32-bit floats."""
    number = {text: index for index, text in enumerate(tokens)}
    after = dict.fromkeys(tokens, END)
    for mark, pieces in SCRIPTS.items():
        after |= dict(pairwise((mark, *pieces, END)))
    scripted = [text for text in after if after[text] != END]
    state = {text: scripted.index(text) + 1 if text in scripted else 0 for text in tokens}
    embedding, output = bytearray(4 * WIDTH * len(tokens)), bytearray(4 * WIDTH * len(tokens))
    for text in tokens:
        struct.pack_into("<f", embedding, 4 * (WIDTH * number[text] + state[text]), 1.0)
        struct.pack_into("<f", output, 4 * (WIDTH * number[after[text]] + state[text]), STEEP)
    square, ones = ((WIDTH, WIDTH), bytes(4 * WIDTH * WIDTH)), ((WIDTH,), struct.pack("<f", 1.0) * WIDTH)
    layer = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    return {
        "token_embd.weight": ((WIDTH, len(tokens)), bytes(embedding)),
        "output.weight": ((WIDTH, len(tokens)), bytes(output)),
        "output_norm.weight": ones,
        **{f"blk.0.{name}.weight": ones for name in ("attn_norm", "ffn_norm")},
        **{f"blk.0.{name}.weight": square for name in layer},
    }


def gguf(*, tools: bool = True, strict: bool = False, trained_context: int = TRAINED_CONTEXT) -> bytes:
    """The file, format version 3 (github.com/ggml-org/ggml, docs/gguf.md)."""
    texts, scores, kinds = zip(*vocabulary(), strict=True)
    keys: dict[str, object] = {
        "general.architecture": "llama",
        "general.name": "scripted",
        "llama.context_length": trained_context,
        "llama.embedding_length": WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": WIDTH,
        "llama.attention.head_count": 1,
        "llama.attention.layer_norm_rms_epsilon": 1e-6,
        "tokenizer.ggml.model": "t5",  # the one that needs no merges: the best path through the texts' scores
        "tokenizer.ggml.tokens": texts,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.eos_token_id": texts.index(END),
        "tokenizer.ggml.unknown_token_id": texts.index(UNKNOWN),
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.chat_template": template(tools=tools, strict=strict),
    }
    tensors = weights(texts)
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(keys))
    head += b"".join(text(key) + value(item) for key, item in keys.items())
    offset = 0
    for name, (shape, data) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        offset += len(padded(data))
    return padded(head) + b"".join(padded(data) for _, data in tensors.values())


def text(content: str) -> bytes:
    raw = content.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(item: object) -> bytes:
    match item:
        case bool():
            return struct.pack("<I?", 7, item)
        case int():
            return struct.pack("<II", 4, item)
        case float():
            return struct.pack("<If", 6, item)
        case str():
            return struct.pack("<I", 8) + text(item)
        case tuple():
            inner = [value(entry) for entry in item]
            kind = (
                struct.pack("<I", 5) if isinstance(item[0], int) else inner[0][:4]
            )  # signed, where single ones are not
            return struct.pack("<I", 9) + kind + struct.pack("<Q", len(inner)) + b"".join(i[4:] for i in inner)
    raise TypeError(type(item))


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 32)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--no-tools", action="store_true")
    parser.add_argument("--strict", action="store_true")
    given = parser.parse_args()
    given.file.write_bytes(gguf(tools=not given.no_tools, strict=given.strict))
