// torch.ops and torch.library: operators that are registered by the sources (torch.library) or that the catalogue means (`@operator`).
// A call is one entry of the graph. A registered body runs inside it; its fake implementation serves only where the body cannot be followed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "python/interpreter.h"
#include "python/value.h"

namespace fusescout::torch {

class Context;
class CallScope;

struct OperatorEntry {
  Symbol space, name;                                  // "vllm", "moe_forward"
  std::string schema;                                  // "(Tensor x, SymInt n) -> Tensor", when it was defined
  std::vector<Symbol> mutates;                         // parameters that are written in place
  std::vector<Symbol> parameters;                      // in order
  std::vector<python::Value> defaults;                 // by parameter, where they are known; Undefined: required
  std::map<std::string, python::Value> implementations;  // by dispatch key
  python::Value fake;                                  // shapes only
  // The catalogue's meaning: runs inside the open call. Undefined when there is none.
  std::function<python::Value(CallScope&, const python::Arguments&)> meaning;
  python::Object* packet = nullptr;                    // the Python object torch.ops.<space>.<name>
  std::string qualified() const { return space.str() + "." + name.str(); }
};

class Operators {
 public:
  static Operators& of(python::Interpreter& interpreter);
  explicit Operators(Context& context) : context_(context) {}
  OperatorEntry* find(Symbol space, Symbol name);      // nullptr: nobody registered it
  OperatorEntry& add(Symbol space, Symbol name);       // or the one that is there
  python::Value object(OperatorEntry& entry, Symbol overload = {});   // callable, with overloads as attributes
  python::Value call(OperatorEntry& entry, Symbol overload, const python::Arguments& arguments);
  // Asked for names of a space that nobody registered; Undefined: no such operator.
  using Source = std::function<python::Value(python::Interpreter&, Symbol name)>;
  void add_source(Symbol space, Source source) { sources_[space] = std::move(source); }
  void remove_source(Symbol space) { sources_.erase(space); }
  // A library defines all of the space's operators: what it does not define does not exist, whatever the source knows.
  void own(Symbol space) { owned_.insert(space); }
  python::Value attribute(Symbol space, Symbol name);  // of torch.ops.<space>

 private:
  friend void install_operators(Context& context);
  python::Value fake_result(OperatorEntry& entry, CallScope& call, const python::Arguments& arguments, const std::string& reason);
  Context& context_;
  std::map<std::pair<Symbol, Symbol>, std::unique_ptr<OperatorEntry>> entries_;
  std::map<Symbol, Source> sources_;
  std::set<Symbol> owned_;
  std::map<std::pair<Symbol, Symbol>, python::Value> objects_;        // by qualified name and overload
  python::Class* packet_class_ = nullptr;
  python::Class* overload_class_ = nullptr;
};

// Makes torch.ops, torch.library and torch._ops.
void install_operators(Context& context);

}  // namespace fusescout::torch
