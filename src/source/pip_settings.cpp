#include "source/pip_settings.h"

#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "source/file_system.h"

namespace fusescout::source {
namespace {

std::string environment(const char* name) {
  const char* value = ::getenv(name);
  return value ? value : "";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// Later ones win.
std::vector<std::string> configuration_files() {
  std::vector<std::string> files = {"/etc/xdg/pip/pip.conf", "/etc/pip.conf"};
  std::string home = environment("HOME"), xdg = environment("XDG_CONFIG_HOME"), environment_folder = environment("VIRTUAL_ENV");
  if (!home.empty()) files.push_back(home + "/.pip/pip.conf");
  if (!xdg.empty()) files.push_back(xdg + "/pip/pip.conf");
  else if (!home.empty()) files.push_back(home + "/.config/pip/pip.conf");
  if (!environment_folder.empty()) files.push_back(environment_folder + "/pip.conf");
  if (!environment("PIP_CONFIG_FILE").empty()) files.push_back(environment("PIP_CONFIG_FILE"));   // also "/dev/null": no settings at all
  return files.back() == "/dev/null" ? std::vector<std::string>() : files;
}

// pip names its default in its help: "(default https://...)".
std::string default_index_of_python() {
  FILE* pipe = ::popen("COLUMNS=1000 python3 -m pip help download 2>/dev/null", "re");
  if (!pipe) return "";
  std::string help;
  char buffer[4096];
  while (size_t got = ::fread(buffer, 1, sizeof buffer, pipe)) help.append(buffer, got);
  ::pclose(pipe);
  size_t option = help.find("--index-url");
  size_t start = option == std::string::npos ? option : help.find("(default http", option);
  if (start == std::string::npos) return "";
  start += 9;
  return help.substr(start, help.find_first_of(") \n", start) - start);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string setting_in(std::string_view configuration, std::string_view name) {
  std::string found, found_for_download;
  std::string_view section;
  while (!configuration.empty()) {
    size_t end = std::min(configuration.find('\n'), configuration.size());
    std::string_view line = trimmed(configuration.substr(0, end));
    configuration.remove_prefix(std::min(end + 1, configuration.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      section = line;
      continue;
    }
    size_t equals = line.find_first_of("=:");
    if (equals == std::string_view::npos) continue;
    std::string key(trimmed(line.substr(0, equals)));
    std::replace(key.begin(), key.end(), '_', '-');
    if (key != name) continue;
    if (section == "[global]") found = trimmed(line.substr(equals + 1));
    if (section == "[download]") found_for_download = trimmed(line.substr(equals + 1));
  }
  return found_for_download.empty() ? found : found_for_download;
}

std::string pip_setting(const std::string& name) {
  std::string variable = "PIP_" + name;
  for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string value = environment(variable.c_str());
  if (!value.empty()) return value;
  for (const std::string& file : configuration_files()) {
    std::string setting = setting_in(real_files().read(file).value_or(""), name);
    if (!setting.empty()) value = setting;
  }
  return value;
}

ErrorOr<std::string> package_index(const std::string& option) {
  if (!option.empty()) return without_slash(option);
  std::string index = pip_setting("index-url");
  if (index.empty()) index = default_index_of_python();
  if (index.empty()) {
    return Error{"no package index is known: give `--index URL`, or set `PIP_INDEX_URL` or `index-url` in pip's configuration, or install "
                 "python3 with pip"};
  }
  return without_slash(index);
}

}  // namespace fusescout::source
