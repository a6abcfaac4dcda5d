#include "python/builtins/define.h"
#include "python/modules/native_modules.h"
#include "python/names.h"

namespace fusescout::python {

void Interpreter::set_up_modules() {
  add_new(*this, builtin_class("module"), [](Interpreter& in, Class* made, const Arguments& a) -> Value {   // types.ModuleType(name, doc=None)
    static const Symbol name("name");
    if (made != in.builtin_class("module")) return in.make<Instance>(made);   // a subclass has no namespace of its own to run in
    auto* module = in.make<Module>(Symbol(in.text_of(a.get(0, name))));
    module->dict = in.dict();
    module->dict->set(in, names::__name__, in.str(module->name));
    module->dict->set(in, names::__doc__, a.size() > 1 ? a[1] : Value::none());
    module->state = Module::State::Loaded;
    return module;
  });
  add_method(builtin_class("module"), "__init__", [](Interpreter& in, const Arguments& a) -> Value {
    static const Symbol name("name");
    if (a[0].as<Instance>() == nullptr) return Value::none();
    in.set_attribute_plain(a[0], names::__name__, a.get(1, name));
    in.set_attribute_plain(a[0], names::__doc__, a.size() > 2 ? a[2] : Value::none());
    return Value::none();
  });
  add_native_module("abc", fill_abc_module);
  add_native_module("_host", fill_host_module);
  add_native_module("itertools", fill_itertools_module);
  add_native_module("_json", fill_json_module);
  add_native_module("math", fill_math_module);
  add_native_module("_regex", fill_regex_module);
}

}  // namespace fusescout::python
