// Any bytes give a tree, and a tree survives the cache.
#include "syntax/parse.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fusescout::syntax;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Ast ast = parse(text);
  std::string bytes = serialize(ast);
  auto again = deserialize(bytes);
  if (again.is_error() || to_text(*again) != to_text(ast) || serialize(*again) != bytes) std::abort();
  // The same cut off anywhere.
  if (size > 0 && !deserialize(bytes.substr(0, size % bytes.size())).is_error()) std::abort();
  return 0;
}
