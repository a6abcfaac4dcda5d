#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace fusescout::report {

// A document as text. What source files have that is no UTF-8 comes out as U+FFFD.
std::string json_text(const nlohmann::ordered_json& document, int indent = 1);

}  // namespace fusescout::report
