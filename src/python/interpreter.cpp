#include "python/interpreter.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/allocation.h"
#include "base/check.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {
namespace {
constexpr size_t slot_capacity = 1 << 19;   // values of all running functions together: 8 MiB, touched as used
constexpr size_t lookup_cache_size = 4096;  // a power of two
}  // namespace

// generator.cpp
std::byte* thread_stack_limit();
void release_stacks(std::vector<void*>& stacks);

Interpreter::Interpreter(ModuleLoader& loader, graph::Expressions& expressions, Limits limits)
    : loader_(loader), expressions_(expressions), limits_(limits), lookups_(lookup_cache_size) {
  slot_memory_.reset(new std::byte[slot_capacity * sizeof(Value)]);
  slot_top_ = reinterpret_cast<Value*>(slot_memory_.get());
  slot_end_ = slot_top_ + slot_capacity;
  stack_limit_ = thread_stack_limit();
  ellipsis_ = make<EllipsisObject>();
  not_implemented_ = make<NotImplementedObject>();
  builtins_ = dict();
  set_up_types();
  set_up_builtins();
  set_up_modules();
  limits_.heap_bytes += static_cast<size_t>(std::max<int64_t>(allocated_bytes(), 0));   // from here on it bounds all that the thread holds
}

Interpreter::~Interpreter() { release_stacks(free_stacks_); }

std::optional<Interpreter::Failure> Interpreter::guard(const std::function<void()>& action) {
  Frame* frame = frame_;
  Value* slots = slot_top_;
  uint32_t depth = depth_;
  Failure failure;
  try {
    action();
    return std::nullopt;
  } catch (PythonException& exception) {
    failure.exception = exception.value;
  }
  frame_ = frame;
  slot_top_ = slots;
  depth_ = depth;
  failure.type = type_name(failure.exception);
  try {
    failure.message = to_str(failure.exception);
  } catch (PythonException&) {
    failure.message = "(its own __str__ failed)";
  }
  if (auto* instance = failure.exception.as<Instance>(); instance != nullptr && instance->attributes != nullptr) {
    if (Value* trace = instance->attributes->find(names::__traceback__)) {
      if (auto* entries = trace->as<List>()) {
        for (auto it = entries->items.rbegin(); it != entries->items.rend(); ++it) {
          if (auto* entry = it->as<Tuple>()) failure.stack.emplace_back(entry->items[0].as<Str>()->symbol(), static_cast<uint32_t>(entry->items[1].integer));
        }
      }
    }
  }
  return failure;
}

namespace {

// The str of each symbol, one for all interpreters and threads: it never changes and is never freed, as the symbol itself.
class SymbolStrings {
 public:
  Str* get(Symbol name) {
    std::atomic<Slot*>& place = chunks_.at(name.id() / chunk_size);
    Slot* chunk = place.load(std::memory_order_acquire);
    if (chunk == nullptr) chunk = publish(place, new Slot[chunk_size](), [](Slot* unused) { delete[] unused; });
    Slot& slot = chunk[name.id() % chunk_size];
    Str* object = slot.load(std::memory_order_acquire);
    if (object != nullptr) return object;
    object = new Str(name.str());
    object->symbol_ = name;
    object->interned_ = true;
    return publish(slot, object, [](Str* unused) { delete unused; });
  }

 private:
  using Slot = std::atomic<Str*>;
  static constexpr size_t chunk_size = 4096;
  // Another thread may have been first.
  template <typename T, typename Drop>
  static T* publish(std::atomic<T*>& place, T* made, Drop drop) {
    T* before = nullptr;
    if (place.compare_exchange_strong(before, made, std::memory_order_acq_rel)) return made;
    drop(made);
    return before;
  }
  std::array<std::atomic<Slot*>, 16384> chunks_{};
};

}  // namespace

Value Interpreter::str(Symbol name) {
  static auto* strings = new SymbolStrings;
  return strings->get(name);
}

Value Interpreter::integer(graph::Dim dim) {
  if (!dim.symbolic()) return Value::of(dim.value);
  return make<SymbolicInt>(dim);
}

