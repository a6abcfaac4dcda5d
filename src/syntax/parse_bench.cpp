// Parses the files named on standard input, one a line, and prints the seconds of processor time that it took; reading is not counted.
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "syntax/parse.h"

int main() {
  std::vector<std::string> texts;
  for (std::string path; std::getline(std::cin, path);) {
    std::ifstream file(path);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::clock_t start = std::clock();
  size_t nodes = 0;
  for (const std::string& text : texts) nodes += fusescout::syntax::parse(text).nodes.size();
  std::cout << static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC << " " << nodes << "\n";
}
