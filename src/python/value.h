// The values of the Python evaluator. Small values (None, bool, int, float) are held in place; everything else is an Object that lives in
// the Heap of one evaluation and dies with it: nothing is freed before, nothing is counted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/symbol.h"
#include "graph/expression.h"

namespace fusescout::syntax { struct Ast; }

namespace fusescout::python {

class Interpreter;
struct Object;
struct Class;
struct Dict;
struct Function;
struct Module;

enum class Tag : uint8_t { Undefined, None, Bool, Int, Float, Object };

struct Value {
  Tag tag = Tag::Undefined;          // Undefined: an unbound variable or an absent value; no Python object
  union {
    bool boolean;
    int64_t integer;
    double number;
    Object* object;
  };

  constexpr Value() : integer(0) {}
  constexpr Value(Object* o) : tag(Tag::Object), object(o) {}                 // NOLINT
  static constexpr Value none() { Value v; v.tag = Tag::None; return v; }
  static constexpr Value of(bool b) { Value v; v.tag = Tag::Bool; v.boolean = b; return v; }
  static constexpr Value of(int64_t i) { Value v; v.tag = Tag::Int; v.integer = i; return v; }
  static constexpr Value of(double d) { Value v; v.tag = Tag::Float; v.number = d; return v; }
  template <typename T> static Value of(T) = delete;                          // no silent conversions

  bool defined() const { return tag != Tag::Undefined; }
  bool is_none() const { return tag == Tag::None; }
  bool is_bool() const { return tag == Tag::Bool; }
  bool is_int() const { return tag == Tag::Int; }                             // not bool
  bool is_float() const { return tag == Tag::Float; }
  bool is_object() const { return tag == Tag::Object; }
  template <typename T> T* as() const;                                        // nullptr when it is no T
  // `is` of Python.
  bool identical(const Value& other) const {
    if (tag != other.tag) return false;
    switch (tag) {
      case Tag::Bool: return boolean == other.boolean;
      case Tag::Int: return integer == other.integer;
      case Tag::Float: return number == other.number;
      case Tag::Object: return object == other.object;
      default: return true;
    }
  }
};

enum class Kind : uint8_t {
  Str, Bytes, List, Tuple, Dict, Set, Range, Slice, Ellipsis, NotImplemented,
  Function, NativeFunction, BoundMethod, Class, Instance, Module, Property, ClassMethod, StaticMethod, Super,
  Cell, Iterator, Generator, SymbolicInt, Unknown, LazyImport,
};

struct Object {
  Kind kind;
  explicit Object(Kind k) : kind(k) {}
  virtual ~Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
};

template <typename T>
T* Value::as() const {
  return tag == Tag::Object && T::matches(object->kind) ? static_cast<T*>(object) : nullptr;
}

// Owns all objects of one evaluation.
class Heap {
 public:
  Heap() = default;
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  template <typename T, typename... A>
  T* make(A&&... arguments) {
    T* object = new (allocate(sizeof(T))) T(std::forward<A>(arguments)...);
    objects_.push_back(object);
    return object;
  }
  size_t bytes() const { return bytes_; }

 private:
  void* allocate(size_t size);
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  size_t bytes_ = 0;
  std::vector<Object*> objects_;
};

struct Str final : Object {
  static bool matches(Kind k) { return k == Kind::Str; }
  std::string text;                   // UTF-8
  mutable Symbol symbol_;             // once used as a key or name
  mutable bool interned_ = false;
  explicit Str(std::string t) : Object(Kind::Str), text(std::move(t)) {}
  Symbol symbol() const {
    if (!interned_) { symbol_ = Symbol(text); interned_ = true; }
    return symbol_;
  }
};

struct Bytes final : Object {
  static bool matches(Kind k) { return k == Kind::Bytes; }
  std::string data;
  explicit Bytes(std::string d) : Object(Kind::Bytes), data(std::move(d)) {}
};

struct List final : Object {
  static bool matches(Kind k) { return k == Kind::List; }
  std::vector<Value> items;
  List() : Object(Kind::List) {}
  explicit List(std::vector<Value> i) : Object(Kind::List), items(std::move(i)) {}
};

struct Tuple final : Object {
  static bool matches(Kind k) { return k == Kind::Tuple; }
  std::vector<Value> items;
  explicit Tuple(std::vector<Value> i) : Object(Kind::Tuple), items(std::move(i)) {}
};

// Insertion-ordered hash map, for dict, namespaces and (values unused) set. Keys are hashed by Interpreter::hash; names by Symbol.
struct Dict final : Object {
  static bool matches(Kind k) { return k == Kind::Dict; }
  struct Entry { Value key; Value value; uint64_t hash = 0; };  // key undefined: deleted
  std::vector<Entry> entries;
  std::vector<uint32_t> index;        // open addressing, empty while small; value = entry + 1
  size_t live = 0;
  Dict() : Object(Kind::Dict) {}

