// Sections of the Markdown report. The headings and table columns are fixed: what a downstream reader looks for is there word for word.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/chinese.h"
#include "report/report.h"

namespace fusescout::report {

// The text in the report's language.
struct Words {
  Language language;
  std::string_view operator()(std::string_view zh, std::string_view en) const { return language == Language::Zh ? zh : en; }
  // What a layer below says, in English.
  std::string operator()(std::string_view sentence) const { return language == Language::Zh ? in_chinese(sentence) : std::string(sentence); }
};

std::string place(const graph::Location& location);           // "`path` L12", or "-" when there is none
std::string place(const fusion::Span& span);                   // "`path` L12-14"
std::string code(std::string_view text);                       // in backticks, also when it has some
std::string escape(std::string_view text);                     // for a cell of a table
std::string_view status(graph::Status status, Words words);
std::string_view verdict(fusion::Verdict verdict, Words words);
std::string estimate(const fusion::Estimate& e);               // "3.1 us [2.0, 4.4]"

// What there is to do, in this order: an operator to write, or one that is there to be called.
inline bool to_do(fusion::Verdict verdict) { return verdict == fusion::Verdict::Opportunity || verdict == fusion::Verdict::Available; }
std::map<std::string, size_t> numbers_of(const std::vector<Row>& rows);   // by id, from 1
// " (instead of 2)": of which other one it is an alternative, and in which scenario unless in the one that is shown; empty: of none.
std::string instead_of(const Report& report, const Row& row, const std::map<std::string, size_t>& numbers, Words words);
// " (only decode, 16 tokens)": of the usual two scenarios, where the other has nothing to do there.
std::string only_in(const Report& report, const Row& row, Words words);

void locations_section(std::string& out, const Report& report, Words words);
void sequence_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words);
void findings_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words);
// Which opportunity and which fusion of today holds in which scenario; nothing for the usual pair of one decode and one prefill.
void scenarios_table(std::string& out, const Report& report, const std::vector<Row>& rows, Words words);
void recommendations_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words);
void diagnostics_section(std::string& out, const Report& report, Words words);

}  // namespace fusescout::report
