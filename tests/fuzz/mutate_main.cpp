// Drives a LLVMFuzzerTestOneInput without libFuzzer: mutates seed files by chance, always the same way for the same arguments. Not as clever as
// libFuzzer, but every compiler has it, and it runs with every test run.
//   NAME_fuzz --runs N --last FILE SEED...      SEED: a file, or a directory of files. FILE holds the input of a crash.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_seeds(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) files.push_back(path);
    else for (const auto& entry : fs::recursive_directory_iterator(path)) if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const fs::path& file : files) seeds.push_back(read_file(file));
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next() {
    std::string text = window(pick_seed());
    for (size_t count = below(8); count > 0; count--) mutate(text);
    return text;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const std::string& pick_seed() { return seeds_[below(seeds_.size())]; }
  // Whole lines, so that most inputs are nearly right: those reach furthest.
  std::string window(const std::string& seed) {
    size_t start = below(4) == 0 ? 0 : below(seed.size()), size = 20 + below(4000);
    if (start > 0) start = std::min(seed.find('\n', start), seed.size() - 1) + 1;
    return seed.substr(start, size);
  }
  void mutate(std::string& text) {
    static constexpr char telling[] = "()[]{}<>\"'\\:,.=%#*@&!-+0 \n\t\r\0\x80\xff";
    size_t at = below(text.size() + 1), size = 1 + below(below(4) ? 4 : 60);
    switch (below(7)) {
      case 0: text.insert(at, 1, telling[below(sizeof telling)]); break;
      case 1: text.erase(at, size); break;
      case 2: if (at < text.size()) text[at] = static_cast<char>(random_()); break;
      case 3: if (at < text.size()) text[at] = telling[below(sizeof telling)]; break;
      case 4: text.insert(at, text.substr(below(text.size() + 1), size)); break;
      case 5: { const std::string& other = pick_seed(); text.insert(at, other.substr(below(other.size() + 1), 1 + below(200))); break; }
      case 6: text.insert(at, std::string(below(20) ? 2 : 5000, telling[below(sizeof telling)])); break;
    }
  }
  std::mt19937 random_{20261125};
  std::vector<std::string> seeds_;
};

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> words(arguments + 1, arguments + count), paths;
  size_t runs = 1000;
  std::string last;
  for (size_t i = 0; i < words.size(); i++) {
    if (words[i] == "--runs" && i + 1 < words.size()) runs = std::stoul(words[++i]);
    else if (words[i] == "--last" && i + 1 < words.size()) last = words[++i];
    else paths.push_back(words[i]);
  }
  auto seeds = read_seeds(paths);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds: name files or directories\n");
    return 2;
  }
  if (runs == 0) {  // replay
    for (const std::string& seed : seeds) LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(seed.data()), seed.size());
    return 0;
  }
  Mutator mutator(std::move(seeds));
  for (size_t i = 0; i < runs; i++) {
    std::string text = mutator.next();
    if (!last.empty()) std::ofstream(last, std::ios::binary) << text;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  if (!last.empty()) fs::remove(last);
  std::printf("%zu inputs\n", runs);
  return 0;
}
