#include "base/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstring>

#include "base/check.h"

namespace fusescout {
namespace {

// The note of the main program, which dl_iterate_phdr visits first.
int read_note(dl_phdr_info* info, size_t, void* result) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const char* at = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
    const char* end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const char* name = at + sizeof note;
      const char* content = name + ((note.n_namesz + 3) & ~3u);
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
        for (uint32_t byte = 0; byte < note.n_descsz; byte++) {
          unsigned char value = static_cast<unsigned char>(content[byte]);
          *static_cast<std::string*>(result) += {"0123456789abcdef"[value >> 4], "0123456789abcdef"[value & 15]};
        }
        return 1;
      }
      at = content + ((note.n_descsz + 3) & ~3u);
    }
  }
  return 1;
}

}  // namespace

const std::string& build_id() {
  static const std::string id = [] {
    std::string result;
    dl_iterate_phdr(read_note, &result);
    CHECK(!result.empty());  // CMakeLists.txt links with --build-id
    return result;
  }();
  return id;
}

}  // namespace fusescout
