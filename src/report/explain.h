// One finding in full, as plain text: its operators, the partition today and after, each condition with what was found, how the gain comes about.
#pragma once

#include <string>

#include "report/report.h"

namespace fusescout::report {

std::string explain(const fusion::Finding& finding, const graph::ModelRun& run, Language language);

}  // namespace fusescout::report
