// Attribute access: the descriptor protocol, classes, modules, super.
#include "python/builtins/native_attribute.h"
#include "python/interpreter.h"
#include "python/method_order.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

// A descriptor with __set__ or __delete__ goes before the instance's own attributes.
bool is_data_descriptor(Interpreter& interpreter, const Value& v) {
  if (!v.is_object()) return false;
  if (v.object->kind == Kind::Property) return true;
  auto* instance = v.as<Instance>();
  return instance != nullptr && (interpreter.find_in_class(instance->cls, names::__set__).defined() || interpreter.find_in_class(instance->cls, names::__delete__).defined());
}

void set_bases(Interpreter& interpreter, Class* cls, const Value& value) {
  auto* tuple = value.as<Tuple>();
  if (tuple == nullptr) interpreter.raise_type_error("can only assign tuple to " + cls->name.str() + ".__bases__, not " + interpreter.type_name(value));
  if (tuple->items.empty()) interpreter.raise_type_error("can only assign non-empty tuple to " + cls->name.str() + ".__bases__, not ()");
  std::vector<Class*> bases;
  for (const Value& base : tuple->items) {
    if (base.as<Class>() == nullptr) interpreter.raise_type_error(cls->name.str() + ".__bases__ must be tuple of classes, not '" + interpreter.type_name(base) + "'");
    bases.push_back(base.as<Class>());
  }
  if (!rebase(cls, std::move(bases))) interpreter.raise_type_error("Cannot create a consistent method resolution order (MRO) for " + cls->name.str());
}

}  // namespace

Value Interpreter::find_in_class(Class* cls, Symbol name) {
  size_t slot = ((reinterpret_cast<uintptr_t>(cls) >> 4) * 31 + name.id()) & (lookups_.size() - 1);
  CachedLookup& cached = lookups_[slot];
  if (cached.cls == cls && cached.name == name && cached.version == class_version_) return cached.value;
  Value found;
  for (Class* c : cls->mro) {
    if (Value* v = c->dict->find(name)) {
      found = *v;
      break;
    }
  }
  cached = {cls, name, class_version_, found};
  return found;
}

void Interpreter::class_changed() { ++class_version_; }

const Class::Hooks& Interpreter::hooks_of(Class* cls) {
  Class::Hooks& hooks = cls->hooks;
  if (hooks.version == class_version_) return hooks;
  auto beyond_object = [&](Symbol name) {
    auto function = [&](Class* c) {
      Value found = find_in_class(c, name);
      auto* method = found.as<StaticMethod>();
      return method != nullptr ? method->function : found;
    };
    Value own = function(cls);
    return own.identical(function(object_class_)) ? Value() : own;
  };
  hooks.getattr = find_in_class(cls, names::__getattr__);
  if (cls->get_attribute && hooks.getattr.as<NativeFunction>() != nullptr) hooks.getattr = Value();   // the same, asked by find_attribute_plain
  hooks.getattribute = find_in_class(cls, names::__getattribute__);
  if (hooks.getattribute.as<Function>() == nullptr) hooks.getattribute = Value();
  hooks.setattr = beyond_object(names::__setattr__);
  // What type itself defines is set_attribute_plain as well.
  if (hooks.setattr.defined() && hooks.setattr.identical(find_in_class(type_class_, names::__setattr__))) hooks.setattr = Value();
  hooks.maker = beyond_object(names::__new__);
  hooks.init = beyond_object(names::__init__);
  hooks.version = class_version_;
  return hooks;
}

Value Interpreter::bind(const Value& attribute, const Value& self, Class* owner) {
  if (!attribute.is_object()) return attribute;
  switch (attribute.object->kind) {
    case Kind::Function: return self.defined() ? Value(make<BoundMethod>(self, attribute)) : attribute;
    case Kind::NativeFunction:
      return self.defined() && static_cast<NativeFunction*>(attribute.object)->binds ? Value(make<BoundMethod>(self, attribute)) : attribute;
    case Kind::ClassMethod: {
      Value function = static_cast<ClassMethod*>(attribute.object)->function;
      if (function.as<Property>() != nullptr) return bind(function, owner, owner);
      return make<BoundMethod>(Value(owner), function);
    }
    case Kind::StaticMethod: return static_cast<StaticMethod*>(attribute.object)->function;
    case Kind::Property: {
      if (!self.defined()) return attribute;
      auto* property = static_cast<Property*>(attribute.object);
      if (!property->getter.defined() || property->getter.is_none()) raise("AttributeError", "property of '" + owner->name.str() + "' object has no getter");
      return call(property->getter, {self});
    }
    case Kind::Instance: {
      Value get = find_in_class(static_cast<Instance*>(attribute.object)->cls, names::__get__);
      if (!get.defined()) return attribute;
      return call(get, {attribute, self.defined() ? self : Value::none(), owner});
    }
    default: return attribute;
  }
}

