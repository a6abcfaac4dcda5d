#include "python/builtins/set_up.h"

#include "python/builtins/define.h"

namespace fusescout::python {

void Interpreter::set_up_builtins() {
  set_up_object(*this);
  set_up_type(*this);
  set_up_exceptions(*this);
  set_up_numbers(*this);
  set_up_str(*this);
  set_up_str_search(*this);
  set_up_bytes(*this);
  set_up_list(*this);
  set_up_tuple(*this);
  set_up_dict(*this);
  set_up_dict_views(*this);
  set_up_set(*this);
  set_up_descriptors(*this);
  set_up_generators(*this);
  set_up_generic_alias(*this);
  set_up_functions(*this);
  set_up_iterator_functions(*this);
  builtins_->set(*this, Symbol("None"), Value::none());
  builtins_->set(*this, Symbol("True"), Value::of(true));
  builtins_->set(*this, Symbol("False"), Value::of(false));
  builtins_->set(*this, Symbol("Ellipsis"), ellipsis_);
  builtins_->set(*this, Symbol("NotImplemented"), not_implemented_);
  builtins_->set(*this, Symbol("__debug__"), Value::of(true));
  builtins_->set(*this, Symbol("__name__"), str("builtins"));
  Module* module = add_native_module("builtins");
  module->dict = builtins_;
}

}  // namespace fusescout::python
