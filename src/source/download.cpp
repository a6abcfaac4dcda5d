#include "source/download.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "source/file_system.h"
#include "source/hash.h"
#include "source/pip_settings.h"

namespace fusescout::source {
namespace {

constexpr uint64_t page_limit = 256u << 20, file_limit = 4ull << 30;
constexpr int tries = 4;

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(FILE* file) const { std::fclose(file); }
};
template <typename T>
using Handle = std::unique_ptr<T, CurlDeleter>;

bool is_file_url(const std::string& url) { return url.starts_with("file:"); }

// The first of the places where people say which certificates to trust.
std::string certificates() {
  std::string path = pip_setting("cert");
  for (const char* variable : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* value = ::getenv(variable);
    if (path.empty() && value) path = value;
  }
  return path;
}

Handle<CURL> make_handle(const std::string& url) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) return nullptr;
  Handle<CURL> handle(curl_easy_init());
  if (!handle) return handle;
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "fusescout");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_file_url(url) ? "file" : "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);   // no byte to speak of in a minute: the connection is dead
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
  std::string trusted = certificates();
  std::error_code ignored;
  if (!trusted.empty()) curl_easy_setopt(curl, std::filesystem::is_directory(trusted, ignored) ? CURLOPT_CAPATH : CURLOPT_CAINFO, trusted.c_str());
  return handle;
}

// Without a password that the URL may hold.
std::string shown_url(const std::string& url) {
  size_t start = url.find("://"), at = url.find('@'), slash = start == std::string::npos ? start : url.find('/', start + 3);
  if (start == std::string::npos || at == std::string::npos || at > slash) return url;
  return url.substr(0, start + 3) + url.substr(at + 1);
}

Error failure(const std::string& url, CURL* curl, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_HTTP_RETURNED_ERROR) return Error{fmt::format("`{}` answers with status {}", shown_url(url), status)};
  return Error{fmt::format("cannot get `{}`: {}", shown_url(url), curl_easy_strerror(code))};
}

bool worth_another_try(CURL* curl, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: return status == 429 || status >= 500;
    case CURLE_COULDNT_CONNECT: case CURLE_OPERATION_TIMEDOUT: case CURLE_PARTIAL_FILE: case CURLE_RECV_ERROR: case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING: case CURLE_HTTP2: case CURLE_HTTP2_STREAM: case CURLE_SSL_CONNECT_ERROR: return true;
    default: return false;
  }
}

size_t append_page(char* data, size_t, size_t size, void* page) {
  auto* text = static_cast<std::string*>(page);
  if (text->size() + size > page_limit) return 0;
  text->append(data, size);
  return size;
}

int report_progress(void* progress, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  auto& [report, start] = *static_cast<std::pair<const DownloadProgress&, uint64_t>*>(progress);
  if (report && done > 0) report(start + static_cast<uint64_t>(done), total > 0 ? start + static_cast<uint64_t>(total) : 0);
  return 0;
}

ErrorOr<std::string> hash_of_file(const std::string& path) {
  Handle<FILE> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return Error{fmt::format("cannot read `{}`", path)};
  Sha256 hash;
  std::string buffer(1 << 20, '\0');
  while (size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) hash.add({buffer.data(), got});
  return to_hex(hash.finish());
}

// One try, from the end of what is there. `start_over`: the server cannot continue it.
ErrorOr<Success> download_rest(const std::string& url, const std::string& path, const DownloadProgress& progress, bool& start_over, bool& again) {
  Handle<FILE> file(std::fopen(path.c_str(), "abe"));
  Handle<CURL> handle = make_handle(url);
  if (!file) return Error{fmt::format("cannot write `{}`", path)};
  if (!handle) return Error{"libcurl does not start"};
  CURL* curl = handle.get();
  std::fseek(file.get(), 0, SEEK_END);
  uint64_t start = static_cast<uint64_t>(std::ftell(file.get()));
  std::pair<const DownloadProgress&, uint64_t> report(progress, start);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, file.get());
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(start));
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(file_limit));
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &report);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, report_progress);
  CURLcode code = curl_easy_perform(curl);
  bool flushed = std::fclose(file.release()) == 0;
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && flushed) return Success();
  if (code == CURLE_WRITE_ERROR || !flushed) return Error{fmt::format("cannot write `{}`: is the disk full?", path)};
  // 416: the file ends where we want to go on; it may be whole, which its hash will tell.
  if (start > 0 && status == 416) return Success();
  start_over = start > 0 && (code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME);
  again = worth_another_try(curl, code);
  return failure(url, curl, code);
}

}  // namespace

ErrorOr<Page> get_page(const std::string& url, const std::string& accept) {
  Error error;
  for (int i = 0; i < tries; i++) {
    Handle<CURL> handle = make_handle(url);
    if (!handle) return Error{"libcurl does not start"};
    CURL* curl = handle.get();
    Handle<curl_slist> headers(curl_slist_append(nullptr, ("Accept: " + accept).c_str()));
    Page page;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page.text);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_page);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
      char *type = nullptr, *effective = nullptr;
      curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
      curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &effective);
      page.content_type = type ? type : "";
      page.url = effective ? effective : url;
      return page;
    }
    error = failure(url, curl, code);
    if (!worth_another_try(curl, code)) break;
  }
  return error;
}

ErrorOr<std::string> download(const std::string& url, const std::string& path, const std::string& sha256, const DownloadProgress& progress) {
  std::error_code ignored;
  for (int i = 0; ; i++) {
    bool start_over = false, again = false;
    bool continued = std::filesystem::exists(path, ignored) && std::filesystem::file_size(path, ignored) > 0;
    auto done = download_rest(url, path, progress, start_over, again);
    if (done.is_error()) {
      if (start_over) std::filesystem::remove(path, ignored);
      if ((start_over || again) && i + 1 < tries) continue;
      return done.error();
    }
    std::string hash = TRY(hash_of_file(path));
    if (sha256.empty() || hash == sha256) return hash;
    std::filesystem::remove(path, ignored);
    if (continued && i + 1 < tries) continue;   // what was continued may have been of another file
    return Error{fmt::format("`{}` has the SHA-256 {}, but the index promises {}: nothing of it was used", shown_url(url), hash, sha256)};
  }
}

std::string resolve_url(const std::string& base, const std::string& reference) {
  Handle<CURLU> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return "";
  if (curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK) return "";
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
  std::string result(text);
  curl_free(text);
  bool web = result.starts_with("https:") || result.starts_with("http:");
  return web || (is_file_url(result) && is_file_url(base)) ? result : "";
}

}  // namespace fusescout::source
