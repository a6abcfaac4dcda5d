#include "gain/device.h"

#include <gtest/gtest.h>

#include <fstream>

#include "source/data_files.h"

namespace fusescout::gain {
namespace {

std::string device_text() { return *source::DataFiles().read("devices/ascend_910c.toml"); }

std::string error_of(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  auto device = parse_device(text, "d.toml");
  EXPECT_TRUE(device.is_error());
  return device.is_error() ? device.error().message : "";
}

TEST(DeviceTest, every_file_is_a_device) {
  source::DataFiles files;
  size_t count = 0;
  for (const std::string& file : files.list("devices")) {
    auto device = parse_device(*files.read("devices/" + file), file);
    EXPECT_FALSE(device.is_error()) << device.error().message;
    ++count;
  }
  EXPECT_GE(count, 9u);
}

TEST(DeviceTest, is_found_by_each_spelling) {
  source::DataFiles files;
  for (auto [name, expected] : {std::pair{"910B1", "Ascend 910B1"},
                                {"910b2", "Ascend 910B2"},
                                {"Ascend910B3", "Ascend 910B3"},
                                {"ascend_910b4", "Ascend 910B4"},
                                {"910C", "Ascend 910C"},
                                {"310P", "Ascend 310P"},
                                {"950", "Ascend 950PR"},
                                {"nvidia_h200", "NVIDIA H200"},
                                {"H200", "NVIDIA H200"}}) {
    auto device = load_device(files, name);
    ASSERT_FALSE(device.is_error()) << device.error().message;
    EXPECT_EQ(device->name, expected);
  }
}

TEST(DeviceTest, unknown_name_lists_the_known_ones) {
  auto device = load_device(source::DataFiles(), "910Z");
  ASSERT_TRUE(device.is_error());
  EXPECT_NE(device.error().message.find("910B2"), std::string::npos);
  EXPECT_NE(device.error().message.find("no device `910Z`"), std::string::npos);
  EXPECT_TRUE(load_device(source::DataFiles(), "").is_error());
}

TEST(DeviceTest, a_path_is_a_device_too) {
  source::MemoryFileSystem files;
  files.files["mine.toml"] = device_text();
  auto device = load_device(files, "mine.toml");
  ASSERT_FALSE(device.is_error()) << device.error().message;
  EXPECT_EQ(device->vector_cores, 48);
  std::string path = testing::TempDir() + "mine.toml";   // beside the embedded data
  std::ofstream(path) << device_text();
  EXPECT_FALSE(load_device(source::DataFiles(), path).is_error());
}

TEST(DeviceTest, errors_name_the_key_or_the_line) {
  EXPECT_EQ(error_of(device_text(), "mhz =", "megahertz ="), "d.toml: `cores.mhz` is missing");
  EXPECT_EQ(error_of(device_text(), "mhz =", "mega = 1\nmhz ="), "d.toml: `cores.mega` is not a key of a device");
  EXPECT_EQ(error_of(device_text(), "near = 0.3", "near = \"fast\" #"), "d.toml: `vector.near` must be a number that is not negative");
  EXPECT_EQ(error_of(device_text(), "near = 0.3", "near = inf #"), "d.toml: `vector.near` must be a number that is not negative");
  EXPECT_EQ(error_of(device_text(), "gap = [0.5, 1.0, 1.8]", "gap = [1, 0, 2]"), "d.toml: `launch.gap` must be [low, nominal, high]");
  EXPECT_EQ(error_of(device_text(), "triton = true", "triton = 1"), "d.toml: `features.triton` must be true or false");
  EXPECT_EQ(error_of(device_text(), "vector = 48", "vector = 0"), "d.toml: `cores.vector` must be positive");
  EXPECT_EQ(error_of(device_text(), "bf16 = 353.9", "bf17 = 353.9"), "d.toml: `compute.bf17` must be a dtype and its TF/s");
  EXPECT_EQ(error_of(device_text(), "{ start = 2.0,", "{ begin = 2.0,"),
            "d.toml: `vector.kinds.elementwise.begin` must be one of start, spread, resident, far, head_row, triton, and a number");
  EXPECT_EQ(error_of(device_text(), "name = ", "name "), "d.toml:4: Error while parsing key-value pair: expected '=', saw '\"'");
}

TEST(DeviceTest, peaks_follow_cores_and_clock) {
  for (const char* name : {"910B1", "910B2", "910B3", "910B4", "910C", "950"}) {
    Device d = std::move(*load_device(source::DataFiles(), name));
    EXPECT_NEAR(d.peak(graph::DType::BF16), d.cube_cores * 8192 * d.mhz / 1e6, 0.5) << name;
  }
}

}  // namespace
}  // namespace fusescout::gain
