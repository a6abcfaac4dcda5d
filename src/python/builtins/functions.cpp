// The builtin functions that are no types and make no iterators.
#include <algorithm>
#include <cmath>

#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/native_attribute.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"
#include "python/builtins/text.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {
namespace {

const Symbol key_name("key"), default_name("default"), start_name("start"), abs_name("__abs__"), round_name("__round__"), divmod_name("__divmod__"), dir_name("__dir__");

Symbol attribute_argument(Interpreter& in, const Value& v, std::string_view function) {
  if (!in.is_string(v)) in.raise_type_error(std::string(function) + "(): attribute name must be string");
  auto* plain = v.as<Str>();
  return plain != nullptr ? plain->symbol() : Symbol(in.text_of(v));
}

// A method of the class of an object of the source.
Value special(Interpreter& in, const Value& v, Symbol name) {
  auto* instance = v.as<Instance>();
  Value method = instance != nullptr ? in.find_in_class(instance->cls, name) : Value();
  return method.defined() && !method.is_none() ? in.bind(method, v, instance->cls) : Value();
}

Value print(Interpreter& in, const Arguments& a) {
  Value separator = a.keyword(Symbol("sep")), end = a.keyword(Symbol("end")), file = a.keyword(Symbol("file"));
  std::string text;
  for (size_t i = 0; i < a.size(); ++i) {
    if (i > 0) text += separator.defined() && !separator.is_none() ? in.to_str(separator) : " ";
    text += in.to_str(a[i]);
  }
  text += end.defined() && !end.is_none() ? in.to_str(end) : "\n";
  if (file.defined() && !file.is_none()) in.call(in.get_attribute(file, Symbol("write")), {in.str(std::move(text))});
  else if (in.print_hook) in.print_hook(text);
  return Value::none();
}

// What a property, or a __getattribute__, says that is not there is not there.
Value find_or_undefined(Interpreter& in, const Value& object, Symbol name) {
  try {
    return in.find_attribute(object, name);
  } catch (PythonException& exception) {
    if (!in.exception_matches(exception.value, "AttributeError")) throw;
    return Value();
  }
}

template <syntax::CompareOperator op>
Value extreme(Interpreter& in, const Arguments& a) {
  constexpr bool is_min = op == syntax::CompareOperator::Lt;
  const char* name = is_min ? "min" : "max";
  if (a.size() == 0) in.raise_type_error(std::string(name) + " expected at least 1 argument, got 0");
  std::vector<Value> items = a.size() == 1 ? in.to_vector(a[0]) : std::vector<Value>(a.positional.begin(), a.positional.end());
  Value key = a.keyword(key_name), fallback = a.keyword(default_name);
  bool keyed = key.defined() && !key.is_none();
  if (items.empty()) {
    if (fallback.defined()) return fallback;
    in.raise("ValueError", std::string(name) + "() arg is an empty sequence");
  }
  for (const Value& v : items) {
    if (is_unknown(v) && !keyed) return v;
  }
  // Of integers the symbolic expression remains.
  bool symbolic = false, integers = true;
  for (const Value& v : items) {
    symbolic |= v.as<SymbolicInt>() != nullptr;
    integers = integers && in.is_integer(v);
  }
  if (symbolic && integers && !keyed) {
    graph::Dim best = in.dim_of(items[0]);
    for (size_t i = 1; i < items.size(); ++i) best = is_min ? in.expressions().min(best, in.dim_of(items[i])) : in.expressions().max(best, in.dim_of(items[i]));
    return in.integer(best);
  }
  Value best = items[0], best_key = keyed ? in.call(key, {best}) : best;
  for (size_t i = 1; i < items.size(); ++i) {
    Value item_key = keyed ? in.call(key, {items[i]}) : items[i];
    if (!in.truth(in.compare(op, item_key, best_key))) continue;
    best = items[i];
    best_key = item_key;
  }
  return best;
}

Value sum(Interpreter& in, const Arguments& a) {
  Value total = a.get(1, start_name);
  if (!total.defined()) total = Value::of(int64_t{0});
  if (in.is_string(total)) in.raise_type_error("sum() can't sum strings [use ''.join(seq) instead]");
  in.for_each(a[0], [&](const Value& v) { total = in.binary(syntax::BinaryOperator::Add, total, v); });
  return total;
}

std::string prefixed(Interpreter& in, const Value& v, const char* spec) {
  return format_number(in, in.integer(in.dim_of(v)), spec);
}

// The variables of the frame that calls.
Value local_variables(Interpreter& in) {
  Frame* frame = in.frame();
  if (frame == nullptr) return in.dict();
  if (frame->function == nullptr) return frame->names != nullptr ? frame->names : frame->module->dict;
  Dict* made = in.dict();
  for (uint32_t i = 0; i < frame->scope->slot_count; ++i) {
    Value v = frame->slots[i];
    if (auto* cell = v.as<Cell>(); cell != nullptr && frame->scope->is_cell[i]) v = cell->value;
    if (v.defined()) made->set(in, frame->scope->slot_names[i], v);
  }
  return made;
}

constexpr NativeFunctionEntry functions[] = {
    {"print", 0, -1, print, Take::Keywords},
    {"len", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       if (auto* instance = a[0].as<Instance>()) {   // the length may be symbolic
         Value method = in.find_in_class(instance->cls, names::__len__);
         if (method.defined() && !method.is_none()) {
           Value made = in.call(in.bind(method, a[0], instance->cls));
           if (made.as<SymbolicInt>() != nullptr || is_unknown(made)) return made;
           if (in.is_integer(made) && in.int_of(made) >= 0) return Value::of(in.int_of(made));
         }
       }
       return Value::of(in.length(a[0]));
     }},
    {"isinstance", 2, 2,
     [](Interpreter& in, const Arguments& a) {
       if (is_unknown(a[0])) return a[0];
       return Value::of(in.is_instance(a[0], a[1]));
     }},
    {"issubclass", 2, 2, [](Interpreter& in, const Arguments& a) { return Value::of(in.is_subclass(a[0], a[1])); }},
    {"getattr", 2, 3,
     [](Interpreter& in, const Arguments& a) {
       Symbol name = attribute_argument(in, a[1], "getattr");
       if (a.size() < 3) return in.get_attribute(a[0], name);
       Value found = find_or_undefined(in, a[0], name);
       return found.defined() ? found : a[2];
     },
     Take::Plain},
    {"setattr", 3, 3,
     [](Interpreter& in, const Arguments& a) {
       in.set_attribute(a[0], attribute_argument(in, a[1], "setattr"), a[2]);
       return Value::none();
     },
     Take::Plain},
    {"hasattr", 2, 2,
     [](Interpreter& in, const Arguments& a) {
       if (is_unknown(a[0])) return a[0];
       return Value::of(find_or_undefined(in, a[0], attribute_argument(in, a[1], "hasattr")).defined());
     },
     Take::Plain},
    {"delattr", 2, 2,
     [](Interpreter& in, const Arguments& a) {
       in.delete_attribute(a[0], attribute_argument(in, a[1], "delattr"));
       return Value::none();
     },
     Take::Plain},
    {"callable", 1, 1, [](Interpreter& in, const Arguments& a) { return Value::of(in.is_callable(a[0])); }},
    {"id", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       return Value::of(a[0].is_object() ? static_cast<int64_t>(reinterpret_cast<uintptr_t>(a[0].object)) : static_cast<int64_t>(in.hash(a[0]) * 16 + static_cast<uint64_t>(a[0].tag)));
     },
     Take::Plain},
    {"hash", 1, 1, [](Interpreter& in, const Arguments& a) { return Value::of(static_cast<int64_t>(in.hash(a[0]))); }},
    {"repr", 1, 1, [](Interpreter& in, const Arguments& a) { return in.str(in.repr(a[0])); }},
    {"ascii", 1, 1, [](Interpreter& in, const Arguments& a) { return in.str(in.repr(a[0])); }},
    {"format", 1, 2, [](Interpreter& in, const Arguments& a) { return in.str(in.format(a[0], a.size() > 1 ? in.text_of(a[1]) : std::string_view())); }},
    {"abs", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       if (a[0].is_float()) return Value::of(std::fabs(a[0].number));
       if (in.is_integer(a[0]) && a[0].as<Instance>() == nullptr) {
         if (in.compare_dims(syntax::CompareOperator::GtE, in.dim_of(a[0]), 0)) return in.integer(in.dim_of(a[0]));
         return in.unary(syntax::UnaryOperator::Neg, a[0]);
       }
       Value method = special(in, a[0], abs_name);
       if (!method.defined()) in.raise_type_error("bad operand type for abs(): '" + in.type_name(a[0]) + "'");
       return in.call(method);
     }},
    {"round", 1, 2,
     [](Interpreter& in, const Arguments& a) {
       Value digits = a.get(1, Symbol("ndigits"));
       if (!digits.defined()) digits = Value::none();
       if (in.is_number(a[0]) && a[0].as<Instance>() == nullptr) return round_number(in, a[0], digits);
       Value method = special(in, a[0], round_name);
       if (!method.defined()) in.raise_type_error("type " + in.type_name(a[0]) + " doesn't define __round__ method");
       return digits.is_none() ? in.call(method) : in.call(method, {digits});
     },
     Take::StrictKeywords},
    {"pow", 2, 3,
     [](Interpreter& in, const Arguments& a) {
       Value modulus = a.get(2, Symbol("mod"));
       if (!modulus.defined() || modulus.is_none()) return in.binary(syntax::BinaryOperator::Pow, a[0], a[1]);
       int64_t base = index_of(in, a[0]), exponent = index_of(in, a[1]), mod = index_of(in, modulus);
       if (mod == 0) in.raise("ValueError", "pow() 3rd argument cannot be 0");
       if (exponent < 0) return in.unknown("modular inverses are not evaluated", "pow");
       __int128 result = 1, square = base % mod;
       for (; exponent > 0; exponent >>= 1) {
         if ((exponent & 1) != 0) result = result * square % mod;
         square = square * square % mod;
       }
       result %= mod;
       if (result != 0 && (result < 0) != (mod < 0)) result += mod;
       return Value::of(static_cast<int64_t>(result));
     },
     Take::StrictKeywords},
    {"divmod", 2, 2,
     [](Interpreter& in, const Arguments& a) {
       Value method = special(in, a[0], divmod_name);
       if (method.defined()) return in.call(method, {a[1]});
       return in.tuple({in.binary(syntax::BinaryOperator::FloorDiv, a[0], a[1]), in.binary(syntax::BinaryOperator::Mod, a[0], a[1])});
     }},
    {"min", 0, -1, extreme<syntax::CompareOperator::Lt>, Take::StrictKeywords},
    {"max", 0, -1, extreme<syntax::CompareOperator::Gt>, Take::StrictKeywords},
    {"sum", 1, 2, sum, Take::StrictKeywords},
    {"any", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       Value iterator = in.iterate(a[0]);
       for (Value v = in.next(iterator); v.defined(); v = in.next(iterator)) {
         if (in.truth(v)) return Value::of(true);
       }
       return Value::of(false);
     }},
    {"all", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       Value iterator = in.iterate(a[0]);
       for (Value v = in.next(iterator); v.defined(); v = in.next(iterator)) {
         if (!in.truth(v)) return Value::of(false);
       }
       return Value::of(true);
     }},
    {"chr", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       int64_t code = index_of(in, a[0]);
       if (code < 0 || code > 0x10FFFF) in.raise("ValueError", "chr() arg not in range(0x110000)");
       return in.str(encode_code_point(static_cast<uint32_t>(code)));
     }},
    {"ord", 1, 1,
     [](Interpreter& in, const Arguments& a) {
       if (auto* bytes = a[0].as<Bytes>(); bytes != nullptr && bytes->data.size() == 1) return Value::of(int64_t{static_cast<unsigned char>(bytes->data[0])});
       if (!in.is_string(a[0])) in.raise_type_error("ord() expected string of length 1, but " + in.type_name(a[0]) + " found");
       std::string_view text = in.text_of(a[0]);
       if (code_point_count(text) != 1) in.raise_type_error("ord() expected a character, but string of length " + std::to_string(code_point_count(text)) + " found");
       size_t at = 0;
       return Value::of(int64_t{decode_code_point(text, at)});
     }},
    {"hex", 1, 1, [](Interpreter& in, const Arguments& a) { return in.str(prefixed(in, a[0], "#x")); }},
    {"oct", 1, 1, [](Interpreter& in, const Arguments& a) { return in.str(prefixed(in, a[0], "#o")); }},
    {"bin", 1, 1, [](Interpreter& in, const Arguments& a) { return in.str(prefixed(in, a[0], "#b")); }},
    {"vars", 0, 1,
     [](Interpreter& in, const Arguments& a) {
       if (a.size() == 0) return local_variables(in);
       Value dict = in.find_attribute(a[0], names::__dict__);
       if (!dict.defined()) in.raise_type_error("vars() argument must have __dict__ attribute");
       return dict;
     }},
    {"dir", 0, 1,
     [](Interpreter& in, const Arguments& a) {
       std::vector<Value> list;
       if (a.size() == 0) {
         list = in.to_vector(local_variables(in));
       } else {
         Value method = special(in, a[0], dir_name);
         list = method.defined() ? in.to_vector(in.call(method)) : attribute_names(in, a[0]);
       }
       std::sort(list.begin(), list.end(), [&](const Value& x, const Value& y) { return in.text_of(x) < in.text_of(y); });
       return in.list(std::move(list));
     }},
    {"globals", 0, 0, [](Interpreter& in, const Arguments&) { return in.frame() != nullptr ? Value(in.frame()->module->dict) : Value(in.dict()); }},
    {"locals", 0, 0, [](Interpreter& in, const Arguments&) { return local_variables(in); }},
    {"__import__", 1, 5,
     [](Interpreter& in, const Arguments& a) {
       std::string name(in.text_of(a[0]));
       Value module = in.import_module(Symbol(name));
       Value from = a.get(3, Symbol("fromlist"));
       return from.defined() && in.truth(from) ? module : in.import_module(Symbol(name.substr(0, name.find('.'))));
     },
     Take::StrictKeywords},
    {"open", 1, -1, [](Interpreter& in, const Arguments&) { return in.unknown("files are not read by the evaluated program", "open()"); }, Take::StrictKeywords},
    {"input", 0, 1, [](Interpreter& in, const Arguments&) { return in.unknown("there is no input", "input()"); }},
    {"eval", 1, 3, [](Interpreter& in, const Arguments&) { return in.unknown("code made at run time is not evaluated", "eval()"); }},
    {"exec", 1, 3, [](Interpreter& in, const Arguments&) { return in.unknown("code made at run time is not evaluated", "exec()"); }},
    {"compile", 3, -1, [](Interpreter& in, const Arguments&) { return in.unknown("code made at run time is not evaluated", "compile()"); }, Take::StrictKeywords},
    {"breakpoint", 0, -1, [](Interpreter&, const Arguments&) { return Value::none(); }, Take::StrictKeywords},
};

}  // namespace

void set_up_functions(Interpreter& in) {
  add_functions(in, in.builtins(), functions);
  for (std::string_view name : {"complex", "bytearray", "memoryview"}) {
    in.builtins()->set(in, Symbol(name), in.make<Unknown>("`" + std::string(name) + "` is not evaluated", std::string(name), Symbol(), 0));
  }
}

}  // namespace fusescout::python
