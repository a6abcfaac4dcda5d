// The torch layer's state in one Interpreter, and how native functions write the graph.
//
// A native function computes shapes first, then opens a CallScope, makes its outputs and says what they are canonically:
//
//   CallScope call(context, "aten.silu", "default", {x});        // arguments; refreshes stale views; one Entry while recording
//   TensorObject* y = context.make_tensor(shape_of(x), dtype_of(x));
//   call.emit("silu", {x}, {y});                                 // the first emit makes the call's kernel
//   return call.finish(y);
//
// Calls are named as the dispatcher shows them under inference mode: composites are not decomposed (`aten.reshape`, `aten.linear`,
// `aten.to`). What a composite comes down to is in the entry: `is_view` (reshape = view), or launches == 0 with an output that is an input
// (`to` the same dtype, `contiguous` of a contiguous tensor), or a kernel (reshape = a copy).
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "python/interpreter.h"

namespace fusescout::torch {

using graph::Dim;
using graph::DType;
using graph::Shape;
using graph::TensorId;
using graph::TensorKind;
using python::Arguments;
using python::Interpreter;
using python::Value;

// A torch.Tensor, or an instance of a subclass (Parameter, ...). Its layout is that of graph.tensors[id].
struct TensorObject final : python::Instance {
  TensorId id;                       // use Context::current to read: a view may be stale
  uint32_t seen_version = 0;         // of its storage
  bool requires_grad = false;
  Symbol device;                     // "npu", "cpu", "meta"
  explicit TensorObject(python::Class* c) : python::Instance(c) {}
};

// dtypes that the graph lacks (uint16, float8_e8m0fnu, ...) keep their name and borrow the graph's nearest one.
struct DTypeObject final : python::Instance {
  std::string name;                  // "bfloat16"
  DType dtype = DType::F32;
  DTypeObject(python::Class* c, std::string n, DType d) : python::Instance(c), name(std::move(n)), dtype(d) {}
};

struct DeviceObject final : python::Instance {
  Symbol type;
  std::optional<int64_t> index;
  explicit DeviceObject(python::Class* c) : python::Instance(c) {}
};

class CallScope;

inline constexpr std::string_view unknown_data = "the data of a tensor";   // why a number is unknown

class Context {                      // one per Interpreter: Interpreter::user_data
 public:
  Context(Interpreter& interpreter, graph::Graph& graph);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  static Context& of(Interpreter& interpreter) { return *static_cast<Context*>(interpreter.user_data); }

  Interpreter& interpreter;
  graph::Graph& graph;
  graph::Expressions& expressions;   // the interpreter's: graph.expressions takes them over when the run is over, or is the same object
  // Off while a model is constructed: tensors arise (parameters, buffers, constants) without entries.
  bool recording = false;
  Symbol device_type{"npu"};         // of tensors made without a device
  DType default_dtype = DType::F32;
  Symbol default_device;             // torch.set_default_device or `with torch.device(...)`; empty: device_type
  Symbol usual_device() const { return default_device.empty() ? device_type : default_device; }

  // Classes, for isinstance and subclassing. torch.nn.Parameter is made by the nn part.
  python::Class* tensor_class = nullptr;
  python::Class* dtype_class = nullptr;
  python::Class* device_class = nullptr;
  python::Class* size_class = nullptr;
  python::Class* module_class = nullptr;      // torch.nn.Module
  python::Class* parameter_class = nullptr;   // torch.nn.Parameter

  // --- set by the vllm layer
  // Whether the class counts as a library module (CustomOp, PluggableLayer, attention); torch.nn's own always do.
  std::function<bool(python::Class*)> is_library_class;
  // Fills in what the class was before an override or a patch replaced it.
  std::function<void(python::Class*, graph::ModuleInfo&)> describe_class;
  // Whose implementation of a custom operator runs: the first of these dispatch keys that it has.
  std::vector<std::string> dispatch_keys{"PrivateUse1", "NPU", "CompositeExplicitAutograd", "CompositeImplicitAutograd"};

  std::shared_ptr<class Operators> operators;  // torch.ops: operators.h

