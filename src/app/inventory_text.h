// The inventory for people and for programs.
#pragma once

#include <string>

namespace fusescout::vllm { struct Inventory; }

namespace fusescout::app {

std::string inventory_to_json(const vllm::Inventory& inventory);
std::string inventory_to_text(const vllm::Inventory& inventory);

}  // namespace fusescout::app
