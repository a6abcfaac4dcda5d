#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gain/kernel_cost.h"

namespace fusescout::gain {
namespace {

double transfer_us(const Device& device, const VectorPart& part, double resident, const Parameters& p) {
  double near = std::min(part.mb, resident * p.resident);
  return device.near * near + part.cost->far * (part.mb - near + part.cold_mb);
}

// A proposed kernel moves nothing that its operators apart do not move: that it has more in the L2 cache at a time makes it no slower than they are.
double transfer_us(const Device& device, const VectorWork& work, const Parameters& p) {
  double together = transfer_us(device, work.main, work.resident, p), apart = 0;
  if (work.apart.size() < 2) return together;
  for (const VectorPart& part : work.apart) apart += transfer_us(device, part, part.cost->resident, p);
  return std::min(together, apart);
}

double instructions_us(const Device& device, const VectorPart& part, bool triton, const Parameters& p) {
  return (part.instruction_us + part.short_rows * (triton ? device.short_row_triton : device.short_row)) * p.head_rows;
}

double part_time(const Device& device, const VectorPart& part, const Parameters& p) {
  double bytes = (part.cost->spread * part.fill + transfer_us(device, part, part.cost->resident, p)) * p.vector;
  return (part.cost->start + part.latency_us) * p.vector + std::max(bytes, instructions_us(device, part, false, p));
}

double start_of(const VectorWork& work, bool triton, const Parameters& p) {
  double start = work.main.cost->start * p.vector;
  if (!triton) return start;
  return std::max(start, work.main.cost->triton > 0 ? work.main.cost->triton * p.vector : p.triton_start);
}

double vector_time(const Device& device, const VectorWork& work, bool triton, const Parameters& p) {
  if (!work.any) return 0;
  const VectorPart& main = work.main;
  double transfer = transfer_us(device, work, p) * (triton && work.state ? device.triton_state : 1);
  double bytes = (main.cost->spread * main.fill + p.spread_kept * work.chain_spread + transfer) * p.vector;
  double time = start_of(work, triton, p) + std::max(bytes, instructions_us(device, main, triton, p)) + work.again_us * p.again +
                main.latency_us * p.vector;
  for (const VectorPart& part : work.light) time += (1 - p.absorb) * part_time(device, part, p);
  return time;
}

double cube_time(const CubePart& part, const Parameters& p) {
  // Grouped and plain matmuls alike: the start hides behind nothing, memory and compute behind each other.
  return std::max(part.start + part.memory_us, part.compute_us) * p.matmul;
}

}  // namespace

double kernel_time(const Device& device, const KernelCost& kernel, const Parameters& p) {
  if (kernel.host) return 0;
  if (kernel.cube.empty() && kernel.moved_bytes.empty()) return vector_time(device, kernel.vector, kernel.triton, p);
  double cube = 0, tiles = 1;
  bool grouped = false;
  for (const CubePart& part : kernel.cube) {
    CubePart with_epilogue = part;
    // A tile with work behind it cannot be split along K: cores without a tile stream no weights.
    if (part.grouped && kernel.vector.any) with_epilogue.memory_us /= std::min(1.0, std::max(part.tiles_per_core, 0.05));
    cube += cube_time(with_epilogue, p);
    tiles = std::max(tiles, part.tiles_per_core);
    grouped = grouped || part.grouped;
  }
  double communication = 0;
  for (double bytes : kernel.moved_bytes) {
    if (bytes <= 0) continue;
    communication += (p.communication_start + bytes / (device.communication_gb * 1e3 * device.communication_efficiency)) * p.communication;
  }
  double time = cube + communication;
  bool mixed = false;
  if (kernel.prologue.any) {
    time += (1 - p.absorb) * vector_time(device, kernel.prologue, false, p);
    mixed = true;
  }
  if (kernel.vector.any) {
    double vector = vector_time(device, kernel.vector, false, p);
    double work = std::max(0.0, vector - start_of(kernel.vector, false, p));
    if (kernel.cube.empty()) {
      time += work;  // inside a collective: no start of its own
    } else if (grouped) {
      time += std::max(0.0, 0.5 * vector - device.near * kernel.epilogue_saved_mb);
      mixed = true;
    } else {
      time += p.tail * work / tiles + std::max(0.0, work - cube);
      if (kernel.row_epilogue) time += (1 - p.absorb) * vector;
      mixed = true;
    }
  }
  if (!kernel.cube.empty() && communication > 0) {
    double best = 0;
    for (int chunks : {2, 4, 8}) best = std::max(best, std::min(cube, communication) * (1 - 1.0 / chunks) - chunks * device.chunk);
    time -= best;
    mixed = true;
  }
  if (mixed) time += p.mix;
  return time;
}

namespace {

std::string vector_text(const Device& device, const VectorWork& work, bool triton, const Parameters& p) {
  const VectorPart& main = work.main;
  std::string text = fmt::format("start {:.1f} + spread {:.1f}*{:.2f}", start_of(work, triton, p), main.cost->spread, main.fill);
  if (work.chain_spread > 0) text += fmt::format(" + {:.2f}*{:.1f} for the operators around it", p.spread_kept, work.chain_spread);
  text += fmt::format(" + {:.2f} MB: {:.2f}", main.mb + main.cold_mb, transfer_us(device, work, p));
  if (main.latency_us > 0) text += fmt::format(" + {:.2f} for a row", main.latency_us);
  if (double us = instructions_us(device, main, triton, p); us > 0) text += fmt::format("; at least {:.2f} of instructions", us);
  if (work.again_us > 0) text += fmt::format("; second pass {:.2f}", work.again_us);
  for (const VectorPart& part : work.light) text += fmt::format("; absorbs {:.0f} % of {:.2f}", 100 * p.absorb, part_time(device, part, p));
  return text;
}

}  // namespace

std::string kernel_arithmetic(const Device& device, const KernelCost& kernel, const Parameters& p) {
  std::string text;
  auto add = [&](std::string more) { text += (text.empty() ? "" : "; ") + std::move(more); };
  if (kernel.host) return fmt::format("{}: on the host, no device time", kernel.name.view());
  for (const CubePart& part : kernel.cube) {
    add(fmt::format("cube max(start {:.1f} + memory {:.2f}, compute {:.2f}), {:.1f} tiles a core", part.start, part.memory_us,
                    part.compute_us, part.tiles_per_core));
  }
  for (double bytes : kernel.moved_bytes) {
    if (bytes <= 0) add("one rank, nothing to send");
    else
      add(fmt::format("collective {:.1f} + {:.3f} MB over {:.0f} GB/s * {:.2f}", p.communication_start, bytes / 1e6,
                      device.communication_gb, device.communication_efficiency));
  }
  if (kernel.prologue.any)
    add(fmt::format("before the cube, {:.0f} % absorbed: {}", 100 * p.absorb, vector_text(device, kernel.prologue, false, p)));
  bool alone = kernel.cube.empty() && kernel.moved_bytes.empty();
  if (kernel.vector.any) add((alone ? "" : "after it: ") + vector_text(device, kernel.vector, alone && kernel.triton, p));
  return fmt::format("{}{}: {} = {:.2f} us", kernel.name.view(), kernel.triton ? " (triton)" : "", text, kernel_time(device, kernel, p));
}

Parameters nominal_parameters(const Device& d) {
  return {d.gap.nominal,  d.triton_start.nominal,       d.mix.nominal, d.absorb.nominal, d.spread_kept.nominal,
          d.tail.nominal, d.communication_start.nominal};
}

std::vector<std::pair<Parameters, Parameters>> parameter_sweep(const Device& d) {
  constexpr double likely = 0.7;  // a range holds nearly always; an interval is to hold in four cases of five
  std::vector<std::pair<Parameters, Parameters>> out;
  auto sweep = [&](double Parameters::*field, Range range) {
    if (range.low == range.high) return;
    Parameters low = nominal_parameters(d), high = low;
    low.*field = range.nominal - likely * (range.nominal - range.low);
    high.*field = range.nominal + likely * (range.high - range.nominal);
    out.emplace_back(low, high);
  };
  sweep(&Parameters::gap, d.gap);
  sweep(&Parameters::triton_start, d.triton_start);
  sweep(&Parameters::mix, d.mix);
  sweep(&Parameters::absorb, d.absorb);
  sweep(&Parameters::spread_kept, d.spread_kept);
  sweep(&Parameters::tail, d.tail);
  sweep(&Parameters::communication_start, d.communication_start);
  // +-15 % on each class of times: the mean error of the fits.
  for (double Parameters::* field : {&Parameters::vector, &Parameters::head_rows, &Parameters::matmul, &Parameters::communication})
    sweep(field, {0.79, 1, 1.21});
  sweep(&Parameters::again, {0.4, 1, 1.6});
  sweep(&Parameters::resident, {0.4, 1, 2.5});
  return out;
}

Parameters pessimistic_parameters(const Device& d) {
  Parameters p = nominal_parameters(d);
  p.gap = d.gap.low;
  p.absorb = d.absorb.low;
  p.mix = d.mix.high;
  p.triton_start = d.triton_start.high;
  p.resident = 1e9;  // every byte at the L2 rate: what is saved is worth least
  return p;
}

}  // namespace fusescout::gain
