// The waist of the program: what one forward pass does, on four nested levels. Data only; src/torch and src/vllm fill it, everything
// from src/fusion on reads it, and nothing else.
//
//   entries    module calls and calls, nested, in order of execution (pre-order: the inside of entry i is (i, entries[i].end))
//   kernels    launches on the device: a partition of the operators
//   operators  canonical: what the kernels compute
//
// A *value* is a Tensor: one tensor object as the code sees it. A view is a Tensor of its own with `view_of`; an in-place write gives the
// written tensor object a new Tensor, and later reads through other views of the storage see a refreshed Tensor (EntryKind::Refresh).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/symbol.h"
#include "graph/expression.h"

namespace fusescout::graph {

using TensorId = Id<struct TensorTag>;
using EntryId = Id<struct EntryTag>;
using KernelId = Id<struct KernelTag>;
using OperatorId = Id<struct OperatorTag>;
using FrameId = Id<struct FrameTag>;
using StorageId = Id<struct StorageTag>;
using ModuleId = Id<struct ModuleTag>;

enum class DType : uint8_t { Bool, I8, U8, I16, I32, I64, F16, BF16, F32, F64, F8E4M3, F8E5M2, I4, C64 };
std::string_view dtype_name(DType dtype);               // "bf16", "f16", "f32", "i64", "bool", "f8e4m3"
bool parse_dtype(std::string_view name, DType& out);
double dtype_size(DType dtype);                         // bytes; 0.5 for I4
bool is_floating(DType dtype);

using Shape = std::vector<Dim>;

enum class TensorKind : uint8_t { Intermediate, Input, Parameter, Buffer, Cache, Constant };

struct Tensor {
  Shape shape;
  Shape strides;                  // in elements
  Dim storage_offset;             // in elements
  DType dtype = DType::BF16;
  TensorKind kind = TensorKind::Intermediate;
  StorageId storage;              // same storage: may alias
  EntryId producer;               // the call that made it; invalid for inputs and parameters
  uint16_t producer_output = 0;
  TensorId view_of;               // the tensor that it is a view of; invalid when it is no view
  Symbol name;                    // of an input, parameter, buffer or cache ("model.layers.0.mlp.gate.weight"); of others only in a text
};

struct Frame {                    // one line on a call stack; hash-consed
  FrameId parent;                 // caller; invalid at the entry point
  Symbol file;                    // relative to the tree: "vllm/model_executor/layers/linear.py"
  uint32_t line = 0;
  Symbol function;                // "Attention.forward"
};

// One argument of a call, as the dispatcher sees it.
struct Argument;
using ArgumentList = std::vector<Argument>;
struct NoneArgument { friend bool operator==(const NoneArgument&, const NoneArgument&) = default; };
struct OpaqueArgument { std::string text; friend bool operator==(const OpaqueArgument&, const OpaqueArgument&) = default; };
struct Argument {
  Symbol name;                    // empty when positional
  std::variant<NoneArgument, TensorId, bool, Dim, double, std::string, DType, OpaqueArgument, std::shared_ptr<ArgumentList>> value;
};

enum class EntryKind : uint8_t {
  Module,    // an nn.Module (or CustomOp, attention layer, ...) was called
  Call,      // an operator as the dispatcher sees it: aten.*, torch_npu.*, _C_ascend.*, vllm.*, triton.*
  Function,  // an opaque Python function
  Refresh,   // no call: a stale view sees a write through its storage. inputs: the view, the written tensor
};

struct Entry {
  EntryKind kind = EntryKind::Call;
  Symbol op;                      // Call: "aten.view", "torch_npu.npu_rms_norm"; Module: upstream class name; Function: its name
  Symbol overload;                // Call: "default", "Tensor", ...; may be empty
  Symbol impl;                    // Module: the class that ran
  ModuleId module;                // the innermost module whose forward was running (Module: itself)
  FrameId frame;                  // innermost frame of the call site
  EntryId parent;                 // enclosing entry, invalid at top level
  EntryId end;                    // one past the last entry inside
  std::vector<TensorId> inputs;   // all tensor inputs, in order of the arguments
  std::vector<TensorId> outputs;
  ArgumentList arguments;         // Call: all of them, tensors included
  std::vector<uint8_t> mutates;   // indices into inputs that are written in place
  bool is_view = false;           // a call that only makes a view: no launch
  bool library = false;           // Module: a torch.nn module, CustomOp, PluggableLayer or attention layer (see `dump sequence`)
  bool opaque = false;            // Call or Function: meaning unknown; a diagnostic says why
  uint16_t launches = 0;          // kernels launched by this call itself, not by what is inside
};

// Attributes of a canonical operator: eps, dim, other, dtype, ...
using Attribute = std::variant<bool, Dim, double, std::string, DType, std::vector<Dim>>;
using Attributes = std::vector<std::pair<Symbol, Attribute>>;   // sorted by the name's text

struct Operator {
  Symbol kind;                    // a name of operator_kind.h
  std::vector<TensorId> inputs;   // as seen: views are not looked through; use Graph::root
  std::vector<TensorId> outputs;
  Attributes attributes;
  EntryId call;                   // the call that it belongs to
  KernelId kernel;
};

enum class Unit : uint8_t { Vector, Cube, Mixed, Communication, Host };

struct Kernel {
  Symbol name;                    // "npu_add_rms_norm", "aten.add", a graph pass's replacement
  Unit unit = Unit::Vector;
  std::vector<EntryId> calls;     // more than one after a graph pass
  std::vector<OperatorId> operators;
  bool triton = false;            // launched by a Triton wrapper: other floor, other host cost
  std::string fused_by;           // pass or class that put several calls into one kernel; empty when one call is the kernel
  Symbol fused_by_file;
  uint32_t fused_by_line = 0;
};

struct ModuleInfo {
  Symbol path;                    // "model.layers.3.self_attn.q_norm"; the first name of a shared object
  Symbol layer;                   // outermost ModuleList element on it ("model.layers.3"), else empty
  Symbol class_name;              // the class of the object
  Symbol class_file;              // where that class is defined
  uint32_t class_line = 0;
  Symbol upstream_class;          // before an override replaced it; equal to class_name when nothing did
  Symbol upstream_file;
  uint32_t upstream_line = 0;
  std::string replaced_how;       // "register_oot", "patch", "registry"; empty when not replaced
  Symbol replaced_file;           // where the replacement is registered
  uint32_t replaced_line = 0;
  ModuleId parent;
};

// Whether two views of one storage may show a common element. A column block of a merged projection meets no other block.
bool may_overlap(const Tensor& a, const Tensor& b);

struct Graph {
  Expressions expressions;
  ValueStore<TensorId, Tensor> tensors;
  ValueStore<EntryId, Entry> entries;
  ValueStore<KernelId, Kernel> kernels;
  ValueStore<OperatorId, Operator> operators;
  ValueStore<FrameId, Frame> frames;
  ValueStore<ModuleId, ModuleInfo> modules;
  std::vector<TensorId> inputs;     // of the whole forward pass
  std::vector<TensorId> outputs;
  uint32_t storages = 0;
  std::string phase;                // "prefill" or "decode"

