#include "python/builtins/generic_alias.h"

#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

const Symbol arguments_name("__args__"), parameters_name("__parameters__");

Instance* make_form(Interpreter& in, std::string_view cls, std::vector<Value> members) {
  auto* form = in.make<Instance>(in.builtin_class(cls));
  form->attributes = in.dict();
  form->attributes->set(in, arguments_name, in.tuple(std::move(members)));
  form->attributes->set(in, parameters_name, in.tuple({}));
  return form;
}

std::vector<Value> members_of(Interpreter& in, const Value& form) { return in.to_vector(in.get_attribute(form, arguments_name)); }

}  // namespace

bool is_type_form(Interpreter& in, const Value& v) {
  if (v.is_none() || v.as<Class>() != nullptr) return true;
  auto* instance = v.as<Instance>();
  return instance != nullptr && (instance->cls == in.builtin_class("UnionType") || instance->cls == in.builtin_class("GenericAlias"));
}

Value make_union(Interpreter& in, std::vector<Value> members) {
  std::vector<Value> flat;
  auto add = [&](const Value& v) {
    Value member = v.is_none() ? Value(in.builtin_class("NoneType")) : v;
    for (const Value& known : flat) {
      if (known.identical(member)) return;
    }
    flat.push_back(member);
  };
  for (const Value& v : members) {
    if (v.as<Instance>() != nullptr && in.type_of(v) == in.builtin_class("UnionType")) {
      for (const Value& inner : members_of(in, v)) add(inner);
    } else {
      add(v);
    }
  }
  if (flat.size() == 1) return flat[0];
  return make_form(in, "UnionType", std::move(flat));
}

Value make_generic_alias(Interpreter& in, Value origin, const Value& index) {
  auto* tuple = index.as<Tuple>();
  Instance* form = make_form(in, "GenericAlias", tuple != nullptr ? tuple->items : std::vector<Value>{index});
  form->attributes->set(in, names::__origin__, origin);
  return form;
}

std::string type_form_repr(Interpreter& in, const Value& v) {
  if (auto* cls = v.as<Class>()) {
    if (cls == in.builtin_class("NoneType")) return "None";
    return cls->module_name == "builtins" || cls->module_name.empty() ? cls->qualname.str() : cls->module_name + "." + cls->qualname.str();
  }
  if (v.as<EllipsisObject>() != nullptr) return "...";
  return in.repr(v);
}

void set_up_generic_alias(Interpreter& in) {
  Class *alias = in.builtin_class("GenericAlias"), *type_union = in.builtin_class("UnionType");
  auto joined = [](Interpreter& i, const Value& form, const char* separator) {
    std::string text;
    for (const Value& v : members_of(i, form)) text += (text.empty() ? "" : separator) + type_form_repr(i, v);
    return text;
  };
  in.add_method(alias, "__repr__", [joined](Interpreter& i, const Arguments& a) {
    return i.str(type_form_repr(i, i.get_attribute(a[0], names::__origin__)) + "[" + joined(i, a[0], ", ") + "]");
  });
  in.add_method(type_union, "__repr__", [joined](Interpreter& i, const Arguments& a) { return i.str(joined(i, a[0], " | ")); });
  for (Class* cls : {alias, type_union}) {
    in.add_method(cls, "__eq__", [](Interpreter& i, const Arguments& a) {
      if (i.type_of(a[0]) != i.type_of(a[1])) return i.not_implemented();
      Value x = i.find_attribute(a[0], names::__origin__), y = i.find_attribute(a[1], names::__origin__);
      return Value::of((!x.defined() || i.equal(x, y)) && i.equal(i.get_attribute(a[0], arguments_name), i.get_attribute(a[1], arguments_name)));
    });
    in.add_method(cls, "__hash__", [](Interpreter& i, const Arguments& a) { return Value::of(static_cast<int64_t>(i.hash(i.get_attribute(a[0], arguments_name)))); });
  }
  in.add_method(alias, "__call__", [](Interpreter& i, const Arguments& a) {
    return i.call(i.get_attribute(a[0], names::__origin__), Arguments{a.positional.subspan(1), a.keywords});
  });
  in.add_method(alias, "__mro_entries__", [](Interpreter& i, const Arguments& a) { return i.tuple({i.get_attribute(a[0], names::__origin__)}); });
  in.add_method(alias, "__getitem__", [](Interpreter& i, const Arguments& a) { return make_generic_alias(i, i.get_attribute(a[0], names::__origin__), a[1]); });
  alias->get_attribute = [](Interpreter& i, const Value& self, Symbol name) {
    std::string_view text = name.view();
    if (text.starts_with("__")) return Value();
    return i.find_attribute(i.get_attribute(self, names::__origin__), name);
  };
  add_new(in, alias, [](Interpreter& i, Class*, const Arguments& arguments) {
    if (arguments.size() != 2) i.raise_type_error("GenericAlias expected 2 arguments, got " + std::to_string(arguments.size()));
    return make_generic_alias(i, arguments[0], arguments[1]);
  });
}

}  // namespace fusescout::python
