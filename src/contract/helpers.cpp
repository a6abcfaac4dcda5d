#include "contract/helpers.h"

#include <array>
#include <string_view>

#include "base/check.h"

namespace fusescout::contract {
namespace {

struct Helper {
  std::string_view name;
  std::string_view source;
};

// Each is what the canonical operator of the same name means; computed in float32 as the kernels do.
constexpr std::array helpers = {
    Helper{"_rms_norm", R"py(def _rms_norm(x, weight=None, eps=1e-6, plus_one=False):
    dims = tuple(range(x.dim() - (1 if weight is None else weight.dim()), x.dim()))
    y = x.float()
    rstd = torch.rsqrt(y.pow(2).mean(dim=dims, keepdim=True) + eps)
    y = y * rstd
    if weight is not None:
        y = y * (weight.float() + 1 if plus_one else weight.float())
    return y.to(x.dtype), rstd
)py"},
    Helper{"_layer_norm", R"py(def _layer_norm(x, weight=None, bias=None, eps=1e-5):
    shape = x.shape[-1:] if weight is None else weight.shape
    parts = [None if p is None else p.float() for p in (weight, bias)]
    return F.layer_norm(x.float(), tuple(shape), parts[0], parts[1], eps).to(x.dtype)
)py"},
    Helper{"_l2_norm", R"py(def _l2_norm(x, eps=1e-6):
    y = x.float()
    return (y * torch.rsqrt(y.pow(2).sum(dim=-1, keepdim=True) + eps)).to(x.dtype)
)py"},
    Helper{"_rotate", R"py(def _rotate(x, interleaved):
    if interleaved:
        return torch.stack((-x[..., 1::2], x[..., 0::2]), dim=-1).flatten(-2)
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)
)py"},
    Helper{"_section_angles", R"py(def _section_angles(table, positions, sections):
    """Positions of three axes (time, height, width): each section of the angles takes its own."""
    angles = table[positions.long()]
    if positions.dim() == 1:
        return angles
    halves = []
    for half in angles.chunk(2, dim=-1):
        halves.append(torch.cat([part[i] for i, part in enumerate(half.split(list(sections), dim=-1))], dim=-1))
    return torch.cat(halves, dim=-1)
)py"},
    Helper{"_rope", R"py(def _rope(x, cos, sin, rotary_dim=None, neox=True, head_size=None, halves_out=False):
    """Turns the leading rotary_dim elements of each head. Without `sin`, `cos` holds both halves."""
    if sin is None:
        cos, sin = cos.chunk(2, dim=-1)
    rotary_dim = x.shape[-1] if rotary_dim is None else rotary_dim
    tokens = cos.numel() // cos.shape[-1]
    if head_size is None:
        head_size = x.shape[-1]
    cos, sin = (t.reshape(tokens, 1, t.shape[-1]).float() for t in (cos, sin))
    if cos.shape[-1] * 2 == rotary_dim:
        cos, sin = ((torch.cat((t, t), -1) if neox else t.repeat_interleave(2, -1)) for t in (cos, sin))
    heads = x.reshape(tokens, -1, head_size)
    turned, rest = heads[..., :rotary_dim].float(), heads[..., rotary_dim:]
    if halves_out:
        turned, neox = torch.cat((turned[..., 0::2], turned[..., 1::2]), dim=-1), True
    turned = turned * cos + _rotate(turned, not neox) * sin
    return torch.cat((turned.to(x.dtype), rest), dim=-1).reshape(x.shape)
)py"},
    Helper{"_silu_mul", R"py(def _silu_mul(x):
    gate, up = x.chunk(2, dim=-1)
    return (F.silu(gate.float()) * up.float()).to(x.dtype)
)py"},
    Helper{"_gelu_mul", R"py(def _gelu_mul(x, approximate="none"):
    gate, up = x.chunk(2, dim=-1)
    return (F.gelu(gate.float(), approximate=approximate) * up.float()).to(x.dtype)
)py"},
    Helper{"_limits", R"py(def _limits(dtype):
    info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
    return float(info.min), float(info.max)
)py"},
    Helper{"_dynamic_quantize", R"py(def _dynamic_quantize(x, smooth=None, dtype=torch.int8):
    """One scale for each row."""
    y = x.float() if smooth is None else x.float() * smooth.float()
    low, high = _limits(dtype)
    scale = y.abs().amax(dim=-1, keepdim=True).clamp_min(1e-12) / high
    q = y / scale
    if not dtype.is_floating_point:
        q = q.round()
    return q.clamp(low, high).to(dtype), scale.squeeze(-1)
)py"},
    Helper{"_quantize", R"py(def _quantize(x, scale=None, zero_point=None, dtype=torch.int8, divide=True):
    y = x.float()
    if scale is not None:
        y = y / scale.float() if divide else y * scale.float()
    if zero_point is not None:
        y = y + zero_point.float()
    low, high = _limits(dtype)
    if not dtype.is_floating_point:
        y = y.round()
    return y.clamp(low, high).to(dtype)
)py"},
    Helper{"_row_scale", R"py(def _row_scale(scale, x):
    """A scale for each row multiplies along the last axis; one for each column stays as it is."""
    rows = x.numel() // x.shape[-1]
    return scale.reshape(x.shape[:-1] + (1,)) if scale.numel() == rows and scale.shape[-1:] != x.shape[-1:] else scale
)py"},
    Helper{"_dequantize", R"py(def _dequantize(x, scale, token_scale=None, bias=None, dtype=torch.bfloat16):
    y = x.float() * _row_scale(scale.float(), x)
    if token_scale is not None:
        y = y * token_scale.float().reshape(x.shape[:-1] + (1,))
    if bias is not None:
        y = y + bias.float()
    return y.to(dtype)
)py"},
    Helper{"_of_groups", R"py(def _of_groups(x, group_list, like, counts=False):
    """Rows are sorted by group: the part of x that belongs to the group of each row."""
    sizes = group_list if counts else torch.diff(group_list, prepend=group_list.new_zeros(1))
    rows = torch.repeat_interleave(x.reshape(x.shape[0], -1), sizes.long(), dim=0)
    return F.pad(rows, (0, 0, 0, like.shape[0] - rows.shape[0]))
)py"},
    Helper{"_matmul", R"py(def _matmul(x, w, bias=None, transpose_a=False, transpose_b=False):
    y = torch.matmul(x.transpose(-1, -2) if transpose_a else x, w.transpose(-1, -2) if transpose_b else w)
    return y if bias is None else y + bias
)py"},
    Helper{"_quantized_matmul",
           R"py(def _quantized_matmul(x, w, weight_scale=None, token_scale=None, bias=None, transpose_b=False, dtype=torch.bfloat16):
    y = torch.matmul(x.double(), (w.transpose(-1, -2) if transpose_b else w).double()).float()
    if bias is not None and not bias.dtype.is_floating_point:
        y = y + bias
    if weight_scale is not None:
        y = y * weight_scale.float()
    if token_scale is not None:
        y = y * token_scale.float().reshape(x.shape[:-1] + (1,))
    if bias is not None and bias.dtype.is_floating_point:
        y = y + bias
    return y.to(dtype)
)py"},
    Helper{"_grouped_matmul", R"py(def _grouped_matmul(x, weight, group_list, dtype, counts=False, transpose_b=False):
    """Rows are sorted by group; group_list holds the end of each group, or its count."""
    ends = torch.cumsum(group_list, 0) if counts else group_list
    columns = weight.shape[-2] if transpose_b else weight.shape[-1]
    y, start = x.new_zeros(x.shape[:-1] + (columns,), dtype=torch.float32), 0
    for group, end in enumerate(ends.tolist()):
        w = weight[group].transpose(-1, -2) if transpose_b else weight[group]
        y[start:end] = torch.matmul(x[start:end].float(), w.float())
        start = end
    return y.to(dtype)
)py"},
    Helper{
        "_moe_gating",
        R"py(def _moe_gating(x, bias=None, k=1, norm_type="softmax", renormalize=False, routed_scaling_factor=1.0, groups=1, topk_groups=1, eps=0.0):
    scores = x.float().sigmoid() if norm_type == "sigmoid" else x.float().softmax(dim=-1)
    choice = scores if bias is None else scores + bias.float()
    if groups > 1:
        grouped = choice.reshape(choice.shape[0], groups, -1)
        best = grouped.amax(-1) if bias is None else grouped.topk(2, dim=-1)[0].sum(-1)
        keep = torch.zeros_like(best, dtype=torch.bool).scatter_(1, best.topk(topk_groups, dim=-1)[1], True)
        choice = grouped.masked_fill(~keep.unsqueeze(-1), float("-inf")).reshape(choice.shape)
    indices = choice.topk(k, dim=-1)[1]
    weights = scores.gather(-1, indices)
    if renormalize:
        weights = weights / (weights.sum(dim=-1, keepdim=True) + eps)
    return weights * routed_scaling_factor, indices, scores
)py"},
    Helper{"_expert_dispatch", R"py(def _expert_dispatch(x, expert_ids, rows, experts, scale=None):
    """Rows sorted by expert; where each (token, choice) went; rows of each expert; the scale of each row."""
    ids, choices = expert_ids.reshape(-1).long(), expert_ids.shape[-1]
    order = torch.argsort(ids, stable=True)
    index = torch.empty_like(order)
    index[order] = torch.arange(order.numel(), device=order.device)
    token = order[:rows] // choices
    scales = x.new_zeros(token.shape, dtype=torch.float32) if scale is None else scale.float()[token]
    return x[token], index, torch.bincount(ids, minlength=experts)[:experts], scales
)py"},
    Helper{"_expert_combine", R"py(def _expert_combine(rows, index, tokens, weights=None):
    """Sums the rows of a token, wherever they were sorted to."""
    parts = rows[index.reshape(-1).abs().long()].float().reshape(tokens, -1, rows.shape[-1])
    if weights is not None:
        parts = parts * weights.float().reshape(tokens, -1, 1)
    return parts.sum(1)
)py"},
    Helper{"_kv_cache_write", R"py(def _kv_cache_write(key, value, key_cache, value_cache, slots):
    """In place: the rows of the paged caches that the slots name."""
    for new, cache in ((key, key_cache), (value, value_cache)):
        block, offset = slots // cache.shape[1], slots % cache.shape[1]
        cache[block, offset] = new.reshape((new.shape[0],) + tuple(cache.shape[2:])).to(cache.dtype)
)py"},
    Helper{"_causal_conv1d_step", R"py(def _causal_conv1d_step(x, weight, slots, state, silu):
    """In place, token by token: the window of the token's slot moves on by one row. weight: [width, columns]; state: [slots, width - 1, columns]."""
    rows = x.reshape(-1, x.shape[-1])
    for i, slot in enumerate(slots.tolist()):
        window = torch.cat((state[slot], rows[i:i + 1].to(state.dtype)))
        y = (window.float() * weight.float()).sum(0)
        state[slot] = window[1:]
        x.view(rows.shape)[i] = (F.silu(y) if silu else y).to(x.dtype)
)py"},
    Helper{"_gated_delta_step", R"py(def _gated_delta_step(q, k, v, decay, beta, slots, state, scale):
    """Token by token, the state in place, [slots, heads, values, keys]: it decays, takes what the value has beyond it, and is read by the query."""
    rows, each, out = v.shape[0], v.shape[1] // k.shape[1], torch.empty_like(v)
    for i, slot in enumerate(slots.tolist()[:rows]):
        query, key = (t[i].float().repeat_interleave(each, 0)[..., None] for t in (q, k))
        s = state[slot].float() * decay.reshape(rows, -1)[i].float().exp()[:, None, None]
        beyond = (v[i].float()[..., None] - s @ key) * beta.reshape(rows, -1)[i].float()[:, None, None]
        s = s + beyond * key.transpose(-1, -2)
        out[i] = (s @ query)[..., 0].mul(scale).to(out.dtype)
        state[slot] = s.to(state.dtype)
    return out
)py"},
    Helper{"_all_reduce", R"py(def _all_reduce(x):
    if not torch.distributed.is_initialized():
        return x.clone()
    x = x.clone()
    torch.distributed.all_reduce(x)
    return x
)py"},
};

void collect(std::string_view name, std::set<std::string>& wanted) {
  for (const Helper& helper : helpers) {
    if (helper.name != name || !wanted.insert(std::string(name)).second) continue;
    for (const Helper& other : helpers) {
      if (other.name != name && helper.source.find(std::string(other.name) + "(") != std::string_view::npos) collect(other.name, wanted);
    }
  }
}

}  // namespace

bool has_helper(const std::string& name) {
  for (const Helper& helper : helpers) {
    if (helper.name == name) return true;
  }
  return false;
}

std::string helper_sources(const std::set<std::string>& names) {
  std::set<std::string> wanted;
  for (const std::string& name : names) {
    CHECK(has_helper(name));
    collect(name, wanted);
  }
  std::string out;
  for (const Helper& helper : helpers) {
    if (wanted.contains(std::string(helper.name))) out += std::string(helper.source) + "\n\n";
  }
  return out;
}

}  // namespace fusescout::contract
