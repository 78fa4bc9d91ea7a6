"""Today's good models by the memory that they need: the one table that ages. Sizes are those of the downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AS_OF = "November 2026"


@dataclass(frozen=True)
class GoodModel:
    memory: int  # GB of a GPU's memory (10^9 bytes), with room for 64k tokens of context
    source: str  # OWNER/REPO:QUANT
    size: float  # GB
    verdict: str
    why: str


MODELS: Sequence[GoodModel] = (
    GoodModel(24, "unsloth/Qwen3.8-27B-GGUF:UD-Q4_K_M", 17.6, "recommended", "it works through whole tasks"),
    GoodModel(16, "unsloth/Qwen3.8-27B-GGUF:UD-Q3_K_M", 13.1, "recommended", "a good model, somewhat compressed"),
    GoodModel(12, "unsloth/gemma-4-12b-it-GGUF:Q4_K_M", 7.4, "limited", "small tasks work, long ones go astray"),
    GoodModel(8, "unsloth/Qwen3.5-9B-GGUF:Q4_K_M", 6.0, "limited", "small tasks work, long ones go astray"),
    GoodModel(0, "unsloth/Qwen3.5-4B-GGUF:Q4_K_M", 2.9, "not recommended", "answers take minutes, and are often wrong"),
)
LEAST_MEMORY = 6  # GB of main memory, for the last of them