  // Looks through views and refreshes to the tensor that some kernel (or the outside) made.
  TensorId root(TensorId tensor) const;
  // What bears the name that a tensor goes by: its root, or else the nearest view on the way there. (A module may keep a view of what it was given.)
  TensorId named(TensorId tensor) const;
  // After a write to a part of a storage a tensor shows that part and, beside it, what was there before: the tensors as they were before such
  // writes, the latest first. Empty: the root made all that the tensor shows.
  std::vector<TensorId> before_partial_writes(TensorId tensor) const;
  // The canonical operator that made a tensor (through views), invalid for inputs and parameters.
  OperatorId producer(TensorId tensor) const;
  FrameId frame(FrameId parent, Symbol file, uint32_t line, Symbol function);  // hash-consed
  OperatorId add_operator(Operator op);             // keeps the producer index; an output is made by the last operator that names it
  void begin_again();                               // drops what ran; tensors, frames and modules stay
  bool contiguous(const Tensor& tensor) const;      // in the scenario
  Dim element_count(const Tensor& tensor);
  double bytes(const Tensor& tensor) const;         // in the scenario
  // Operators that read each root tensor, by index of tensor. O(graph): call once on a finished graph.
  std::vector<std::vector<OperatorId>> consumers() const;

 private:
  std::map<std::tuple<uint32_t, Symbol, uint32_t, Symbol>, FrameId> frame_ids_;
  std::vector<OperatorId> operator_of_tensor_;      // by tensor index
};

const Attribute* find_attribute(const Operator& op, std::string_view name);

}  // namespace fusescout::graph
