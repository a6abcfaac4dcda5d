// Getting pages and files by URL: http, https and file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error_or.h"

namespace fusescout::source {

struct Page { std::string text, content_type, url; };   // url: after redirections
ErrorOr<Page> get_page(const std::string& url, const std::string& accept);

// `total` 0: not known yet.
using DownloadProgress = std::function<void(uint64_t done, uint64_t total)>;

// Brings `url` into the file `path`, continuing what an earlier try left there. `sha256` (hex) empty: not checked. A file with a wrong hash
// is an error and does not stay. Returns the hash.
ErrorOr<std::string> download(const std::string& url, const std::string& path, const std::string& sha256, const DownloadProgress& progress);

// `reference` as a link on the page `base` means it; "" if it is none. A page of the web cannot lead to a file of this machine.
std::string resolve_url(const std::string& base, const std::string& reference);

}  // namespace fusescout::source
