// Measured fusions in bench/gain/*.txt: sign, interval and error of the model. The comments at the head of a file say what was measured.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>

#include "gain/price_text.h"
#include "source/data_files.h"

namespace fusescout::gain {
namespace {

struct Measured {
  std::string file, device, sign, mode;
  double before = 0, after = 0, gain = 0;
  std::vector<double> times;   // of the kernels before
  bool timed() const { return before > 0; }
};

Measured read_head(const std::string& file, const std::string& text) {
  Measured m;
  m.file = file;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && line.starts_with("# ");) {
    size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string key = line.substr(2, colon - 2), value = line.substr(colon + 2);
    if (key == "device") m.device = value;
    if (key == "sign") m.sign = value;
    if (key == "mode") m.mode = value;
    if (key == "before") m.before = std::stod(value);
    if (key == "after") m.after = std::stod(value);
    if (key == "gain") m.gain = std::stod(value);
    if (key == "times") {
      std::istringstream numbers(value);
      for (double x; numbers >> x;) m.times.push_back(x);
    }
  }
  if (m.timed()) m.gain = m.before - m.after;
  return m;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

TEST(BenchTest, measured_fusions) {
  source::RealFileSystem disk;
  source::DataFiles data;
  std::string folder = std::string(FUSESCOUT_SOURCE_DIR) + "/bench/gain";
  std::map<std::string, Device> devices;
  std::vector<double> errors, widths;
  size_t cases = 0, signs = 0, gains = 0, inside = 0;
  for (const std::string& file : disk.list(folder)) {
    if (!file.ends_with(".txt")) continue;
    std::string text = *disk.read(folder + "/" + file);
    Measured m = read_head(file, text);
    ASSERT_FALSE(m.device.empty()) << file;
    if (!devices.contains(m.device)) {
      auto device = load_device(data, m.device);
      ASSERT_FALSE(device.is_error()) << file << ": " << device.error().message;
      devices.emplace(m.device, std::move(*device));
    }
    Options options;
    if (m.mode == "eager") options.graph_mode = graph::GraphMode::Eager;
    auto priced = price_text(text, devices.at(m.device), options);
    ASSERT_FALSE(priced.is_error()) << file << ": " << priced.error().message;
    const fusion::Price& price = priced->price;
    ++cases;
    // `none`: no gain was seen; the model must not promise one.
    bool right = m.sign.empty() ? price.gain.nominal > 0 : !price.worthwhile && (m.sign == "none" || price.gain.nominal < 0);
    signs += right;
    EXPECT_TRUE(right) << file << ": predicted " << price.gain.nominal;
    std::string line = fmt::format("{:<40} gain {:8.2f} ({:.2f} to {:.2f})", file, price.gain.nominal, price.gain.low, price.gain.high);
    if (m.sign.empty()) {
      ++gains;
      bool within = price.gain.low <= m.gain && m.gain <= price.gain.high;
      inside += within;
      widths.push_back((price.gain.high - price.gain.low) / 2 / price.gain.nominal);
      line += fmt::format(", measured {:.2f}{}", m.gain, within ? "" : " OUTSIDE");
    }
    if (m.timed()) {
      if (m.times.size() == priced->before.size()) {
        for (size_t i = 0; i < m.times.size(); ++i) errors.push_back(std::abs(priced->before[i].time.nominal / m.times[i] - 1));
      } else {
        errors.push_back(std::abs(price.before.nominal / m.before - 1));
      }
      errors.push_back(std::abs(price.after.nominal / m.after - 1));
      line += fmt::format(", before {:.1f}/{:.1f}, after {:.1f}/{:.1f}", price.before.nominal, m.before, price.after.nominal, m.after);
    }
    std::cout << line << "\n";
  }
  std::cout << fmt::format(
      "{} cases: sign {} of {}, gain inside the interval {} of {}, median error of a time {:.0f} %, median half-width {:.0f} %\n", cases,
      signs, cases, inside, gains, 100 * median(errors), 100 * median(widths));
  EXPECT_EQ(signs, cases);
  EXPECT_GE(static_cast<double>(inside), 0.8 * static_cast<double>(gains));
  EXPECT_LE(median(errors), 0.20);
  EXPECT_LE(median(widths), 0.35);
}

}  // namespace
}  // namespace fusescout::gain
