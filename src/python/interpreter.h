// The evaluator of Python source. One Interpreter is one fresh process: own modules, own heap, own epoch counter.
// Knows neither torch nor vllm: other layers add native modules, classes and hooks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error_or.h"
#include "base/symbol.h"
#include "graph/expression.h"
#include "python/value.h"
#include "syntax/ast.h"

namespace fusescout::python {

// Where Python modules come from. Dotted names are absolute.
struct ModuleSource {
  Symbol path;                                  // relative to its tree, as shown to people
  std::shared_ptr<const syntax::Ast> ast;
  bool package = false;
};
class ModuleLoader {
 public:
  virtual ~ModuleLoader() = default;
  virtual bool exists(Symbol dotted) = 0;                                  // cheap: no parsing
  virtual std::optional<ModuleSource> load(Symbol dotted) = 0;             // nullopt: no such module
  // Statements that run in the module's namespace after its own body (a stand-in that replaces single names), or nullopt.
  virtual std::optional<ModuleSource> overlay(Symbol dotted) = 0;
  // For a module that has no source here: true if a normal installation has the package (then it is an Unknown), false: ImportError.
  virtual bool installed(Symbol dotted) = 0;
};

enum class NoteKind : uint8_t {
  Unknown,       // an Unknown arose
  Assumption,    // a branch was decided on an Unknown
  Condition,     // a branch was decided on a symbolic integer: holds for this scenario only
  Limit,         // steps, depth or memory ran out
  Unsupported,   // a feature of Python that the evaluator lacks
};
struct Note {
  NoteKind kind;
  Symbol file;
  uint32_t line;
  std::string message;
};

struct Limits {
  uint64_t steps = 50'000'000;                  // statements
  uint32_t depth = 900;                         // Python calls
  size_t heap_bytes = size_t{900} << 20;
};

// One running function, class body or module body.
struct Frame {
  Frame* back = nullptr;
  CodeFile* file = nullptr;
  CodeScope* scope = nullptr;
  Module* module = nullptr;
  Function* function = nullptr;                 // nullptr in class and module bodies
  Dict* names = nullptr;                        // class and module bodies
  Value* slots = nullptr;
  const std::vector<Cell*>* closure = nullptr;
  Cell* class_cell = nullptr;
  uint32_t line = 0;
  Symbol qualname;
  GeneratorState* generator = nullptr;
  bool ignores = false;                         // the value of the statement that runs: it is an expression alone
  uint32_t try_depth = 0;                       // enclosing `try` statements in this frame
  Value handled;                                // the exception that is being handled: for a bare `raise`
};

class Interpreter {
 public:
  Interpreter(ModuleLoader& loader, graph::Expressions& expressions, Limits limits = {});
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // --- front doors: run Python, catch Python exceptions
  struct Failure { Value exception; std::string type; std::string message; std::vector<std::pair<Symbol, uint32_t>> stack; };  // outermost first
  // Calls `action`; a Python exception that it lets out comes back as a Failure.
  std::optional<Failure> guard(const std::function<void()>& action);

  // --- making values
  Heap& heap() { return heap_; }
  template <typename T, typename... A> T* make(A&&... a) { return heap_.make<T>(std::forward<A>(a)...); }
  Value str(std::string text) { return heap_.make<Str>(std::move(text)); }
  Value str(Symbol name);                                                  // one object per symbol
  Value tuple(std::vector<Value> items) { return heap_.make<Tuple>(std::move(items)); }
  Value list(std::vector<Value> items) { return heap_.make<List>(std::move(items)); }
  Dict* dict() { return heap_.make<Dict>(); }
  Value integer(graph::Dim dim);                                           // an int, or a SymbolicInt when it is symbolic
  Value function(std::string_view name, NativeBody body);
  Value unknown(std::string reason, std::string path);                     // with a Note at the current line
  Value ellipsis() const { return ellipsis_; }
  Value not_implemented() const { return not_implemented_; }

  // --- reading values
  bool is_string(const Value& v) const;                                    // str or a subclass
  std::string_view text_of(const Value& v);                                // of a str or a subclass; else TypeError
  bool is_integer(const Value& v) const;                                   // int, bool, SymbolicInt or a subclass of int
  graph::Dim dim_of(const Value& v);                                       // of such a value, or by __index__; else TypeError
  int64_t int_of(const Value& v) { return dim_of(v).value; }
  bool is_number(const Value& v) const;                                    // integer or float
  double float_of(const Value& v);
  Value unwrap(const Value& v) const;                                      // the builtin value inside an instance of a subclass of a builtin type
  bool is_callable(const Value& v);
  Class* type_of(const Value& v) const;
  std::string type_name(const Value& v) const { return type_of(v)->name.str(); }

