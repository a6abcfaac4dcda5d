#include "python/builtins/define.h"
#include "python/modules/native_modules.h"
#include "python/names.h"

namespace fusescout::python {

void Interpreter::set_up_modules() {
  add_new(*this, builtin_class("module"), [](Interpreter& in, Class*, const Arguments& a) -> Value {   // types.ModuleType(name, doc=None)
    static const Symbol name("name");
    auto* module = in.make<Module>(Symbol(in.text_of(a.get(0, name))));
    module->dict = in.dict();
    module->dict->set(in, names::__name__, in.str(module->name));
    module->dict->set(in, names::__doc__, a.size() > 1 ? a[1] : Value::none());
    module->state = Module::State::Loaded;
    return module;
  });
  add_native_module("abc", fill_abc_module);
  add_native_module("_host", fill_host_module);
  add_native_module("itertools", fill_itertools_module);
  add_native_module("_json", fill_json_module);
  add_native_module("math", fill_math_module);
  add_native_module("_regex", fill_regex_module);
}

}  // namespace fusescout::python
