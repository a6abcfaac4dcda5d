#include "source/cache.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <thread>

#include "source/hash.h"
#include "source/temporary_directory.h"

namespace fusescout::source {
namespace {

namespace fs = std::filesystem;

class CacheTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [path, text] : {std::pair{"vllm/__init__.py", ""}, {"vllm/a.py", "a = 1"}, {"vllm/b.py", "b = 2"}, {"vllm/model_executor/x", ""}}) {
      temporary_.write(std::string("tree/") + path, text);
      age(path);
    }
    tree_ = Tree::open(Package::Vllm, temporary_.path() + "/tree").value();
  }
  // Old enough to be trusted by its stamp.
  void age(const std::string& path) {
    fs::path file = temporary_.path() + "/tree/" + path;
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(++hours_));
  }
  void change(const std::string& path, const std::string& text) {
    temporary_.write("tree/" + path, text);
    age(path);
  }
  std::string cache() const { return temporary_.path() + "/cache"; }
  std::vector<fs::path> packs() const {
    std::vector<fs::path> found;
    if (!fs::exists(cache() + "/packs")) return found;
    for (const auto& entry : fs::directory_iterator(cache() + "/packs")) found.push_back(entry.path());
    return found;
  }
  // A run of the program: "made <b = 2>" for every value that was not kept.
  std::string run(const std::vector<std::string>& paths = {"vllm/a.py", "vllm/b.py"}, const std::string& kind = "upper-1") {
    FileCache files(cache(), kind, *tree_);
    std::string made;
    for (const std::string& path : paths) {
      auto value = files.get(path, [&](std::string_view content) {
        made += "made <" + std::string(content) + "> ";
        return "value of " + std::string(content);
      });
      EXPECT_EQ(value, "value of " + tree_->read(path).value_or("none")) << path;
    }
    EXPECT_TRUE(files.save());
    return made;
  }
  TemporaryDirectory temporary_;
  std::optional<Tree> tree_;
  int hours_ = 0;
};

TEST_F(CacheTest, values_are_kept_between_runs) {
  EXPECT_EQ(run(), "made <a = 1> made <b = 2> ");
  EXPECT_EQ(run(), "");
  EXPECT_EQ(run({"vllm/a.py", "vllm/__init__.py"}), "made <> ");
  EXPECT_EQ(run({"vllm/a.py", "vllm/b.py", "vllm/__init__.py"}), "");
  EXPECT_EQ(packs().size(), 1u);
}

TEST_F(CacheTest, a_changed_file_is_made_anew) {
  run();
  change("vllm/a.py", "a = 3");
  EXPECT_EQ(run(), "made <a = 3> ");
  EXPECT_EQ(run(), "");
}

TEST_F(CacheTest, a_touched_file_is_compared_by_content) {
  run();
  change("vllm/a.py", "a = 1");
  EXPECT_EQ(run(), "");
}

TEST_F(CacheTest, a_file_too_young_for_its_stamp_is_compared_by_content) {
  temporary_.write("tree/vllm/a.py", "a = 1");
  run();
  fs::file_time_type time = fs::last_write_time(temporary_.path() + "/tree/vllm/a.py");
  temporary_.write("tree/vllm/a.py", "a = 9");   // same size, same inode
  fs::last_write_time(temporary_.path() + "/tree/vllm/a.py", time);
  EXPECT_EQ(run(), "made <a = 9> ");
}

TEST_F(CacheTest, another_kind_has_other_values) {
  run();
  EXPECT_EQ(run({"vllm/a.py"}, "upper-2"), "made <a = 1> ");
  EXPECT_EQ(packs().size(), 2u);
}

TEST_F(CacheTest, no_such_file) {
  FileCache files(cache(), "upper-1", *tree_);
  EXPECT_FALSE(files.get("vllm/none.py", [](std::string_view) { return std::string(); }));
}

TEST_F(CacheTest, without_a_directory_nothing_is_kept) {
  for (int i = 0; i < 2; i++) {
    FileCache files("", "upper-1", *tree_);
    EXPECT_EQ(files.get("vllm/a.py", [](std::string_view) { return std::string("x"); }), "x");
    EXPECT_EQ(files.get("vllm/a.py", [](std::string_view) { return std::string("y"); }), "x");
    EXPECT_TRUE(files.save());
    EXPECT_EQ(files.values_made(), 1u);
  }
  EXPECT_TRUE(packs().empty());
}

TEST_F(CacheTest, any_damage_costs_only_time) {
  run();
  fs::path pack = packs().at(0);
  std::string good = RealFileSystem().read(pack).value();
  for (size_t at = 0; at < good.size(); at++) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    temporary_.write("cache/packs/" + pack.filename().string(), bad);
    run();   // its own expectations: every value is right
  }
  for (size_t size = 0; size < good.size(); size += 7) {
    temporary_.write("cache/packs/" + pack.filename().string(), good.substr(0, size));
    EXPECT_EQ(run(), "made <a = 1> made <b = 2> ") << size;
    EXPECT_EQ(run(), "") << size;
  }
}

TEST_F(CacheTest, concurrent_runs_leave_a_whole_pack) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) threads.emplace_back([&] { for (int j = 0; j < 20; j++) run(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(run(), "");
  EXPECT_EQ(packs().size(), 1u);
}

TEST_F(CacheTest, a_full_disk_leaves_the_old_pack) {
  run({"vllm/a.py"});
  // A limit on file sizes fails in the middle of a write, as a full disk does.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit old, small{.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  small.rlim_max = old.rlim_max;
  FileCache files(cache(), "upper-1", *tree_);
  files.get("vllm/b.py", [](std::string_view) { return std::string(1000, 'x'); });
  ::setrlimit(RLIMIT_FSIZE, &small);
  bool saved = files.save();
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_FALSE(saved);
  EXPECT_EQ(packs().size(), 1u);
  EXPECT_EQ(run({"vllm/a.py"}), "");
}

TEST_F(CacheTest, a_cache_that_cannot_be_written) {
  temporary_.write("cache", "a file");
  FileCache files(cache(), "upper-1", *tree_);
  EXPECT_EQ(files.get("vllm/a.py", [](std::string_view) { return std::string("x"); }), "x");
  EXPECT_FALSE(files.save());
}

TEST_F(CacheTest, what_a_killed_run_left_is_cleaned_up) {
  run();
  for (const char* name : {"old.tmp", "new.tmp", "old.pack"}) temporary_.write(std::string("cache/packs/") + name, "");
  fs::last_write_time(cache() + "/packs/old.tmp", fs::file_time_type::clock::now() - std::chrono::hours(25));
  fs::last_write_time(cache() + "/packs/old.pack", fs::file_time_type::clock::now() - std::chrono::hours(24 * 61));
  change("vllm/a.py", "a = 3");
  run();
  EXPECT_EQ(packs().size(), 2u);
  EXPECT_FALSE(fs::exists(cache() + "/packs/old.tmp"));
}

TEST(CacheDirectoryTest, option_then_xdg_then_home) {
  ::setenv("HOME", "/home/someone", 1);
  ::setenv("XDG_CACHE_HOME", "/var/cache/someone", 1);
  EXPECT_EQ(cache_directory("x"), "x");
  EXPECT_EQ(cache_directory(""), "/var/cache/someone/fusescout");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(cache_directory(""), "/home/someone/.cache/fusescout");
  ::unsetenv("HOME");
  EXPECT_EQ(cache_directory(""), "");
}

TEST(HashTest, sha256) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace fusescout::source