  // --- operations, as Python's; all may throw PythonException
  bool truth(const Value& v);                                              // an Unknown: decided and noted
  // Symbolic integers are decided by their values; unless they differ by a constant, that is noted as a Condition.
  bool compare_dims(syntax::CompareOperator op, graph::Dim a, graph::Dim b);
  int64_t concrete(graph::Dim dim);                                        // the value, where only a plain number will do; noted
  bool equal(const Value& a, const Value& b);
  uint64_t hash(const Value& v);
  std::string repr(const Value& v);
  std::string to_str(const Value& v);                                      // str(v)
  std::string format(const Value& v, std::string_view spec);               // format(v, spec)
  Value call(const Value& callee, const Arguments& arguments);
  Value call(const Value& callee, std::initializer_list<Value> positional = {});
  Value get_attribute(const Value& object, Symbol name);                   // AttributeError when there is none
  Value find_attribute(const Value& object, Symbol name);                  // Undefined when there is none
  void set_attribute(const Value& object, Symbol name, const Value& value);
  void delete_attribute(const Value& object, Symbol name);
  // object.__getattribute__ and object.__setattr__, without the class's own __getattr__ and __setattr__.
  Value find_attribute_plain(const Value& object, Symbol name);
  void set_attribute_plain(const Value& object, Symbol name, const Value& value);
  void delete_attribute_plain(const Value& object, Symbol name);
  Value find_in_class(Class* cls, Symbol name);                            // along the MRO, not bound; Undefined when there is none
  Value bind(const Value& attribute, const Value& self, Class* owner);     // descriptor protocol: __get__
  Value get_item(const Value& object, const Value& index);
  void set_item(const Value& object, const Value& index, const Value& value);
  void delete_item(const Value& object, const Value& index);
  bool contains(const Value& container, const Value& item);
  Value binary(syntax::BinaryOperator op, const Value& a, const Value& b);
  Value in_place(syntax::BinaryOperator op, const Value& a, const Value& b);
  Value unary(syntax::UnaryOperator op, const Value& a);
  Value compare(syntax::CompareOperator op, const Value& a, const Value& b);
  bool less(const Value& a, const Value& b) { return truth(compare(syntax::CompareOperator::Lt, a, b)); }
  Value iterate(const Value& iterable);                                    // iter(x): an Iterator, a Generator or an object with __next__
  Value next(const Value& iterator);                                       // Undefined at the end
  void for_each(const Value& iterable, const std::function<void(const Value&)>& action);
  std::vector<Value> to_vector(const Value& iterable);
  int64_t length(const Value& v);
  Value send(Generator* generator, Value value);                           // Undefined when it returned (StopIteration.value in last_return)
  Value throw_into(Generator* generator, Value exception);
  void close(Generator* generator);
  Value last_return;                                                       // what the last finished generator returned
  bool is_instance(const Value& v, const Value& class_or_tuple);
  bool is_subclass(const Value& cls, const Value& class_or_tuple);

  // --- dict and set access by value
  Value* dict_find(Dict* dict, const Value& key) { return dict->find(*this, key, hash(key)); }
  void dict_set(Dict* dict, const Value& key, Value value) { dict->set(*this, key, hash(key), value); }
  bool dict_erase(Dict* dict, const Value& key) { return dict->erase(*this, key, hash(key)); }

  // --- raising
  [[noreturn]] void raise(Class* type, std::string message);
  [[noreturn]] void raise(std::string_view builtin_type, std::string message);   // "TypeError"
  [[noreturn]] void raise_type_error(std::string message) { raise("TypeError", std::move(message)); }
  Value make_exception(Class* type, std::vector<Value> arguments);
  bool exception_matches(const Value& exception, std::string_view builtin_type);

  // --- classes
  Class* builtin_class(std::string_view name);                             // "int", "ValueError", "object", ...; CHECKs that it exists
  Class* iterator_class(Symbol type_name);                                 // of native iterators of that name
  // A native class. Methods are added with add_method; the class is put nowhere.
  Class* make_class(std::string_view name, std::vector<Class*> bases, Layout layout = Layout::Plain);
  void add_method(Class* cls, std::string_view name, NativeBody body);
  void add_static_method(Class* cls, std::string_view name, NativeBody body);
  void add_class_method(Class* cls, std::string_view name, NativeBody body);
  void add_property(Class* cls, std::string_view name, NativeBody getter, NativeBody setter = nullptr);
  // type.__new__: computes the MRO, calls __set_name__ and __init_subclass__.
  Value create_class(Class* metaclass, Symbol name, std::vector<Value> bases, Dict* names, const Arguments& keywords);
  Value instantiate(Class* cls, const Arguments& arguments);               // type.__call__
  void check_instantiable(Class* cls);                                     // TypeError for an abstract class
  void class_changed();                                                    // call after changing the dict of any class

