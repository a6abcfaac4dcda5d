// Generators: each runs on a stack of its own, so that `yield` can stand anywhere in the tree walk.
#include "python/generator.h"

#include <pthread.h>
#include <sys/mman.h>

#include "base/check.h"
#include "python/names.h"
#include "python/scope.h"
#include "python/stack_switch.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define FUSESCOUT_ASAN 1
#else
#define FUSESCOUT_ASAN 0
#endif

namespace fusescout::python {
namespace {
constexpr size_t stack_size = FUSESCOUT_ASAN ? size_t{4} << 20 : size_t{1} << 20;   // committed as it is touched
constexpr size_t stack_guard = 64 << 10;                                              // at the bottom: an overflow ends there, not in other memory
constexpr size_t stack_reserve = FUSESCOUT_ASAN ? 512 << 10 : 96 << 10;              // for native functions at the bottom

// Unwinds the stack of a generator that nobody will resume; runs no Python.
struct Abandoned {};

}  // namespace

struct GeneratorState {
  Interpreter& interpreter;
  Function* function;
  Frame frame;
  std::vector<Value> slots;
  enum class Status : uint8_t { Fresh, Suspended, Running, Finished } status = Status::Fresh;
  StackPosition own, caller;
  void* stack = nullptr;
  std::byte* caller_limit = nullptr;
  // What crosses the switch.
  Value sent, yielded, returned, thrown_in, thrown_out;
  bool abandoned = false;
#if FUSESCOUT_ASAN
  void* fake_stack = nullptr;
  const void* caller_bottom = nullptr;
  size_t caller_size = 0;
#endif

  GeneratorState(Interpreter& i, Function* f, Frame fr, std::vector<Value> s) : interpreter(i), function(f), frame(fr), slots(std::move(s)) {
    frame.slots = slots.data();
    frame.generator = this;
  }
  ~GeneratorState() {
    if (status == Status::Suspended) {
      abandoned = true;
      switch_in();
    }
    if (stack != nullptr) munmap(stack, stack_size);
  }

  void switch_in() {
    caller_limit = interpreter.stack_limit_;
    interpreter.stack_limit_ = static_cast<std::byte*>(stack) + stack_guard + stack_reserve;
#if FUSESCOUT_ASAN
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack, stack_size);
#endif
    switch_stack(caller, own);
#if FUSESCOUT_ASAN
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    interpreter.stack_limit_ = caller_limit;
  }
  void switch_out(bool last) {
#if FUSESCOUT_ASAN
    __sanitizer_start_switch_fiber(last ? nullptr : &fake_stack, caller_bottom, caller_size);
#endif
    switch_stack(own, caller);
#if FUSESCOUT_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, &caller_bottom, &caller_size);
#endif
    (void)last;
  }

  static void entry(void* argument) {
    auto* state = static_cast<GeneratorState*>(argument);
#if FUSESCOUT_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &state->caller_bottom, &state->caller_size);
#endif
    state->run();
    state->switch_out(true);
    CHECK(false);   // a finished generator is never resumed
  }
  void run() {
    try {
      if (thrown_in.defined()) {
        Value exception = thrown_in;
        thrown_in = Value();
        throw PythonException{exception};
      }
      returned = interpreter.run_body(function, frame);
    } catch (PythonException& exception) {
      thrown_out = exception.value;
    } catch (Abandoned&) {
    }
    status = Status::Finished;
  }

  // Runs to the next yield or to the end. Undefined at the end.
  Value resume() {
    Interpreter& in = interpreter;
    if (status == Status::Running) in.raise("ValueError", "generator already executing");
    if (in.depth_ >= in.limits_.depth) {   // each has a stack of its own, so that no stack ever fills
      in.note(NoteKind::Limit, "calls are nested more than " + std::to_string(in.limits_.depth) + " deep");
      in.raise("RecursionError", "maximum recursion depth exceeded");
    }
    if (status == Status::Fresh) {
      if (!in.free_stacks_.empty()) {
        stack = in.free_stacks_.back();
        in.free_stacks_.pop_back();
      } else {
        stack = mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        CHECK(stack != MAP_FAILED);
        CHECK(mprotect(stack, stack_guard, PROT_NONE) == 0);
      }
      own = start_of_stack(static_cast<std::byte*>(stack) + stack_guard, stack_size - stack_guard, &entry, this);
    }
    status = Status::Running;
    Frame* back = in.frame_;
    uint32_t depth = in.depth_;
    Value* slot_top = in.slot_top_;
    frame.back = back;
    in.frame_ = &frame;
    ++in.depth_;
    yielded = Value();
    switch_in();
    in.frame_ = back;
    in.depth_ = depth;
    in.slot_top_ = slot_top;
    if (status != Status::Finished) return yielded;
    in.free_stacks_.push_back(stack);
    stack = nullptr;
    if (thrown_out.defined()) {
      Value exception = thrown_out;
      thrown_out = Value();
      if (in.exception_matches(exception, "StopIteration")) in.raise("RuntimeError", "generator raised StopIteration");
      throw PythonException{exception};
    }
    in.last_return = returned;
    return Value();
  }