Value Interpreter::find_attribute_plain(const Value& object, Symbol name) {
  if (!object.is_object()) {
    Class* cls = type_of(object);
    Value found = find_in_class(cls, name);
    return found.defined() ? bind(found, object, cls) : native_attribute(*this, object, name);
  }
  switch (object.object->kind) {
    case Kind::Instance: {
      auto* instance = static_cast<Instance*>(object.object);
      Class* cls = instance->cls;
      Value in_class = find_in_class(cls, name);
      if (in_class.defined() && is_data_descriptor(*this, in_class)) return bind(in_class, object, cls);
      if (instance->attributes != nullptr) {
        if (Value* v = instance->attributes->find(name)) return *v;
      }
      if (in_class.defined()) return bind(in_class, object, cls);
      if (name == names::__class__) return cls;
      if (name == names::__dict__) {
        if (instance->attributes == nullptr) instance->attributes = dict();
        return instance->attributes;
      }
      if (cls->get_attribute) return cls->get_attribute(*this, object, name);
      if (name == names::__doc__) return Value::none();
      return Value();
    }
    case Kind::Class: {
      auto* cls = static_cast<Class*>(object.object);
      Class* meta = cls->metaclass != nullptr ? cls->metaclass : type_class_;
      Value in_meta = find_in_class(meta, name);
      if (in_meta.defined() && cls->metaclass != nullptr && is_data_descriptor(*this, in_meta)) return bind(in_meta, object, meta);
      Value in_class = find_in_class(cls, name);
      if (name != names::__name__ && name != names::__doc__ && in_class.defined()) return bind(in_class, Value(), cls);
      Value native = native_attribute(*this, object, name);   // __name__, __mro__, __dict__, ...
      if (native.defined()) return native;
      if (in_class.defined()) return bind(in_class, Value(), cls);
      if (in_meta.defined()) return bind(in_meta, object, meta);
      if (name == names::__class__) return meta;
      if (cls->get_attribute) return cls->get_attribute(*this, object, name);
      return Value();
    }
    case Kind::Module: return module_attribute(static_cast<Module*>(object.object), name, epoch_);
    case Kind::Super: {
      auto* super = static_cast<Super*>(object.object);
      bool behind = false;
      for (Class* c : super->start->mro) {
        if (behind && name != names::__class__) {
          if (Value* v = c->dict->find(name)) {
            bool on_class = super->self.as<Class>() != nullptr && super->self.as<Class>() == super->start;
            return bind(*v, on_class ? Value() : super->self, super->start);
          }
        }
        if (c == super->after) behind = true;
      }
      if (name == names::__class__) return kind_classes_[static_cast<size_t>(Kind::Super)];
      return native_attribute(*this, object, name);
    }
    case Kind::Function: {
      auto* function = static_cast<Function*>(object.object);
      if (function->attributes != nullptr) {
        if (Value* v = function->attributes->find(name)) return *v;
      }
      break;
    }
    case Kind::Unknown: {
      auto* unknown = static_cast<Unknown*>(object.object);
      return make<Unknown>(unknown->reason, unknown->path + "." + name.str(), unknown->file, unknown->line);
    }
    case Kind::LazyImport: return find_attribute(force(static_cast<LazyImport*>(object.object)), name);
    default: break;
  }
  Class* cls = type_of(object);
  Value native = native_attribute(*this, object, name);
  if (native.defined()) return native;
  Value found = find_in_class(cls, name);
  if (found.defined()) return bind(found, object, cls);
  if (name == names::__class__) return cls;
  if (auto* method = object.as<BoundMethod>()) return find_attribute(method->function, name);
  return name == names::__doc__ ? Value::none() : Value();
}

