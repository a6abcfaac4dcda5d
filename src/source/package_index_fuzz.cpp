// Nothing that an index can say ends the program.
#include "source/package_index.h"

#include <cstdlib>

#include "source/pip_settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fusescout::source;
  std::string text(reinterpret_cast<const char*>(data), size);
  const std::string url = "https://host/simple/x/";
  for (const SourceArchive& archive : read_html_page(text, url, "x")) {
    if (archive.url.starts_with("file:") || archive.file.find('/') != std::string::npos) std::abort();
  }
  (void)read_json_page(text, url, "x").is_error();
  auto version = parse_version(text), one = parse_version("1.0");
  if (version && ((*version <=> *version) != 0 || (*version < *one) == (*version >= *one))) std::abort();
  if (auto requirement = parse_requirement(text)) in_range(*one, requirement->range);
  in_range(*one, text);
  setting_in(text, "index-url");
  return 0;
}
