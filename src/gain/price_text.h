// `price FILE`: the graph text form, priced by the same code as `analyze`.
#pragma once

#include <string>
#include <string_view>

#include "base/error_or.h"
#include "fusion/pricer.h"
#include "gain/model.h"

namespace fusescout::gain {

struct KernelTime {
  std::string name;
  fusion::Estimate time;       // without the launch
};

struct PricedText {
  fusion::Price price;
  std::vector<KernelTime> before, after;
  fusion::Feasibility feasibility;   // of the kernel after, when it is one
};

// Two graphs `--- before` and `--- after`; or one: its kernels as they are against all its operators in one kernel.
// `phase`, and the symbols B (sequences) and L (context), of the text win over `options`.
ErrorOr<PricedText> price_text(std::string_view text, const Device& device, const Options& options);
std::string to_text(const PricedText& priced);   // for people: times, interval, arithmetic

}  // namespace fusescout::gain
