#pragma once

namespace fusescout::app {

enum ExitCode : int {
  Done = 0,
  GateTripped = 1,
  BadInput = 2,      // wrong use or bad input
  Incomplete = 3,    // and --strict was given
  OurBug = 101,
};

}  // namespace fusescout::app
