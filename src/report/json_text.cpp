#include "report/json_text.h"

#include <nlohmann/json.hpp>

namespace fusescout::report {

std::string json_text(const nlohmann::ordered_json& document, int indent) {
  return document.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fusescout::report