  // --- tensors
  TensorObject* as_tensor(const Value& value) const;             // nullptr when it is none
  graph::Tensor& info(TensorObject* tensor) { return graph.tensors[tensor->id]; }   // shape, strides, dtype; valid until a tensor is made
  // The value that the tensor has now. Of a stale view: writes Refresh entries first (no effect while not recording).
  TensorId current(TensorObject* tensor);
  // Contiguous, with a new storage. Inside an open call: its output.
  TensorObject* make_tensor(const Shape& shape, DType dtype, TensorKind kind = TensorKind::Intermediate, Symbol name = {});
  TensorObject* make_strided(const Shape& shape, const Shape& strides, DType dtype);
  TensorObject* make_view(TensorObject* base, const Shape& shape, const Shape& strides, Dim offset);
  TensorObject* make_view(TensorObject* base, const Shape& shape, const Shape& strides, Dim offset, DType dtype);
  TensorObject* wrap(TensorId id);   // another object for a graph tensor
  // Another tensor object for the same value, of a given class (Tensor subclass, Parameter): no call.
  TensorObject* alias(TensorObject* tensor, python::Class* cls);
  void set_kind(TensorObject* tensor, TensorKind kind, Symbol name);   // when a module registers it
  void set_device(TensorObject* tensor, Symbol device);               // of a tensor just made
  // `tensor.data = other`: the object becomes another view of other's storage.
  void set_data(TensorObject* tensor, TensorObject* other);

  // --- known data: of constants, and of what is computed from them while small (<= max_known elements)
  static constexpr int64_t max_known = 16384;
  // Entries of a step. Models have up to some ten thousand; a loop without an end has any number.
  static constexpr uint32_t max_entries = 1 << 16;
  std::optional<std::vector<double>> known(TensorObject* tensor);       // in order of the indices
  bool is_known(TensorObject* tensor);
  void set_known(TensorObject* tensor, std::vector<double> data);       // of a tensor just made, or written in place
  void fill_known(TensorObject* tensor, double value);                  // the same, all elements alike
  void forget_known(TensorObject* tensor);
  // Counts of data that nobody knows: `total` things spread evenly over the elements. What is computed from an estimate is one, and who makes
  // a Python number of it says so.
  void set_even(TensorObject* tensor, int64_t total);
  bool estimated(TensorObject* tensor) { return storages_[info(tensor).storage.index].estimated; }
  std::optional<std::vector<double>> known_to_python(TensorObject* tensor);
  void begin_operation() { estimate_read_ = false; }
  int64_t some_element(int64_t size) { return elements_chosen_++ % size; }   // where the data of a tensor chooses one

  // --- values
  Value dtype_object(DType dtype) const;
  Value tensor_dtype(TensorObject* tensor);                            // its torch.dtype
  std::optional<DType> as_dtype(const Value& value) const;             // a torch.dtype, or the types float, int, bool
  Value device_object(Symbol type, std::optional<int64_t> index = 0);
  Symbol device_of(const Value& value);                                // str, int or torch.device to a type; empty for None
  Value size(const Shape& shape);                                      // torch.Size
  // An instance of torch.return_types.NAME: a tuple with names.
  Value named_tuple(std::string_view name, std::initializer_list<std::string_view> fields, std::vector<Value> items);
  std::optional<Shape> as_shape(const Value& value);                   // of a list, tuple or Size of integers; or one integer

  // --- graph
  graph::FrameId frame();                                              // the Python call stack now
  graph::EntryId parent() const { return open_.empty() ? graph::EntryId{} : open_.back(); }
  // A function did work and kept its result, or that it is done, in a global or a class: the next step will not do it again. One that begins
  // again leaves what was recorded; what it made is there as a buffer is.
  bool once_per_process() const { return once_per_process_; }
  void begin_again();

  graph::ModuleId module() const { return modules_.empty() ? graph::ModuleId{} : modules_.back(); }
  graph::Argument argument(const Value& value, Symbol name = {});      // tensors by their current value
  // A note that a call has no meaning, an opaque Entry with the tensors in the arguments, and an Unknown as result.
  Value opaque_call(std::string_view op, const Arguments& arguments, std::string_view reason);

