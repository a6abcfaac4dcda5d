#include "source/package_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "source/download.h"

namespace fusescout::source {
namespace {

constexpr const char* accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// The version in "vllm_ascend-0.17.0rc1.tar.gz"; nullopt: not a source archive of this distribution.
std::optional<PythonVersion> version_in_name(std::string_view file, std::string_view distribution) {
  for (std::string_view ending : {".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip"}) {
    if (!file.ends_with(ending)) continue;
    file.remove_suffix(ending.size());
    size_t dash = file.rfind('-');
    if (dash == std::string_view::npos || normalised_name(file.substr(0, dash)) != normalised_name(distribution)) return std::nullopt;
    return parse_version(file.substr(dash + 1));
  }
  return std::nullopt;
}

bool is_safe_name(std::string_view file) { return file.find('/') == std::string_view::npos && !file.starts_with('.'); }

void add(std::vector<SourceArchive>& archives, std::string file, std::string url, std::string sha256, std::string_view distribution) {
  auto version = version_in_name(file, distribution);
  if (!version || !is_safe_name(file) || url.empty()) return;
  archives.push_back({*version, std::move(file), std::move(url), lower(sha256)});
}

std::string unescaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    static constexpr std::pair<std::string_view, char> entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    auto found = std::find_if(std::begin(entities), std::end(entities), [&](auto& entity) { return text.starts_with(entity.first); });
    bool is_entity = found != std::end(entities);
    result += is_entity ? found->second : text[0];
    text.remove_prefix(is_entity ? found->first.size() : 1);
  }
  return result;
}

bool is_link(std::string_view tag) { return tag.size() == 3 && (tag[1] == 'a' || tag[1] == 'A') && std::isspace(static_cast<unsigned char>(tag[2])); }

// The attribute's value, quoted either way; nullopt: not there.
std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
  size_t at = 0;
  while (at < tag.size()) {
    at = tag.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) break;
    size_t end = std::min(tag.find_first_of("= \t\r\n", at), tag.size());
    std::string key = lower(tag.substr(at, end - at));
    std::string_view value;
    at = end;
    if (at < tag.size() && tag[at] == '=') {
      at++;
      char quote = at < tag.size() ? tag[at] : ' ';
      bool quoted = quote == '"' || quote == '\'';
      size_t start = quoted ? at + 1 : at;
      size_t close = std::min(quoted ? tag.find(quote, start) : tag.find_first_of(" \t\r\n", start), tag.size());
      value = tag.substr(start, close - start);
      at = close + (quoted ? 1 : 0);
    }
    if (key == name) return unescaped(value);
  }
  return std::nullopt;
}

}  // namespace

ErrorOr<std::vector<SourceArchive>> read_json_page(const std::string& text, const std::string& url, std::string_view distribution) {
  std::vector<SourceArchive> archives;
  auto page = nlohmann::json::parse(text, nullptr, false);
  if (!page.is_object() || !page.contains("files") || !page["files"].is_array()) {
    return Error{fmt::format("`{}` is not a page of a package index: no list of files", url)};
  }
  for (const auto& file : page["files"]) {
    if (!file.is_object() || !file.contains("filename") || !file["filename"].is_string() || !file.contains("url") || !file["url"].is_string()) continue;
    const auto yanked = file.find("yanked");
    if (yanked != file.end() && (yanked->is_string() || (yanked->is_boolean() && yanked->get<bool>()))) continue;
    std::string hash;
    if (auto hashes = file.find("hashes"); hashes != file.end() && hashes->is_object()) {
      if (auto sha256 = hashes->find("sha256"); sha256 != hashes->end() && sha256->is_string()) hash = sha256->get<std::string>();
    }
    add(archives, file["filename"].get<std::string>(), resolve_url(url, file["url"].get<std::string>()), hash, distribution);
  }
  return archives;
}

std::vector<SourceArchive> read_html_page(std::string_view text, const std::string& url, std::string_view distribution) {
  std::vector<SourceArchive> archives;
  while (true) {
    size_t open = 0;
    do open = text.find('<', open);
    while (open != std::string_view::npos && !is_link(text.substr(open, 3)) && ++open);
    size_t close = open == std::string_view::npos ? open : text.find('>', open);
    size_t end = close == std::string_view::npos ? close : text.find('<', close);
    if (end == std::string_view::npos) return archives;
    std::string_view tag = text.substr(open + 2, close - open - 2);
    std::string name = unescaped(text.substr(close + 1, end - close - 1));
    text.remove_prefix(end);
    auto link = attribute(tag, "href");
    if (!link || attribute(tag, "data-yanked")) continue;
    name.erase(0, name.find_first_not_of(" \t\r\n"));
    name.erase(name.find_last_not_of(" \t\r\n") + 1);
    size_t hash = link->find("#sha256=");
    add(archives, name, resolve_url(url, *link), hash == std::string::npos ? "" : link->substr(hash + 8, 64), distribution);
  }
}

ErrorOr<std::vector<SourceArchive>> source_archives(const std::string& index, std::string_view distribution) {
  std::string url = index + "/" + normalised_name(distribution) + "/";
  if (url.starts_with("file:")) url += "index.html";
  Page page = TRY(get_page(url, accept));
  std::vector<SourceArchive> archives;
  if (page.content_type.find("json") != std::string::npos) {
    archives = TRY(read_json_page(page.text, page.url, distribution));
  } else {
    archives = read_html_page(page.text, page.url, distribution);
  }
  std::stable_sort(archives.begin(), archives.end(), [](const SourceArchive& a, const SourceArchive& b) { return a.version < b.version; });
  return archives;
}

}  // namespace fusescout::source
