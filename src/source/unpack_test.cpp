#include "source/unpack.h"

#include <gtest/gtest.h>

#include "source/fake_index.h"
#include "source/file_system.h"

namespace fusescout::source {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class UnpackTest : public testing::Test {
 protected:
  // The error's text, or "" when it was unpacked.
  std::string unpack_entries(const std::vector<FakeEntry>& entries, const UnpackLimits& limits = {}) { return unpack_bytes(make_archive(entries), limits); }
  std::string unpack_bytes(const std::string& bytes, const UnpackLimits& limits = {}) {
    auto result = unpack(temporary_.write("x.tar.gz", bytes), out(), limits);
    if (result.is_error()) {
      EXPECT_FALSE(fs::exists(out()));
    }
    EXPECT_FALSE(fs::exists(out() + ".unpacking"));
    return result.is_error() ? result.error().message : "";
  }
  std::string out() const { return temporary_.path() + "/out/tree"; }
  TemporaryDirectory temporary_;
};

TEST_F(UnpackTest, what_lies_in_the_top_folder) {
  EXPECT_EQ(unpack_entries({{"p-1/", "", AE_IFDIR}, {"p-1/PKG-INFO", "Version: 1"}, {"./p-1/p/a.py", "a = 1"}, {"p-1/docs/picture.png", "x"}}), "");
  EXPECT_EQ(RealFileSystem().list(out()), (Names{"PKG-INFO", "p/"}));
  EXPECT_EQ(RealFileSystem().read(out() + "/p/a.py"), "a = 1");
}

TEST_F(UnpackTest, an_entry_that_leads_out_is_an_error) {
  for (const char* path : {"../evil.py", "p-1/../../evil.py", "p-1/a/../../evil.py", "/evil.py", "p-1/..", "p-1/a\\..\\..\\evil.py"}) {
    EXPECT_NE(unpack_entries({{"p-1/a.py", "x"}, {path, "evil"}}).find("leads out of its folder"), std::string::npos) << path;
    EXPECT_FALSE(fs::exists(temporary_.path() + "/evil.py"));
    EXPECT_FALSE(fs::exists("/evil.py"));
  }
}

TEST_F(UnpackTest, links_and_devices_are_left_out) {
  std::string outside = temporary_.path() + "/outside";
  fs::create_directories(outside);
  EXPECT_EQ(unpack_entries({{"p-1/a.py", "x"},
                            {"p-1/link", "", AE_IFLNK, outside},
                            {"p-1/link/evil.py", "evil"},         // through the link, if it were made
                            {"p-1/hard", "", AE_IFREG, "p-1/a.py", true},
                            {"p-1/fifo", "", AE_IFIFO}}),
            "");
  EXPECT_TRUE(fs::is_empty(outside));
  EXPECT_FALSE(fs::is_symlink(out() + "/link"));
  EXPECT_EQ(RealFileSystem().list(out()), (Names{"a.py", "link/"}));
}

TEST_F(UnpackTest, limits) {
  EXPECT_EQ(unpack_entries({{"p-1/a.py", "x"}, {"p-1/big.txt", std::string(2000, 'x')}}, {.file = 1000}), "");
  EXPECT_EQ(RealFileSystem().list(out()), Names{"a.py"});
  fs::remove_all(out());
  EXPECT_NE(unpack_entries({{"p-1/a", "x"}, {"p-1/b", "x"}, {"p-1/c", "x"}}, {.entries = 2}).find("more than 2 entries"), std::string::npos);
  EXPECT_NE(unpack_entries({{"p-1/a", std::string(600, 'x')}, {"p-1/b", std::string(600, 'x')}}, {.total = 1000}).find("larger"), std::string::npos);
}

TEST_F(UnpackTest, a_cut_off_or_foreign_file_is_an_error) {
  std::string noise;
  for (unsigned i = 0, x = 1; i < 200000; i++) noise += static_cast<char>('a' + ((x = x * 1664525 + 1013904223) >> 24) % 26);
  std::string bytes = make_archive({{"p-1/a.py", noise}, {"p-1/b.py", noise}});
  for (size_t size : {bytes.size() - 9, bytes.size() / 2, bytes.size() / 4, size_t{20}, size_t{0}}) EXPECT_NE(unpack_bytes(bytes.substr(0, size)), "") << size;
  EXPECT_NE(unpack_bytes("<html>not found</html>"), "");
  EXPECT_EQ(unpack_bytes(bytes), "");
}

TEST_F(UnpackTest, what_a_killed_run_left_is_replaced) {
  temporary_.write("out/tree.unpacking/stale.py", "x");
  EXPECT_EQ(unpack_entries({{"p-1/a.py", "x"}}), "");
  EXPECT_EQ(RealFileSystem().list(out()), Names{"a.py"});
}

}  // namespace
}  // namespace fusescout::source
