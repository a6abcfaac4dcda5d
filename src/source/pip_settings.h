// What pip is told on this machine: which index, which certificates. No host is ever written in this program.
#pragma once

#include <string>
#include <string_view>

#include "base/error_or.h"

namespace fusescout::source {

// A setting ("index-url"): PIP_INDEX_URL, else pip's configuration files in pip's order; "" when nobody sets it.
std::string pip_setting(const std::string& name);
std::string setting_in(std::string_view configuration, std::string_view name);   // one file's text

// The index to ask: `option`, else pip_setting, else what python3's pip takes by default. Without a trailing slash.
ErrorOr<std::string> package_index(const std::string& option);

}  // namespace fusescout::source
