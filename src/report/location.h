// What `locate` prints, and the report's part on where a model's code is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "graph/model_location.h"

namespace fusescout::report {

nlohmann::ordered_json classes_to_json(const graph::ModelClasses& classes);   // roles to lists of classes, each with what replaces it
std::string location_to_json(const graph::ModelLocation& location);
std::string location_to_text(const graph::ModelLocation& location);

}  // namespace fusescout::report
