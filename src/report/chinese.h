// Sentences of the layers below in Chinese. They say what they found in English, for JSON; what people read in Chinese translates them.
#pragma once

#include <string>
#include <string_view>

namespace fusescout::report {

// By a table of templates; what stands in the place of a {} is translated as well, names in backticks apart. A sentence that the table does not know stays as it is.
std::string in_chinese(std::string_view sentence);

}  // namespace fusescout::report