  static uint64_t hash_of(Symbol s) { return (s.id() + 1) * 0x9E3779B97F4A7C15ull; }
  // By name: the key is a Str. `find` gives a pointer that is valid until the next insertion.
  Value* find(Symbol name);
  void set(Interpreter& interpreter, Symbol name, Value value);
  bool erase(Symbol name);
  // By value, with the hash that Interpreter::hash gives; equality asks Interpreter::equal.
  Value* find(Interpreter& interpreter, const Value& key, uint64_t hash);
  void set(Interpreter& interpreter, const Value& key, uint64_t hash, Value value);
  bool erase(Interpreter& interpreter, const Value& key, uint64_t hash);
  void clear();
  void swap(Dict& other);

 private:
  friend struct Set;
  void append(Value key, Value value, uint64_t hash);
  void rebuild();
  template <typename Same> Entry* locate(uint64_t hash, Same&& same);
};

struct Set final : Object {
  static bool matches(Kind k) { return k == Kind::Set; }
  Dict* table;
  bool frozen;
  Set(Dict* t, bool f) : Object(Kind::Set), table(t), frozen(f) {}
};

struct Range final : Object {
  static bool matches(Kind k) { return k == Kind::Range; }
  int64_t start, stop, step;
  Range(int64_t a, int64_t b, int64_t c) : Object(Kind::Range), start(a), stop(b), step(c) {}
  int64_t length() const { return step > 0 ? (stop > start ? (stop - start + step - 1) / step : 0) : (start > stop ? (start - stop - step - 1) / -step : 0); }
};

struct Slice final : Object {
  static bool matches(Kind k) { return k == Kind::Slice; }
  Value start, stop, step;            // None when absent
  Slice(Value a, Value b, Value c) : Object(Kind::Slice), start(a), stop(b), step(c) {}
};

struct SymbolicInt final : Object {   // an int that depends on the scenario: see graph::Dim
  static bool matches(Kind k) { return k == Kind::SymbolicInt; }
  graph::Dim dim;
  explicit SymbolicInt(graph::Dim d) : Object(Kind::SymbolicInt), dim(d) {}
};

// What the evaluator does not know, why, and where it arose. Every operation on it gives an Unknown with the same origin.
struct Unknown final : Object {
  static bool matches(Kind k) { return k == Kind::Unknown; }
  std::string reason;                 // "module `zmq` is not evaluated"
  std::string path;                   // how it was reached: "zmq.Context().socket"
  Symbol file;
  uint32_t line = 0;
  Unknown(std::string r, std::string p, Symbol f, uint32_t l) : Object(Kind::Unknown), reason(std::move(r)), path(std::move(p)), file(f), line(l) {}
};

struct Cell final : Object {
  static bool matches(Kind k) { return k == Kind::Cell; }
  Value value;
  Cell() : Object(Kind::Cell) {}
};

struct KeywordArgument { Symbol name; Value value; };

// The arguments of one call; valid during the call only.
struct Arguments {
  std::span<const Value> positional;
  std::span<const KeywordArgument> keywords;
  size_t size() const { return positional.size(); }
  const Value& operator[](size_t i) const { return positional[i]; }
  // Undefined when absent.
  Value keyword(Symbol name) const {
    for (const KeywordArgument& k : keywords) if (k.name == name) return k.value;
    return Value();
  }
  // Positional argument i or the keyword of that name, else Undefined.
  Value get(size_t i, Symbol name) const { return i < positional.size() ? positional[i] : keyword(name); }
};

using NativeBody = std::function<Value(Interpreter&, const Arguments&)>;

struct NativeFunction final : Object {
  static bool matches(Kind k) { return k == Kind::NativeFunction; }
  Symbol name;
  NativeBody body;
  bool binds = true;                  // as a class attribute it becomes a bound method
  bool strict = false;                // an Unknown among its positional arguments is its result
  Symbol owner;                       // the builtin type that it is a method of
  NativeFunction(Symbol n, NativeBody b) : Object(Kind::NativeFunction), name(n), body(std::move(b)) {}
};

struct CodeScope;                     // scope.h: the resolved names of one function

// The code of one source file: what Function and Module objects run.
struct CodeFile {
  Symbol path;                        // relative to the tree, as shown to people
  std::shared_ptr<const syntax::Ast> ast;
  // By node, filled by resolve_scope: how a Name resolves; 1 + index of the scope of a Lambda, GeneratorExp or Module, or of a definition's Block.
  std::vector<uint32_t> resolution;
  std::vector<std::unique_ptr<CodeScope>> scopes;
  explicit CodeFile(Symbol p, std::shared_ptr<const syntax::Ast> a);
  ~CodeFile();
};

struct Function final : Object {
  static bool matches(Kind k) { return k == Kind::Function; }
  CodeFile* file = nullptr;
  uint32_t node = 0;                  // FunctionDef, Lambda or GeneratorExp
  CodeScope* scope = nullptr;
  Module* module = nullptr;           // globals
  Symbol name, qualname;
  std::vector<Value> defaults;        // by parameter; Undefined: required
  std::vector<Cell*> closure;         // by CodeScope::free_names
  Cell* class_cell = nullptr;         // what `super()` and `__class__` mean; holds a Class
  Dict* attributes = nullptr;         // __dict__ and overridden __name__, __doc__, __wrapped__, ...
  Function() : Object(Kind::Function) {}
};

struct BoundMethod final : Object {
  static bool matches(Kind k) { return k == Kind::BoundMethod; }
  Value self, function;
  BoundMethod(Value s, Value f) : Object(Kind::BoundMethod), self(s), function(f) {}
};

struct Property final : Object {
  static bool matches(Kind k) { return k == Kind::Property; }
  Value getter, setter, deleter, doc;  // Undefined when absent
  Property() : Object(Kind::Property) {}
};

struct ClassMethod final : Object {
  static bool matches(Kind k) { return k == Kind::ClassMethod; }
  Value function;
  explicit ClassMethod(Value f) : Object(Kind::ClassMethod), function(f) {}
};

struct StaticMethod final : Object {
  static bool matches(Kind k) { return k == Kind::StaticMethod; }
  Value function;
  explicit StaticMethod(Value f) : Object(Kind::StaticMethod), function(f) {}
};

struct Super final : Object {
  static bool matches(Kind k) { return k == Kind::Super; }
  Class* after;                       // the search starts behind this class in the MRO
  Value self;                         // an instance or a class
  Class* start;                       // whose MRO
  Super(Class* a, Value s, Class* t) : Object(Kind::Super), after(a), self(s), start(t) {}
};

// What an instance of a class carries besides attributes. A class that derives from a builtin type inherits its layout.
enum class Layout : uint8_t { Plain, Int, Float, Str, Bytes, List, Tuple, Dict, Set, Exception, Class, Native };

struct Instance;
using NativeAllocator = std::function<Instance*(Interpreter&, Class*)>;

struct Class final : Object {
  static bool matches(Kind k) { return k == Kind::Class; }
  Symbol name, qualname;
  std::string module_name;
  std::vector<Class*> bases;
  std::vector<Class*> mro;            // itself first, `object` last
  std::vector<Class*> subclasses;     // direct ones, in order of creation
  Dict* dict = nullptr;
  Class* metaclass = nullptr;         // nullptr: `type`
  Layout layout = Layout::Plain;
  bool builtin = false;               // type of native values (int, str, ...): immutable
  Symbol file;                        // where it is defined, with the line of `class`
  uint32_t line = 0;
  NativeAllocator allocate;           // Layout::Native: makes the C++ object behind an instance (inherited)
  // Native fallback for attributes that are in no dict; inherited. Undefined: no such attribute.
  std::function<Value(Interpreter&, Value self, Symbol name)> get_attribute;
  // What every access and every call of the class asks for (Interpreter::hooks_of). Undefined: object's own, which does nothing of note.
  struct Hooks {
    uint64_t version = 0;
    Value getattr, getattribute, setattr, maker, init;
  } hooks;
  Class() : Object(Kind::Class) {}
  bool derives_from(const Class* other) const {
    for (const Class* c : mro) if (c == other) return true;
    return false;
  }
};

struct Instance : Object {            // other layers derive from it (tensors, ...)
  static bool matches(Kind k) { return k == Kind::Instance; }
  Class* cls;
  Dict* attributes = nullptr;         // __dict__; made on first use
  Value payload;                      // the builtin value inside a subclass of int, str, list, dict, ...; args of an exception: a Tuple
  explicit Instance(Class* c) : Object(Kind::Instance), cls(c) {}
};

struct Module final : Object {
  static bool matches(Kind k) { return k == Kind::Module; }
  Symbol name;                        // dotted
  Dict* dict = nullptr;
  CodeFile* file = nullptr;           // nullptr: native
  bool package = false;
  enum class State : uint8_t { Unloaded, Running, Loaded, Failed } state = State::Unloaded;
  uint32_t import_epoch = UINT32_MAX; // when an eager interpreter would have imported it
  bool on_time = false;               // its body runs just then: what it imports, it imports now
  bool elsewhere = false;             // only another process has imported it so far
  struct Forced { Symbol name; Value import, value; };
  std::vector<Forced> forced_elsewhere;   // its imports that were looked at there
  std::vector<bool> executed;         // by top-level statement
  struct Rebinding { uint32_t epoch; Symbol name; Value before; };
  std::vector<Rebinding> rebindings;  // attributes assigned from outside, oldest first
  // Native fallback for attributes (like a module-level __getattr__). Undefined: no such attribute.
  std::function<Value(Interpreter&, Symbol name)> get_attribute;
  explicit Module(Symbol n) : Object(Kind::Module), name(n) {}
};

// A name imported but not looked at yet.
struct LazyImport final : Object {
  static bool matches(Kind k) { return k == Kind::LazyImport; }
  Symbol module;                      // dotted, absolute
  Symbol attribute;                   // empty: the module itself
  uint32_t epoch;                     // the binding as of then is meant
  Symbol file;                        // of the import statement
  uint32_t line;
  bool forcing = false;               // its value is being looked for: asking again is a circular import
  LazyImport(Symbol m, Symbol a, uint32_t e, Symbol f, uint32_t l) : Object(Kind::LazyImport), module(m), attribute(a), epoch(e), file(f), line(l) {}
};

// A native iterator: `next` gives Undefined at the end.
struct Iterator final : Object {
  static bool matches(Kind k) { return k == Kind::Iterator; }
  std::function<Value(Interpreter&)> next;
  Symbol type_name;                   // "list_iterator", "zip", "map", ...
  Iterator(Symbol t, std::function<Value(Interpreter&)> n) : Object(Kind::Iterator), next(std::move(n)), type_name(t) {}
};

struct GeneratorState;                // generator.cpp: its own stack
struct Generator final : Object {
  static bool matches(Kind k) { return k == Kind::Generator; }
  std::unique_ptr<GeneratorState> state;
  Symbol name;
  explicit Generator(std::unique_ptr<GeneratorState> s);
  ~Generator() override;
};

struct EllipsisObject final : Object {
  static bool matches(Kind k) { return k == Kind::Ellipsis; }
  EllipsisObject() : Object(Kind::Ellipsis) {}
};
struct NotImplementedObject final : Object {
  static bool matches(Kind k) { return k == Kind::NotImplemented; }
  NotImplementedObject() : Object(Kind::NotImplemented) {}
};

// A Python exception on its way up. Inside src/python (and native functions of other layers) a Python `raise` is a C++ throw of this;
// it never leaves Interpreter's front doors.
struct PythonException {
  Value value;                        // an Instance whose class derives from BaseException
};

}  // namespace fusescout::python
