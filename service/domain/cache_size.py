"""How large a KV cache is: the arithmetic behind most questions about serving.

bytes = 2 (keys and values) x layers x KV heads x head width x tokens x sequences x bytes of a value
"""

from service.domain import Value

BYTES_OF_A_VALUE = {"FP32": 4.0, "FP16": 2.0, "BF16": 2.0, "FP8": 1.0, "INT8": 1.0, "INT4": 0.5}
"""By type of number, scales of quantized ones left out."""


class Shape(Value):
    """What of a model's shape its cache depends on."""

    layers: int
    kv_heads: int
    head_width: int

    def kv_cache(self, tokens: float = 1, batch: float = 1, value_bytes: float = 2) -> float:
        """Bytes of the cache of `batch` sequences of `tokens` each."""
        return 2 * self.layers * self.kv_heads * self.head_width * tokens * batch * value_bytes


SHAPES = {
    "Llama-2-7B": Shape(layers=32, kv_heads=32, head_width=128),
    "Llama-2-70B": Shape(layers=80, kv_heads=8, head_width=128),
    "Llama-3-8B": Shape(layers=32, kv_heads=8, head_width=128),
    "Llama-3-70B": Shape(layers=80, kv_heads=8, head_width=128),
}
"""From the configurations that Meta published with the weights."""