  // --- modules
  Value import_module(Symbol dotted);                                      // runs it when needed; ImportError when there is none
  Value in_another_process(const Value& function);                         // its result; what it imports counts as not imported here
  Module* add_native_module(std::string_view dotted);                      // an empty module that shadows any source
  void add_native_module(std::string_view dotted, void (*fill)(Interpreter&, Module*));   // filled when something first looks at it
  bool module_exists(Symbol dotted);                                       // native or with source; runs nothing
  void set_module(Symbol dotted, Module* module);                          // what an import of that name finds; nullptr: forgets it
  std::vector<Module*> modules() const;                                    // all that were named so far, sorted
  Module* find_module(Symbol dotted);                                      // nullptr while nobody imported it
  Value module_attribute(Module* module, Symbol name, uint32_t epoch);     // as of an epoch; Undefined when there is none
  uint32_t epoch() const { return epoch_; }
  Dict* builtins() { return builtins_; }
  // Runs source text as a module of that name (tests, catalogue, patterns).
  Module* run_source(Symbol module_name, Symbol path, std::shared_ptr<const syntax::Ast> ast);
  // An expression among a module's globals (nullptr: builtins only); `names` come first.
  Value evaluate_text(Module* module, Dict* names, std::string_view expression);
  // For tests and stand-ins: `print` writes here.
  std::function<void(std::string_view)> print_hook;

  // --- where we are
  Frame* frame() const { return frame_; }
  Symbol current_file() const;
  uint32_t current_line() const;
  uint64_t steps() const { return steps_; }
  // Raises: a loop without an end, most likely. Handlers run, and may take the exception, the first time only.
  [[noreturn]] void limit_reached(std::string_view builtin_type, std::string what);
  void note(NoteKind kind, std::string message);
  const std::vector<Note>& notes() const { return notes_; }
  graph::Expressions& expressions() { return expressions_; }
  ModuleLoader& loader() { return loader_; }

  // --- hooks of other layers
  // Called before a Python function runs; a defined result replaces the call. Used for stand-ins of functions by qualified name.
  std::function<Value(Interpreter&, Function*, const Arguments&)> call_hook;
  // Called when running code gives a global or a class's attribute another value: it lasts longer than the call.
  std::function<void(const Frame&)> lasting_write_hook;
  void lasting_write(const Value* old, const Value& value) {
    if (lasting_write_hook && frame_ != nullptr && (old == nullptr || !old->identical(value))) lasting_write_hook(*frame_);
  }
  // Lines where two trees do not fit each other: another release of one was meant. Arguments that a function of the other tree does not know
  // are left out there, those that it wants and what its objects and modules lack are unknown; each with a Note. `partners`: the trees that are
  // released apart and meant for each other.
  std::vector<std::pair<Symbol, uint32_t>> misfits;
  std::vector<std::string_view> partners;
  bool workers_forked = false;                                             // what is imported in another process is imported here as well
  bool misfit(Symbol other_file, const std::string& what);                 // notes it
  Value lacking(Module* module, Symbol name);                              // a name that another release has; not defined where the trees fit
  // Called when an Unknown is called; a defined result is the call's value (the torch layer records an opaque call). Default: an Unknown.
  std::function<Value(Interpreter&, const Unknown&, const Arguments&)> unknown_call_hook;
  // Decides a branch on an Unknown; default: false.
  std::function<bool(Interpreter&, const Unknown&)> unknown_branch_rule;
  void* user_data = nullptr;                                               // the torch layer's context

  // --- used by the parts of the evaluator (exec.cpp, eval.cpp, ...); not for other layers
  Value call_function(Function* function, const Arguments& arguments);
  Value run_body(Function* function, Frame& frame);
  enum class Flow : uint8_t { Next, Return, Break, Continue };
  Flow execute_block(Frame& frame, syntax::NodeId block);
  Flow execute(Frame& frame, syntax::NodeId statement);
  Value evaluate(Frame& frame, syntax::NodeId expression);
  void check_stack();                                                      // RecursionError when the C++ stack is nearly full
  Value result;                                                            // of the `return` that is on its way

 private:
  friend struct GeneratorState;
  struct CachedLookup { const Class* cls = nullptr; Symbol name; uint64_t version = 0; Value value; };

  // builtins/: what exists before any source runs
  void set_up_types();                                                     // type objects and the exception tree
  void set_up_builtins();                                                  // functions and methods of the builtin types
  void set_up_modules();                                                   // modules/: native parts of the standard library
  Value binary_slow(syntax::BinaryOperator op, const Value& a, const Value& b, bool in_place);
  Value rich_compare(syntax::CompareOperator op, const Value& a, const Value& b);   // Undefined: neither side knows