 private:
  friend class CallScope;
  friend class ModuleScope;
  struct Write { uint32_t version; TensorId tensor; };
  // The data of a storage. What is filled (weights of norms, buffers) keeps its one number until something else is written.
  struct Data {
    size_t size = 0;
    double value = 0;
    std::vector<double> items;                                         // empty: all are `value`
  };
  struct Storage {
    uint32_t version = 0;
    bool host = false;                                                 // on the CPU: its kernels are no launches on the device
    std::vector<Write> writes;
    std::shared_ptr<Data> data;                                        // all of it, when known
    bool estimated = false;                                            // the data are
  };
  bool may_overlap(const graph::Tensor& a, const graph::Tensor& b) const;
  Data* data_to_write(const graph::Tensor& tensor);
  graph::StorageId new_storage();
  TensorObject* object(TensorId id);
  std::vector<Storage> storages_;
  uint32_t entries_allowed_ = max_entries;
  std::vector<graph::EntryId> open_;
  std::vector<graph::ModuleId> modules_;
  std::vector<CallScope*> calls_;
  int64_t elements_chosen_ = 0;
  bool once_per_process_ = false;
  bool estimate_read_ = false;                                         // by the operation that runs
  std::vector<DTypeObject*> dtypes_;                                   // by DType
  std::unordered_map<std::string, python::Class*> named_tuples_;
  friend void define_types(Context& context);
};

// One Entry of kind Call (or Function) while it is open; entries made meanwhile lie inside it. Does nothing while not recording.
class CallScope {
 public:
  // The inputs are the tensors in the arguments, also inside lists, tuples and dicts.
  CallScope(Context& context, std::string_view op, std::string_view overload, const Arguments& arguments,
            graph::EntryKind kind = graph::EntryKind::Call);
  CallScope(Context& context, std::string_view op, std::string_view overload, std::initializer_list<Value> positional);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  bool recording() const { return entry_.valid(); }
  graph::EntryId id() const { return entry_; }
  graph::Entry& entry() { return context_.graph.entries[entry_]; }
  void view() { if (recording()) entry().is_view = true; }
  void opaque() { if (recording()) entry().opaque = true; }
  // This call writes the tensor in place: it gets a new value, other views of the storage become stale. Known data is
  // forgotten unless the caller is going to set it.
  TensorId write(TensorObject* tensor, bool keep_known = false);
  // A canonical operator. The first one makes the kernel of the call. Inputs and outputs as they are now; an input that the call writes is
  // to be taken with `before`.
  graph::OperatorId emit(std::string_view kind, std::vector<TensorId> inputs, std::vector<TensorId> outputs,
                         graph::Attributes attributes = {});
  graph::OperatorId emit(std::string_view kind, std::initializer_list<TensorObject*> inputs, std::initializer_list<TensorObject*> outputs,
                         graph::Attributes attributes = {});
  graph::KernelId kernel();                                            // makes one without operators if there is none yet (launches = 1)
  // The outputs are the tensors in `result`. Returns it.
  Value finish(Value result);

 private:
  friend class Context;
  void open(const Arguments& arguments, graph::EntryKind kind, std::string_view op, std::string_view overload);
  Context& context_;
  graph::EntryId entry_;
  graph::KernelId kernel_;
  Symbol device_;                                                      // of the tensors among the arguments
};

// One Entry of kind Module: nn.Module.__call__ opens it around hooks and forward.
class ModuleScope {
 public:
  ModuleScope(Context& context, graph::ModuleId module, Symbol upstream_class, Symbol impl, bool library, const Arguments& arguments);
  ~ModuleScope();
  ModuleScope(const ModuleScope&) = delete;
  ModuleScope& operator=(const ModuleScope&) = delete;
  Value finish(Value result);
  graph::EntryId id() const { return entry_; }

 private:
  Context& context_;
  graph::EntryId entry_;
};

// Switches recording for a while (stand-ins, fake implementations).
class RecordingGuard {
 public:
  RecordingGuard(Context& context, bool recording) : context_(context), before_(context.recording) { context.recording = recording; }
  ~RecordingGuard() { context_.recording = before_; }
  RecordingGuard(const RecordingGuard&) = delete;
  RecordingGuard& operator=(const RecordingGuard&) = delete;

 private:
  Context& context_;
  bool before_;
};

// All tensors in a value, also inside lists, tuples, dicts, in order.
void collect_tensors(Context& context, const Value& value, std::vector<TensorObject*>& out);

// Makes the native modules torch, torch.nn.functional, ... and their classes. Called by the Context's owner once.
void install(Context& context);

// Attributes sorted by name, as Operator wants them.
graph::Attributes attributes(std::initializer_list<std::pair<std::string_view, graph::Attribute>> list);

}  // namespace fusescout::torch
