// A command of the program: a file each. `add_*_command` declares its options and runs it when it is the one that was asked for.
#pragma once

#include <functional>
#include <string>

namespace CLI { class App; }

namespace fusescout::app {

using Action = std::function<int()>;   // gives an ExitCode

void add_analyze_command(CLI::App& program, Action& chosen);
void add_locate_command(CLI::App& program, Action& chosen);
void add_models_command(CLI::App& program, Action& chosen);
void add_explain_command(CLI::App& program, Action& chosen);
void add_price_command(CLI::App& program, Action& chosen);
void add_dump_command(CLI::App& program, Action& chosen);
void add_fetch_command(CLI::App& program, Action& chosen);
void add_inventory_command(CLI::App& program, Action& chosen);

// "fusescout: error: MESSAGE" on stderr; gives BadInput.
int fail(const std::string& message);

// Writes a result to stdout, or to a file that is there whole or not at all.
int write_output(const std::string& text, const std::string& path);

}  // namespace fusescout::app