  // eval.cpp, exec.cpp, call.cpp, imports.cpp, classes.cpp
  void bind_parameters(Function* function, const Arguments& arguments, Value* slots);
  Value evaluate_call(Frame& frame, const syntax::Node& node);
  Value find_method(const Value& object, Symbol name, bool& prepend_self); // attribute for a call, without making a bound method
  Value evaluate_name(Frame& frame, syntax::NodeId id);
  Value evaluate_comprehension(Frame& frame, syntax::NodeId id);
  void run_comprehension(Frame& frame, std::span<const syntax::NodeId> clauses, const std::function<void()>& action);
  void run_generator_expression(Frame& frame, const syntax::Node& node);
  Value evaluate_string(Frame& frame, const syntax::Node& node);
  Value make_function(Frame& frame, syntax::NodeId id);
  void store_name(Frame& frame, syntax::NodeId id, const Value& value);
  void assign(Frame& frame, syntax::NodeId target, const Value& value);
  void unpack(Frame& frame, const syntax::Node& target, const Value& value);
  void unbind(Frame& frame, syntax::NodeId id);
  void delete_target(Frame& frame, syntax::NodeId target);
  Value load_global(Frame& frame, Symbol name);
  Flow execute_try(Frame& frame, const syntax::Node& node);
  Flow execute_with(Frame& frame, const syntax::Node& node, uint32_t item);
  Flow execute_for(Frame& frame, const syntax::Node& node);
  Flow execute_match(Frame& frame, const syntax::Node& node);
  bool match_pattern(Frame& frame, syntax::NodeId pattern, const Value& subject);
  void execute_class(Frame& frame, syntax::NodeId id);
  void execute_import(Frame& frame, syntax::NodeId id);
  Value bind_import(Frame& frame, Symbol module, Symbol attribute);
  void run_top_level(Module* module, CodeFile* file, syntax::NodeId statement);
  void in_top_level_frame(Module* module, CodeFile* file, Dict* names, const std::function<void(Frame&)>& action);
  void add_to_traceback(const PythonException& exception, const Frame& frame);
  void count_step(Frame& frame, uint32_t line);
  Module* module_for(Symbol dotted, uint32_t epoch);                       // registers it, does not run it
  Module* module_in_packages(Symbol dotted, uint32_t epoch);               // and what it lies in
  void import_again(Module* module);                                       // one that only another process has imported
  [[noreturn]] void raise_missing(Symbol dotted);                          // ModuleNotFoundError
  void load(Module* module);                                               // runs the body
  void run_module_body(Module* module);
  bool demand(Module* module, Symbol name);                                // runs the statement that binds a name, out of order
  Value force(LazyImport* import);
  Value force_in(Module* module, Symbol name);                             // what a module's name imports, bound to it from now on
  Symbol absolute_module(Module* from, Symbol name, uint32_t dots);

  Heap heap_;
  ModuleLoader& loader_;
  graph::Expressions& expressions_;
  Limits limits_;
  Frame* frame_ = nullptr;
  uint64_t steps_ = 0;
  bool limited_ = false, ended_ = false;                                   // a limit was reached; again, and nothing is handled any more
  uint32_t depth_ = 0;
  uint32_t epoch_ = 0;
  std::vector<Note> notes_;
  Dict* builtins_ = nullptr;
  std::unordered_map<Symbol, Module*> modules_;
  bool other_process_ = false;                                             // in_another_process runs
  std::unordered_map<Symbol, void (*)(Interpreter&, Module*)> native_modules_;
  std::unordered_map<std::string_view, Class*> builtin_classes_;           // keys are literals
  Class *object_class_ = nullptr, *type_class_ = nullptr;
  std::array<Class*, 6> tag_classes_{};
  std::array<Class*, 32> kind_classes_{};
  std::unordered_map<Symbol, Class*> iterator_classes_;
  std::unordered_set<std::string> seen_notes_;
  std::vector<const Object*> in_repr_;
  Cell* new_class_cell_ = nullptr;                                         // `__class__` of the class statement that runs
  std::vector<CachedLookup> lookups_;
  uint64_t class_version_ = 1;
  const Class::Hooks& hooks_of(Class* cls);
  Value ellipsis_, not_implemented_;
  std::vector<std::unique_ptr<CodeFile>> files_;
  std::unique_ptr<std::byte[]> slot_memory_;                               // locals of running functions
  Value* slot_top_ = nullptr;
  Value* slot_end_ = nullptr;
  std::byte* stack_limit_ = nullptr;                                       // below it the C++ stack is nearly full
  std::vector<void*> free_stacks_;                                         // of finished generators
};

}  // namespace fusescout::python
