// Several scenarios of one run: `--scenario FILE`, in TOML (docs/scenarios.md).
#pragma once

#include <string>
#include <vector>

#include "app/options.h"

namespace fusescout::app {

// Each [[scenario]] of the file over the options of the command line: what it does not say holds as given there.
ErrorOr<std::vector<graph::Scenario>> read_scenarios(const Options& options, const std::string& path);

}  // namespace fusescout::app
