#include "graph/model_run.h"

namespace fusescout::graph {

std::string_view status_name(Status status) {
  switch (status) {
    case Status::Complete: return "complete";
    case Status::Partial: return "partial";
    case Status::Rejected: return "rejected";
    case Status::Failed: return "failed";
  }
  return "";
}

}  // namespace fusescout::graph