Value Interpreter::find_attribute(const Value& object, Symbol name) {
  auto* instance = object.as<Instance>();
  Class* cls = instance != nullptr ? instance->cls : nullptr;
  if (auto* as_class = object.as<Class>()) cls = as_class->metaclass;
  if (cls == nullptr || (cls->builtin && !cls->get_attribute)) return find_attribute_plain(object, name);
  // A class, or a metaclass, of the source: its __getattribute__ and __getattr__ may answer.
  const Class::Hooks& hooks = hooks_of(cls);
  if (!hooks.getattr.defined() && !hooks.getattribute.defined()) return find_attribute_plain(object, name);
  Value fallback = hooks.getattr, custom = hooks.getattribute;
  Value found;
  try {
    found = custom.defined() ? call(custom, {object, str(name)}) : find_attribute_plain(object, name);
  } catch (PythonException& exception) {
    if (!fallback.defined() || !exception_matches(exception.value, "AttributeError")) throw;
  }
  if (found.defined() || !fallback.defined()) return found;
  try {
    return call(fallback, {object, str(name)});
  } catch (PythonException& exception) {
    if (!exception_matches(exception.value, "AttributeError")) throw;
    return Value();
  }
}

Value Interpreter::get_attribute(const Value& object, Symbol name) {
  Value found = find_attribute(object, name);
  if (found.defined()) return found;
  // __getattr__ knows best what to say.
  if (auto* instance = object.as<Instance>()) {
    Value fallback = find_in_class(instance->cls, names::__getattr__);
    if (fallback.defined()) return call(fallback, {object, str(name)});
    std::string path = instance->cls->name.str() + "." + name.str();
    if (misfit(instance->cls->file, "there is no `" + path + "`; it is unknown")) return unknown("an attribute that this release lacks", path);
    raise("AttributeError", "'" + instance->cls->name.str() + "' object has no attribute '" + name.str() + "'");
  }
  if (auto* cls = object.as<Class>()) {
    std::string path = cls->name.str() + "." + name.str();
    if (misfit(cls->file, "there is no `" + path + "`; it is unknown")) return unknown("an attribute that this release lacks", path);
    raise("AttributeError", "type object '" + cls->name.str() + "' has no attribute '" + name.str() + "'");
  }
  if (auto* module = object.as<Module>()) {
    if (Value unknown_name = lacking(module, name); unknown_name.defined()) return unknown_name;
    raise("AttributeError", "module '" + module->name.str() + "' has no attribute '" + name.str() + "'");
  }
  if (auto* super = object.as<Super>(); super != nullptr) raise("AttributeError", "'super' object has no attribute '" + name.str() + "'");
  raise("AttributeError", "'" + type_name(object) + "' object has no attribute '" + name.str() + "'");
}

void Interpreter::set_attribute_plain(const Value& object, Symbol name, const Value& value) {
  if (!object.is_object()) raise("AttributeError", "'" + type_name(object) + "' object has no attribute '" + name.str() + "'");
  switch (object.object->kind) {
    case Kind::Instance: {
      auto* instance = static_cast<Instance*>(object.object);
      Value in_class = find_in_class(instance->cls, name);
      if (auto* property = in_class.as<Property>()) {
        if (!property->setter.defined() || property->setter.is_none())
          raise("AttributeError", "property '" + name.str() + "' of '" + instance->cls->name.str() + "' object has no setter");
        call(property->setter, {object, value});
        return;
      }
      if (auto* descriptor = in_class.as<Instance>()) {
        Value set = find_in_class(descriptor->cls, names::__set__);
        if (set.defined()) {
          call(set, {in_class, object, value});
          return;
        }
      }
      if (name == names::__class__) {
        if (auto* cls = value.as<Class>()) instance->cls = cls;
        return;
      }
      if (name == names::__dict__ && value.as<Dict>() != nullptr) {
        instance->attributes = value.as<Dict>();
        return;
      }
      if (instance->attributes == nullptr) instance->attributes = dict();
      instance->attributes->set(*this, name, value);
      return;
    }
    case Kind::Class: {
      auto* cls = static_cast<Class*>(object.object);
      lasting_write(cls->dict->find(name), value);
      if (cls->builtin && cls->layout != Layout::Native) raise_type_error("cannot set '" + name.str() + "' attribute of immutable type '" + cls->name.str() + "'");
      if (name == names::__name__ && is_string(value)) cls->name = Symbol(text_of(value));
      else if (name == names::__qualname__ && is_string(value)) cls->qualname = Symbol(text_of(value));
      else if (name == names::__bases__) set_bases(*this, cls, value);
      else cls->dict->set(*this, name, value);
      class_changed();
      return;
    }
    case Kind::Module: {
      auto* module = static_cast<Module*>(object.object);
      if (module->state == Module::State::Unloaded) load(module);
      Value* old = module->dict->find(name);
      lasting_write(old, value);
      module->rebindings.push_back({epoch_++, name, old != nullptr ? *old : Value()});
      module->dict->set(*this, name, value);
      return;
    }
    case Kind::Function: {
      auto* function = static_cast<Function*>(object.object);
      if (function->attributes == nullptr) function->attributes = dict();
      if (name == names::__name__ && is_string(value)) function->name = Symbol(text_of(value));
      if (name == names::__qualname__ && is_string(value)) function->qualname = Symbol(text_of(value));
      function->attributes->set(*this, name, value);
      return;
    }
    case Kind::LazyImport: set_attribute(force(static_cast<LazyImport*>(object.object)), name, value); return;
    case Kind::Unknown:
    case Kind::NativeFunction: return;                    // attributes of what is not evaluated lead nowhere
    case Kind::BoundMethod: raise("AttributeError", "'method' object has no attribute '" + name.str() + "'");
    default: raise("AttributeError", "'" + type_name(object) + "' object has no attribute '" + name.str() + "'");
  }
}

