// A package index in a temporary directory, reached by file://, and archives made entry by entry: for tests.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "source/hash.h"
#include "source/temporary_directory.h"

namespace fusescout::source {

struct FakeEntry {
  std::string path, content;
  unsigned type = AE_IFREG;
  std::string link = {};     // the target of a symbolic link
  bool hard = false;
};

inline std::string make_archive(const std::vector<FakeEntry>& entries) {
  std::string bytes(1 << 22, '\0');
  size_t used = 0;
  struct archive* writer = archive_write_new();
  archive_write_add_filter_gzip(writer);
  archive_write_set_format_pax_restricted(writer);
  CHECK(archive_write_open_memory(writer, bytes.data(), bytes.size(), &used) == ARCHIVE_OK);
  for (const FakeEntry& each : entries) {
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.path.c_str());
    archive_entry_set_filetype(entry, each.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(each.content.size()));
    if (each.hard) archive_entry_set_hardlink(entry, each.link.c_str());
    else if (!each.link.empty()) archive_entry_set_symlink(entry, each.link.c_str());
    CHECK(archive_write_header(writer, entry) == ARCHIVE_OK);
    if (!each.content.empty()) archive_write_data(writer, each.content.data(), each.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

class FakeIndex {
 public:
  // Puts "NAME-VERSION.tar.gz" on the index; `sha256` "": the right one, "none": none.
  void add(const std::string& name, const std::string& version, const std::string& archive, std::string sha256 = "", const std::string& more = "") {
    std::string file = name + "-" + version + ".tar.gz";
    temporary_.write("files/" + file, archive);
    if (sha256.empty()) sha256 = to_hex(sha256_of(archive));
    std::string page = name;
    for (char& c : page) c = c == '_' ? '-' : c;
    pages_[page] += "<a href=\"../../files/" + file + (sha256 == "none" ? "" : "#sha256=" + sha256) + "\" " + more + ">" + file + "</a><br/>\n";
    temporary_.write("simple/" + page + "/index.html", "<!DOCTYPE html><html><body>\n" + pages_[page] + "</body></html>\n");
  }
  void remove_pages() {
    std::filesystem::remove_all(temporary_.path() + "/simple");
    pages_.clear();
  }
  std::string url() const { return "file://" + temporary_.path() + "/simple"; }
  std::string file_url(const std::string& file) const { return "file://" + temporary_.path() + "/files/" + file; }
  const TemporaryDirectory& directory() const { return temporary_; }

 private:
  static Digest sha256_of(std::string_view bytes) { return fusescout::source::sha256(bytes); }
  TemporaryDirectory temporary_;
  std::map<std::string, std::string> pages_;
};

}  // namespace fusescout::source