Value Interpreter::function(std::string_view name, NativeBody body) { return make<NativeFunction>(Symbol(name), std::move(body)); }

Value Interpreter::unknown(std::string reason, std::string path) {
  note(NoteKind::Unknown, "`" + path + "`: " + reason);
  return make<Unknown>(std::move(reason), std::move(path), current_file(), current_line());
}

Symbol Interpreter::current_file() const {
  for (Frame* f = frame_; f != nullptr; f = f->back) {
    if (f->file != nullptr) return f->file->path;
  }
  return Symbol();
}

uint32_t Interpreter::current_line() const {
  for (Frame* f = frame_; f != nullptr; f = f->back) {
    if (f->file != nullptr) return f->line;
  }
  return 0;
}

bool Interpreter::misfit(Symbol other_file, const std::string& what) {
  auto tree = [](Symbol file) { return file.view().substr(0, file.view().find('/')); };
  bool here = std::find(misfits.begin(), misfits.end(), std::pair(current_file(), current_line())) != misfits.end();
  bool partner = std::find(partners.begin(), partners.end(), tree(other_file)) != partners.end();
  if (!here || !partner || tree(current_file()) == tree(other_file)) return false;
  note(NoteKind::Assumption, "these releases do not fit each other: " + what);
  return true;
}

Value Interpreter::lacking(Module* module, Symbol name) {
  Symbol file = module->file != nullptr ? module->file->path : Symbol();
  if (!misfit(file, "`" + module->name.str() + "` has no `" + name.str() + "`; it is unknown")) return {};
  return unknown("a name that this release lacks", module->name.str() + "." + name.str());
}

void Interpreter::note(NoteKind kind, std::string message) {
  Symbol file = current_file();
  uint32_t line = current_line();
  // Said once for each place: all layers of a model pass it.
  std::string seen = std::to_string(file.id()) + ":" + std::to_string(line) + ":" + std::to_string(static_cast<int>(kind)) + message;
  if (seen_notes_.insert(std::move(seen)).second) notes_.push_back({kind, file, line, std::move(message)});
}

void Interpreter::check_stack() {
  if (static_cast<std::byte*>(__builtin_frame_address(0)) >= stack_limit_) return;
  note(NoteKind::Limit, "the evaluator's own stack is full");
  raise("RecursionError", "maximum recursion depth exceeded");
}

void Interpreter::count_step(Frame& frame, uint32_t line) {
  frame.line = line;
  // Every step: a loop that doubles a list goes from nothing to all memory in thirty.
  bool out_of_steps = ++steps_ >= limits_.steps, out_of_memory = allocated_bytes() > static_cast<int64_t>(limits_.heap_bytes);
  if (!out_of_steps && !out_of_memory) return;
  constexpr uint64_t for_handlers = 1'000'000;
  uint64_t steps = limits_.steps;
  limits_.steps = steps_ + for_handlers;   // the error is on its way
  if (out_of_memory) limits_.heap_bytes *= 2;
  if (out_of_steps) limit_reached("TimeoutError", "the evaluation took more than " + std::to_string(steps) + " statements");
  limit_reached("MemoryError", "the evaluation took too much memory");
}

void Interpreter::limit_reached(std::string_view builtin_type, std::string what) {
  if (limited_) ended_ = true;
  else note(NoteKind::Limit, std::move(what));
  limited_ = true;
  raise(builtin_type, "limit of the evaluator reached");
}

// --- raising

Value Interpreter::make_exception(Class* type, std::vector<Value> arguments) { return instantiate(type, Arguments{arguments, {}}); }

void Interpreter::raise(Class* type, std::string message) { throw PythonException{make_exception(type, {str(std::move(message))})}; }

void Interpreter::raise(std::string_view builtin_type, std::string message) { raise(builtin_class(builtin_type), std::move(message)); }

bool Interpreter::exception_matches(const Value& exception, std::string_view builtin_type) {
  return type_of(exception)->derives_from(builtin_class(builtin_type));
}

}  // namespace fusescout::python
