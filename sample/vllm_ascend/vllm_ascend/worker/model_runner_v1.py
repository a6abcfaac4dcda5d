from dataclasses import dataclass, field

import torch
from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase
from vllm.v1.kv_cache_interface import KVCacheConfig, KVCacheSpec


@dataclass
class AttentionGroup:
    backend: type
    layer_names: list[str]
    kv_cache_spec: KVCacheSpec
    metadata_builders: list = field(default_factory=list)

    def get_metadata_builder(self, ubatch_id: int = 0):
        return self.metadata_builders[ubatch_id]


class NPUModelRunner:
    """Of the runner of vllm-ascend, what lays out the KV caches."""

    def _attention_layers(self) -> dict[str, AttentionLayerBase]:
        context = self.vllm_config.compilation_config.static_forward_context
        return {name: layer for name, layer in context.items() if isinstance(layer, AttentionLayerBase)}

    def get_kv_cache_spec(self) -> dict[str, KVCacheSpec]:
        return {name: layer.get_kv_cache_spec(self.vllm_config) for name, layer in self._attention_layers().items()}

    def may_add_encoder_only_layers_to_kv_cache_config(self) -> None:
        """The sample has no encoder."""

    def maybe_add_kv_sharing_layers_to_kv_cache_groups(self, kv_cache_config: KVCacheConfig) -> None:
        """The sample shares no cache among layers."""

    def initialize_attn_backend(self, kv_cache_config: KVCacheConfig) -> None:
        layers = self._attention_layers()
        for group in kv_cache_config.kv_cache_groups:
            by_backend: dict[type, list[str]] = {}
            for name in group.layer_names:
                by_backend.setdefault(layers[name].get_attn_backend(), []).append(name)
            attention_groups = []
            for backend, names in by_backend.items():
                builder = backend.get_builder_cls()(group.kv_cache_spec, names, self.vllm_config, self.device)
                attention_groups.append(AttentionGroup(backend, names, group.kv_cache_spec, [builder]))
            self.attn_groups.append(attention_groups)

    def initialize_kv_cache_tensors(self, kv_cache_config: KVCacheConfig) -> dict[str, torch.Tensor]:
        layers = self._attention_layers()
        kv_caches = {}
        for group in kv_cache_config.kv_cache_groups:
            spec = group.kv_cache_spec
            for name in group.layer_names:
                shape = layers[name].get_attn_backend().get_kv_cache_shape(
                    kv_cache_config.num_blocks, spec.block_size, spec.num_kv_heads, spec.head_size
                )
                caches = tuple(torch.zeros(shape[1:], dtype=spec.dtype, device=self.device) for _ in range(shape[0]))
                kv_caches[name] = caches
                layers[name].kv_cache = [caches]
                self.kv_caches.append(caches)
        return kv_caches
