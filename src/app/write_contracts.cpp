#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/analyze.h"
#include "app/command.h"
#include "app/exit_code.h"
#include "contract/files.h"

namespace fusescout::app {

int write_contracts(const report::Report& report, const std::string& folder) {
  nlohmann::ordered_json index = nlohmann::ordered_json::array();
  for (const report::Row& row : report::merge_findings(report)) {
    auto contract = report.contracts.find(row.finding->id);
    if (row.verdict != fusion::Verdict::Opportunity || contract == report.contracts.end()) continue;
    std::string name = contract::folder_name(row.finding->id);
    std::filesystem::path path = std::filesystem::path(folder) / name;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return fail("cannot make the folder `" + path.string() + "`: " + error.message());
    auto files = contract::contract_files(contract->second);
    files.emplace_back("definition.json", report::render_definition(report, row));
    for (const auto& [file, text] : files) {
      if (int code = write_output(text, (path / file).string()); code != Done) return code;
    }
    index.push_back({{"id", row.finding->id}, {"name", contract->second.name}, {"folder", name}, {"complete", contract->second.complete}});
  }
  return write_output(index.dump(1) + "\n", (std::filesystem::path(folder) / "index.json").string());
}

}  // namespace fusescout::app
