// A device: the numbers that times and feasibility are computed from. One file each in devices/, with source and confidence beside every
// number.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error_or.h"
#include "graph/graph.h"
#include "source/file_system.h"

namespace fusescout::gain {

struct Range {
  double low = 0, nominal = 0, high = 0;
};

// t = start + spread*min(1, rows/cores) + near*min(MB, resident) + far*max(0, MB - resident); us and MB.
struct VectorCost {
  double start = 0;
  double spread = 0;
  double resident = 0;   // MB that the L2 cache still holds
  double far = 0;        // us/MB beyond it
  double triton = 0;     // start of a Triton kernel of this kind, where it was measured; 0: the device's triton_start
  double head_row = 0;   // us for one row of 128 elements on one core; 0: never bound by instructions
};

struct Device {
  std::string name;
  std::string family;                    // "ascend", "nvidia"
  std::vector<std::string> spellings;

  double cube_cores = 0, vector_cores = 0, mhz = 0;
  double capacity_gb = 0, bandwidth_tb = 0, l2_mib = 0;
  double buffer_bytes = 0;               // unified buffer (shared memory) of a vector core
  double alignment = 0;                  // bytes of the last axis
  double row_alignment = 0;              // bytes of a row's start
  double dma_bytes = 0;
  bool bf16 = true, triton = true, fp8 = false;
  bool vector_bf16 = false;              // vector cores compute bf16 without going to f32
  bool fused_epilogue = false;           // from the cube's accumulator to a vector core without global memory
  std::array<double, 14> tflops{};       // by DType; 0: not supported

  Range gap;                             // between kernels of a captured graph
  double host_operator = 0, host_triton = 0;  // eager host cost of a launch
  Range triton_start, mix;
  double triton_state = 1;               // factor on the transfer time of a recurrence's state in Triton

  Range absorb;                          // share of a row kernel's time saved by absorbing it; all 0: bytes and starts only
  Range spread_kept;                     // share of an element-wise operator's spread that stays in a fused kernel
  Range tail;
  double row_kept = 0;                   // elements of a row that stay on the core during a reduction
  double again = 0, again_heavy = 0;     // us for a million elements computed again in a second pass; heavy: with exp or division
  double again_row = 0;                  // us for 1000 rows that a kernel reduces once more

  double matmul_start = 0, matmul_tb = 0;
  double matmul_depth = 0;               // us for 1000 elements of K: the latency of one core's loop
  double matmul_8bit = 1;
  double matmul_tile = 0;                // side of a tile, where the efficiency was measured with all cores busy
  std::vector<std::pair<double, double>> matmul_efficiency;  // rows, share of the peak

  double near = 0;                       // us/MB in the L2 cache
  bool cold_inputs = false;              // inputs, parameters and final outputs are beyond the L2 cache
  double row_latency = 0;                // us for 1000 elements of a row that one core reduces
  double short_row = 0, short_row_triton = 0;  // us for a row of up to 256 elements on one core, with an operand for each column
  double broadcast = 1;                  // factor on bytes of an element-wise kernel with a broadcast operand
  double topk_row = 0;                   // us/1000 rows of 128 elements, of top-k or sort
  std::map<std::string, VectorCost, std::less<>> vector_kinds;  // by operator kind or class

  double attention_start = 0, attention_tb = 0, attention_efficiency = 0;
  double communication_gb = 0, communication_efficiency = 0, chunk = 0;
  Range communication_start;

  double peak(graph::DType dtype) const { return tflops[static_cast<size_t>(dtype)]; }
};

// `file` only names the text in errors.
ErrorOr<Device> parse_device(std::string_view text, const std::string& file);

// By name: 910B1 to 910B4, 910C, 310P, 950, H200, in any case, with or without "Ascend"; the file's stem; or else a path in `files`.
ErrorOr<Device> load_device(const source::FileSystem& files, const std::string& name, const std::string& directory = "devices");

}  // namespace fusescout::gain
