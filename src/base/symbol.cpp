#include "base/symbol.h"

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace fusescout {
namespace {

// Strings live in a deque so that references stay valid while the table grows.
struct Table {
  std::shared_mutex mutex;
  std::deque<std::string> strings{std::string()};
  std::unordered_map<std::string_view, uint32_t> ids{{std::string_view(), 0}};
};

Table& table() {
  static Table* t = new Table;  // never destroyed: symbols outlive everything
  return *t;
}

}  // namespace

Symbol::Symbol(std::string_view text) {
  Table& t = table();
  {
    std::shared_lock lock(t.mutex);
    if (auto it = t.ids.find(text); it != t.ids.end()) {
      id_ = it->second;
      return;
    }
  }
  std::unique_lock lock(t.mutex);
  if (auto it = t.ids.find(text); it != t.ids.end()) {
    id_ = it->second;
    return;
  }
  id_ = static_cast<uint32_t>(t.strings.size());
  t.strings.emplace_back(text);
  t.ids.emplace(t.strings.back(), id_);
}

const std::string& Symbol::str() const {
  Table& t = table();
  std::shared_lock lock(t.mutex);
  return t.strings[id_];
}

}  // namespace fusescout
