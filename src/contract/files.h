// The contract as files that stand alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "contract/contract.h"

namespace fusescout::contract {

// Name and text: interface.py, reference.py, test_NAME.py, call_site.patch, and original.py where today's calls can be repeated.
std::vector<std::pair<std::string, std::string>> contract_files(const Contract& contract);

// A finding's id as the name of a folder.
std::string folder_name(const std::string& id);

}  // namespace fusescout::contract
