#include <unistd.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/analyze.h"
#include "app/command.h"
#include "app/exit_code.h"
#include "contract/files.h"
#include "report/json_text.h"

namespace fusescout::app {

namespace fs = std::filesystem;

// All of them are written beside their places first: what cannot be written leaves nothing half done.
int write_contracts(const report::Report& report, const std::string& folder) {
  std::error_code error;
  bool is_new = !fs::exists(folder, error);
  const fs::path part = fs::path(folder) / (".part" + std::to_string(::getpid()));
  auto give_up = [&](int code) {
    fs::remove_all(is_new ? fs::path(folder) : part, error);
    return code;
  };
  nlohmann::ordered_json index = nlohmann::ordered_json::array();
  std::vector<std::string> names;
  for (const report::Row& row : report::merge_findings(report)) {
    auto contract = report.contracts.find(row.finding->id);
    if (row.verdict != fusion::Verdict::Opportunity || contract == report.contracts.end()) continue;
    names.push_back(contract::folder_name(row.finding->id));
    fs::create_directories(part / names.back(), error);
    if (error) return give_up(fail("cannot make the folder `" + folder + "`: " + error.message()));
    auto files = contract::contract_files(contract->second);
    files.emplace_back("definition.json", report::render_definition(report, row));
    for (const auto& [file, text] : files) {
      if (int code = write_output(text, (part / names.back() / file).string()); code != Done) return give_up(code);
    }
    index.push_back({{"id", row.finding->id}, {"name", contract->second.name}, {"folder", names.back()}, {"complete", contract->second.complete}});
  }
  fs::create_directories(part, error);
  if (int code = write_output(report::json_text(index), (part / "index.json").string()); code != Done) return give_up(code);
  names.emplace_back("index.json");
  for (const std::string& name : names) {
    fs::remove_all(fs::path(folder) / name, error);
    fs::rename(part / name, fs::path(folder) / name, error);
    if (error) return give_up(fail("cannot write `" + (fs::path(folder) / name).string() + "`: " + error.message()));
  }
  fs::remove_all(part, error);
  return Done;
}

}  // namespace fusescout::app