  void abandon(Interpreter& in) {
    if (status == Status::Fresh) status = Status::Finished;
    if (status != Status::Suspended) return;
    Frame* back = in.frame_;
    uint32_t depth = in.depth_;
    Value* slot_top = in.slot_top_;
    abandoned = true;
    switch_in();
    in.frame_ = back;
    in.depth_ = depth;
    in.slot_top_ = slot_top;
    in.free_stacks_.push_back(stack);
    stack = nullptr;
  }

  // Inside the generator: hands a value out, comes back with what was sent in.
  Value yield(Value value) {
    yielded = value;
    sent = Value::none();
    status = Status::Suspended;
    switch_out(false);
    status = Status::Running;
    if (abandoned) throw Abandoned{};
    if (thrown_in.defined()) {
      Value exception = thrown_in;
      thrown_in = Value();
      throw PythonException{exception};
    }
    return sent;
  }
};

Generator::Generator(std::unique_ptr<GeneratorState> s) : Object(Kind::Generator), state(std::move(s)), name(state->frame.qualname) {}
Generator::~Generator() = default;

Value make_generator(Interpreter& interpreter, Function* function, Frame frame, std::vector<Value> slots) {
  return interpreter.make<Generator>(std::make_unique<GeneratorState>(interpreter, function, frame, std::move(slots)));
}

Value yield_from_frame(Interpreter& interpreter, Frame& frame, Value value) {
  if (frame.generator == nullptr) interpreter.raise("SyntaxError", "'yield' outside function");
  return frame.generator->yield(value);
}

namespace {

// What the iterator gives goes on to whoever runs this frame.
Value delegate(Interpreter& interpreter, Frame& frame, const Value& iterator) {
  interpreter.last_return = Value::none();
  for (;;) {
    Value item = interpreter.next(iterator);
    if (!item.defined()) return iterator.as<Generator>() != nullptr ? interpreter.last_return : Value::none();
    yield_from_frame(interpreter, frame, item);
  }
}

}  // namespace

Value yield_from_iterable(Interpreter& interpreter, Frame& frame, const Value& iterable) { return delegate(interpreter, frame, interpreter.iterate(iterable)); }

bool is_coroutine(const Generator& generator) {
  const Function* function = generator.state->function;
  const syntax::Node& node = (*function->file->ast)[function->node];
  return node.kind == syntax::NodeKind::FunctionDef && node.flag == 1;   // `async` without a `yield`
}

Value await(Interpreter& interpreter, Frame& frame, const Value& value) {
  if (value.as<Unknown>() != nullptr) return value;
  if (auto* generator = value.as<Generator>(); generator != nullptr && is_coroutine(*generator)) return delegate(interpreter, frame, value);
  Class* cls = interpreter.type_of(value);
  Value method = interpreter.find_in_class(cls, Symbol("__await__"));
  if (!method.defined()) interpreter.raise_type_error("object " + interpreter.type_name(value) + " can't be used in 'await' expression");
  return yield_from_iterable(interpreter, frame, interpreter.call(interpreter.bind(method, value, cls)));
}

bool is_fresh(const Generator& generator) { return generator.state->status == GeneratorState::Status::Fresh; }

// Unwinds a generator that nobody will resume, and frees its stack.
void abandon(Interpreter& interpreter, Generator* generator) { generator->state->abandon(interpreter); }

Value Interpreter::send(Generator* generator, Value value) {
  GeneratorState& state = *generator->state;
  if (state.status == GeneratorState::Status::Finished) {
    if (is_coroutine(*generator)) raise("RuntimeError", "cannot reuse already awaited coroutine");
    last_return = Value::none();
    return Value();
  }
  if (state.status == GeneratorState::Status::Fresh && !value.is_none() && value.defined())
    raise_type_error("can't send non-None value to a just-started generator");
  state.sent = value.defined() ? value : Value::none();
  return state.resume();
}

Value Interpreter::throw_into(Generator* generator, Value exception) {
  GeneratorState& state = *generator->state;
  if (state.status == GeneratorState::Status::Finished) throw PythonException{exception};
  state.thrown_in = exception;
  return state.resume();
}

void Interpreter::close(Generator* generator) {
  GeneratorState& state = *generator->state;
  if (state.status == GeneratorState::Status::Finished) return;
  if (state.status == GeneratorState::Status::Fresh) {
    state.status = GeneratorState::Status::Finished;
    return;
  }
  Value exit = make_exception(builtin_class("GeneratorExit"), {});
  bool yielded = false;
  Value other;
  try {
    yielded = throw_into(generator, exit).defined();
  } catch (PythonException& thrown) {
    if (!exception_matches(thrown.value, "GeneratorExit") && !exception_matches(thrown.value, "StopIteration")) other = thrown.value;
  }
  if (other.defined()) throw PythonException{other};
  if (yielded) raise("RuntimeError", "generator ignored GeneratorExit");
}

// The stack of the thread that evaluates.
std::byte* thread_stack_limit() {
  pthread_attr_t attributes;
  void* bottom = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return nullptr;
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  return static_cast<std::byte*>(bottom) + stack_reserve * 2;
}

void release_stacks(std::vector<void*>& stacks) {
  for (void* stack : stacks) munmap(stack, stack_size);
  stacks.clear();
}

}  // namespace fusescout::python
