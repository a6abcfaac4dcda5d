#include "fusion/finding.h"

namespace fusescout::fusion {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Opportunity: return "opportunity";
    case Verdict::AlreadyFused: return "already_fused";
    case Verdict::Available: return "available";
    case Verdict::Blocked: return "blocked";
    case Verdict::NoGain: return "no_gain";
    case Verdict::BrokenPass: return "broken_pass";
  }
  return "";
}

std::string_view family_name(Family family) {
  switch (family) {
    case Family::Norm: return "Norm";
    case Family::MatMul: return "MatMul";
    case Family::MoE: return "MoE";
    case Family::Attention: return "Attention";
    case Family::Activation: return "Activation";
    case Family::Vector: return "Vector";
  }
  return "";
}

}  // namespace fusescout::fusion
