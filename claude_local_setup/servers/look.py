"""What a machine is fit for, read out of the probe's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .good_models import MODELS, GoodModel


@dataclass(frozen=True)
class Look:
    """Memory and disk in GB (10^9 bytes); 0 where the machine does not say."""

    memory: float
    gpu: float
    disk: float
    glibc: tuple[int, ...]
    arch: str
    has_avx512: bool

    @staticmethod
    def of(facts: Mapping[str, str]) -> Look:
        return Look(
            memory=_number(facts["memory"]) * 1024 / 1e9,
            gpu=sum(map(_number, facts["gpu_memory"].split())) / 1e9,
            disk=_number(facts["disk_free"]) * 1024 / 1e9,
            glibc=tuple(int(part) for part in facts["glibc"].split(".") if part.isdecimal()),
            arch=facts["arch"],
            has_avx512=bool(facts["avx512"]),
        )

    @property
    def best_model(self) -> GoodModel:
        return next(model for model in MODELS if self.gpu >= model.memory)

    @property
    def what(self) -> str:
        return f"{self.gpu:.0f} GB of GPU memory" if self.gpu else f"no GPU, {self.memory:.0f} GB of memory"


def _number(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0
