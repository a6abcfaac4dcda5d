// Tables of native methods and functions, with the checks of argument counts that CPython makes.
#pragma once

#include <span>
#include <string_view>

#include "python/interpreter.h"

namespace fusescout::python {

enum class Take : uint8_t {
  Plain = 0,
  Strict = 1,     // an Unknown among the arguments is the result
  Keywords = 2,   // accepts keyword arguments
  StrictKeywords = 3,
};

// `self` is the builtin value, also when the method is called on an instance of a subclass; `arguments` are without it.
struct NativeMethod {
  std::string_view name;
  int8_t least, most;   // arguments besides self; most < 0: any number
  Value (*body)(Interpreter& in, const Value& self, const Arguments& arguments);
  Take take = Take::Strict;
};
struct NativeFunctionEntry {
  std::string_view name;
  int8_t least, most;
  Value (*body)(Interpreter& in, const Arguments& arguments);
  Take take = Take::Strict;
};

// The tables must outlive the interpreter.
void add_methods(Interpreter& in, Class* cls, std::span<const NativeMethod> methods);
void add_functions(Interpreter& in, Dict* names, std::span<const NativeFunctionEntry> functions);
// `__new__` of a builtin type: gets the class as first positional argument.
void add_new(Interpreter& in, Class* cls, Value (*body)(Interpreter& in, Class* made, const Arguments& arguments));

// An int for an index or a count: int, bool, an object with __index__; a symbolic one is taken by value, which is noted.
int64_t index_of(Interpreter& in, const Value& v);
// The text of a str argument, or TypeError "NAME() argument must be str, not int".
const std::string& text_argument(Interpreter& in, const Value& v, std::string_view what);
// A builtin value as an instance of `cls`, which may be a subclass.
Value wrap(Interpreter& in, Class* cls, const Class* builtin, const Value& plain);
inline bool is_unknown(const Value& v) { return v.is_object() && v.object->kind == Kind::Unknown; }
// The Unknown that an operation on `v` gives.
Value derived_unknown(Interpreter& in, const Value& v, std::string_view suffix);

// Resolves Python's slice of a sequence of that length.
struct SliceRange { int64_t start, step, count; };
SliceRange resolve_slice(Interpreter& in, const Slice& slice, int64_t length);

}  // namespace fusescout::python
