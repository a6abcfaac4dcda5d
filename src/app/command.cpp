#include "app/command.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "app/exit_code.h"

namespace fusescout::app {

int fail(const std::string& message) {
  std::string shown;   // sources and names may have anything: control characters are for no terminal
  for (char c : message) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') shown += fmt::format("\\x{:02x}", c);
    else shown += c;
  }
  std::fprintf(stderr, "fusescout: error: %s\n", shown.c_str());
  return BadInput;
}

int write_output(const std::string& text, const std::string& path) {
  if (path.empty() || path == "-") {
    bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return written ? Done : fail("cannot write to standard output");
  }
  // A file is replaced as a whole, where a link to it points; a device or a pipe is written to, never replaced.
  std::error_code ignored;
  bool in_place = std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  std::filesystem::path file = std::filesystem::weakly_canonical(path, ignored);
  if (file.empty()) file = path;
  std::string written = in_place ? path : file.string() + ".part" + std::to_string(::getpid());
  std::ofstream out(written, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    if (!in_place) std::filesystem::remove(written, ignored);
    return fail("cannot write `" + path + "`: check that the folder exists, is writable and has room");
  }
  if (in_place) return Done;
  std::error_code error;
  std::filesystem::rename(written, file, error);
  if (error) {
    std::filesystem::remove(written, ignored);
    return fail("cannot write `" + path + "`: " + error.message());
  }
  return Done;
}

}  // namespace fusescout::app
