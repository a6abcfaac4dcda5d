// What a Python package index offers of one distribution: the simple API, as JSON or HTML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"
#include "source/python_version.h"

namespace fusescout::source {

struct SourceArchive {
  PythonVersion version;
  std::string file, url, sha256;   // sha256: hexadecimal; empty if the index does not promise one
};

// All source archives that are not withdrawn, by version.
ErrorOr<std::vector<SourceArchive>> source_archives(const std::string& index, std::string_view distribution);

// The parts, for tests.
ErrorOr<std::vector<SourceArchive>> read_json_page(const std::string& text, const std::string& url, std::string_view distribution);
std::vector<SourceArchive> read_html_page(std::string_view text, const std::string& url, std::string_view distribution);

}  // namespace fusescout::source
