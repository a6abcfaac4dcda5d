// _regex: compile(pattern, flags) -> (program, number of groups, {name: group}, flags), and find(program, text, from, to, mode, advance) -> spans or None.
#include "python/builtins/define.h"
#include "python/modules/native_modules.h"
#include "python/modules/regex.h"

namespace fusescout::python {
namespace {

using In = Interpreter;

struct RegexObject final : Instance {
  Regex regex;
  RegexObject(Class* cls, Regex r) : Instance(cls), regex(std::move(r)) {}
};

std::u32string code_points(std::string_view text) {
  std::u32string made;
  made.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      made += c;
      continue;
    }
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    char32_t code = c & (0x3F >> more);
    for (; more > 0 && i + 1 < text.size(); --more) code = code << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F);
    made += code;
  }
  return made;
}

}  // namespace

void fill_regex_module(Interpreter& in, Module* module) {
  Class* program = in.make_class("program", {}, Layout::Native);
  auto set = [&](const char* name, NativeBody body) { module->dict->set(in, Symbol(name), in.function(name, std::move(body))); };
  set("compile", [program](In& in, const Arguments& a) {
    ErrorOr<Regex> regex = Regex::compile(code_points(in.text_of(a[0])), static_cast<uint32_t>(in.int_of(a[1])));
    if (regex.is_error()) in.raise("ValueError", regex.error().message);
    auto* object = in.make<RegexObject>(program, std::move(*regex));
    Dict* names = in.dict();
    for (const auto& [name, number] : object->regex.names()) names->set(in, Symbol(name), Value::of(static_cast<int64_t>(number)));
    return in.tuple({object, Value::of(static_cast<int64_t>(object->regex.groups())), names, Value::of(int64_t{object->regex.flags()})});
  });
  set("find", [](In& in, const Arguments& a) {
    auto* object = dynamic_cast<RegexObject*>(a[0].as<Instance>());
    if (object == nullptr) in.raise_type_error("not a compiled pattern");
    std::vector<int64_t> spans;
    std::u32string text = code_points(in.text_of(a[1]));
    auto from = static_cast<size_t>(in.int_of(a[2])), to = static_cast<size_t>(in.int_of(a[3]));
    uint64_t steps = 20'000'000;   // an expression whose time grows exponentially ends here, not tomorrow
    bool found = object->regex.find(text, from, to, static_cast<Regex::Mode>(in.int_of(a[4])), in.truth(a[5]), spans, steps);
    if (steps == 0) {
      in.note(NoteKind::Limit, "a regular expression took too long");
      in.raise("TimeoutError", "limit of the evaluator reached");
    }
    if (!found) return Value::none();
    std::vector<Value> made;
    for (int64_t s : spans) made.push_back(Value::of(s));
    return in.tuple(std::move(made));
  });
}

}  // namespace fusescout::python