void Interpreter::set_attribute(const Value& object, Symbol name, const Value& value) {
  Class* cls = nullptr;
  if (auto* instance = object.as<Instance>()) cls = instance->cls;
  else if (auto* as_class = object.as<Class>()) cls = as_class->metaclass;
  if (cls != nullptr && !(cls->builtin && cls->layout != Layout::Native)) {
    if (Value custom = hooks_of(cls).setattr; custom.defined()) {
      call(custom, {object, str(name), value});
      return;
    }
  }
  set_attribute_plain(object, name, value);
}

void Interpreter::delete_attribute(const Value& object, Symbol name) {
  if (auto* instance = object.as<Instance>()) {
    Value custom = find_in_class(instance->cls, names::__delattr__);
    if (custom.defined() && !custom.identical(find_in_class(object_class_, names::__delattr__))) {
      call(bind(custom, object, instance->cls), {str(name)});
      return;
    }
  }
  delete_attribute_plain(object, name);
}

void Interpreter::delete_attribute_plain(const Value& object, Symbol name) {
  auto missing = [&] { raise("AttributeError", "'" + type_name(object) + "' object has no attribute '" + name.str() + "'"); };
  if (auto* instance = object.as<Instance>()) {
    Value in_class = find_in_class(instance->cls, name);
    if (auto* property = in_class.as<Property>()) {
      if (!property->deleter.defined() || property->deleter.is_none())
        raise("AttributeError", "property '" + name.str() + "' of '" + instance->cls->name.str() + "' object has no deleter");
      call(property->deleter, {object});
      return;
    }
    if (auto* descriptor = in_class.as<Instance>()) {
      Value del = find_in_class(descriptor->cls, names::__delete__);
      if (del.defined()) {
        call(del, {in_class, object});
        return;
      }
    }
    if (instance->attributes == nullptr || !instance->attributes->erase(name)) {
      // The message names only the attribute where the class has it.
      if (in_class.defined()) raise("AttributeError", name.str());
      missing();
    }
  } else if (auto* cls = object.as<Class>()) {
    if (!cls->dict->erase(name)) raise("AttributeError", "type object '" + cls->name.str() + "' has no attribute '" + name.str() + "'");
    class_changed();
  } else if (auto* module = object.as<Module>()) {
    if (!module->dict->erase(name)) missing();
  } else if (auto* function = object.as<Function>()) {
    if (function->attributes == nullptr || !function->attributes->erase(name)) missing();
  } else if (object.as<Unknown>() == nullptr) {
    missing();
  }
}

Value Interpreter::find_method(const Value& object, Symbol name, bool& prepend_self) {
  prepend_self = false;
  if (auto* instance = object.as<Instance>()) {
    Value in_class = find_in_class(instance->cls, name);
    bool plain_function = in_class.is_object() && (in_class.object->kind == Kind::Function ||
                                                   (in_class.object->kind == Kind::NativeFunction && static_cast<NativeFunction*>(in_class.object)->binds));
    if (plain_function && (instance->attributes == nullptr || instance->attributes->find(name) == nullptr) &&
        !hooks_of(instance->cls).getattribute.defined()) {
      prepend_self = true;
      return in_class;
    }
  } else if (object.is_object() && object.object->kind != Kind::Class && object.object->kind != Kind::Module && object.object->kind != Kind::Super &&
             object.object->kind != Kind::Unknown && object.object->kind != Kind::Function && object.object->kind != Kind::LazyImport) {
    Value in_class = find_in_class(type_of(object), name);
    if (auto* native = in_class.as<NativeFunction>(); native != nullptr && native->binds) {
      prepend_self = true;
      return in_class;
    }
  }
  return get_attribute(object, name);
}

}  // namespace fusescout::python
