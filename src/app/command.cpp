#include "app/command.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/exit_code.h"

namespace fusescout::app {

int fail(const std::string& message) {
  std::fprintf(stderr, "fusescout: error: %s\n", message.c_str());
  return BadInput;
}

int write_output(const std::string& text, const std::string& path) {
  if (path.empty() || path == "-") {
    bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return written ? Done : fail("cannot write to standard output");
  }
  std::string temporary = path + ".part" + std::to_string(::getpid());
  {
    std::ofstream out(temporary, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      return fail("cannot write `" + path + "`: check that the folder exists, is writable and has room");
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return fail("cannot write `" + path + "`: " + error.message());
  }
  return Done;
}

}  // namespace fusescout::app
