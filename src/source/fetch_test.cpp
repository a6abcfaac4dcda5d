#include "source/fetch.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "source/download.h"
#include "source/fake_index.h"
#include "source/lock_file.h"
#include "source/package_index.h"
#include "source/pairing.h"
#include "source/pip_settings.h"

namespace fusescout::source {
namespace {

namespace fs = std::filesystem;

std::string ascend_archive(const std::string& version, const std::string& policy, const std::string& wants = ">=4.57.4") {
  std::string top = "vllm_ascend-" + version + "/";
  return make_archive({{top + "PKG-INFO", "Name: vllm-ascend\nVersion: " + version + "\nRequires-Dist: transformers" + wants + "\n\nText"},
                       {top + "docs/source/community/versioning_policy.md", policy},
                       {top + "vllm_ascend/__init__.py", ""},
                       {top + "vllm_ascend/platform.py", ""}});
}

std::string vllm_archive(const std::string& version) {
  std::string top = "vllm-" + version + "/";
  return make_archive({{top + "PKG-INFO", "Name: vllm\nVersion: " + version + "\nRequires-Dist: transformers<5,>=4.56.0\n"
                                          "Requires-Dist: transformers>=9; extra == \"new\"\n"},
                       {top + "vllm/__init__.py", ""},
                       {top + "vllm/model_executor/__init__.py", ""}});
}

std::string transformers_archive(const std::string& version) {
  std::string top = "transformers-" + version + "/";
  return make_archive({{top + "PKG-INFO", "Name: transformers\nVersion: " + version + "\n"},
                       {top + "src/transformers/__init__.py", ""},
                       {top + "src/transformers/models/__init__.py", ""}});
}

constexpr const char* policy = "| vLLM Ascend | vLLM | Python |\n|---|---|---|\n| v0.17.0rc1 | v0.17.0 | >= 3.10 |\n| v0.16.0rc1 | v0.16.0 | >= 3.10 |\n";

class FetchTest : public testing::Test {
 protected:
  void SetUp() override {
    index_.add("vllm_ascend", "0.16.0rc1", ascend_archive("0.16.0rc1", policy));
    index_.add("vllm_ascend", "0.17.0rc1", ascend_archive("0.17.0rc1", policy));
    index_.add("vllm", "0.17.0", vllm_archive("0.17.0"));
    index_.add("vllm", "0.18.0", vllm_archive("0.18.0"));
    index_.add("transformers", "4.57.3", transformers_archive("4.57.3"));
    index_.add("transformers", "4.57.6", transformers_archive("4.57.6"));
    index_.add("transformers", "4.57.7", transformers_archive("4.57.7"), "", "data-yanked=\"broken\"");
    index_.add("transformers", "4.58.0rc1", transformers_archive("4.58.0rc1"));
    index_.add("transformers", "5.0.0", transformers_archive("5.0.0"));
  }
  ErrorOr<Release> fetch_release(const std::string& release = "0.17.0rc1") { return fetch({release, cache(), index_.url(), nullptr}); }
  static std::string versions(ErrorOr<Release> release) {
    if (release.is_error()) return "error: " + release.error().message;
    std::string text;
    for (const FetchedPackage& package : release->packages) text += std::string(distribution_name(package.package)) + " " + package.version + " ";
    return text;
  }
  std::string cache() const { return temporary_.path() + "/cache"; }
  std::string downloads() const { return cache() + "/downloads/"; }
  FakeIndex index_;
  TemporaryDirectory temporary_;
};

constexpr const char* expected = "vllm-ascend 0.17.0rc1 vllm 0.17.0 transformers 4.57.6 ";

TEST_F(FetchTest, brings_all_three) {
  EXPECT_EQ(versions(find_release(cache(), "0.17.0rc1")),
            "error: release 0.17.0rc1 has not been fetched: run `fusescout fetch 0.17.0rc1`, or give `--vllm`, `--ascend` and `--transformers`");
  auto release = fetch_release("v0.17.0rc1");
  ASSERT_EQ(versions(release), expected);
  EXPECT_EQ(release->packages[1].why, "`docs/source/community/versioning_policy.md` pairs it with 0.17.0rc1");
  EXPECT_EQ(release->packages[2].why, "the highest in `<5,>=4.56.0,>=4.57.4`");
  auto found = find_release(cache(), "0.17.0rc1");
  ASSERT_EQ(versions(found), expected);
  TreeDirectories directories = found->directories();
  EXPECT_EQ(Tree::open(Package::Vllm, directories.vllm)->version(), "0.17.0");
  EXPECT_EQ(Tree::open(Package::VllmAscend, directories.ascend)->version(), "0.17.0rc1");
  EXPECT_EQ(Tree::open(Package::Transformers, directories.transformers)->version(), "4.57.6");
}

TEST_F(FetchTest, the_only_one_needs_no_name) {
  EXPECT_NE(versions(only_release(cache())).find("say where the sources are"), std::string::npos);
  ASSERT_EQ(versions(fetch_release()), expected);
  EXPECT_EQ(versions(only_release(cache())), expected);
  std::string other = real_files().read(lock_path(cache(), "0.17.0rc1")).value();
  other.replace(other.find("0.17.0rc1"), 9, "0.18.0rc1");
  std::ofstream(lock_path(cache(), "0.18.0rc1")) << other;
  EXPECT_EQ(versions(only_release(cache())), "error: several releases have been fetched: say which one is meant with --release VERSION (0.17.0rc1, 0.18.0rc1)");
}

TEST_F(FetchTest, a_second_time_needs_no_index) {
  ASSERT_EQ(versions(fetch_release()), expected);
  index_.remove_pages();
  EXPECT_EQ(versions(fetch_release()), expected);
}

TEST_F(FetchTest, the_lock_file_keeps_versions_and_hashes) {
  ASSERT_EQ(versions(fetch_release()), expected);
  index_.add("transformers", "4.57.8", transformers_archive("4.57.8"));
  fs::remove_all(cache() + "/sources");
  ASSERT_EQ(versions(fetch_release()), expected);
  fs::remove_all(cache() + "/sources");
  index_.remove_pages();
  index_.add("vllm_ascend", "0.17.0rc1", ascend_archive("0.17.0rc1", "changed"));
  EXPECT_NE(versions(fetch_release()).find("is not the file that was fetched before"), std::string::npos) << versions(fetch_release());
}

TEST_F(FetchTest, a_wrong_hash_is_an_error_and_leaves_nothing) {
  index_.remove_pages();
  index_.add("vllm_ascend", "0.17.0rc1", ascend_archive("0.17.0rc1", policy), std::string(64, 'a'));
  EXPECT_NE(versions(fetch_release()).find("but the index promises aaaa"), std::string::npos) << versions(fetch_release());
  EXPECT_TRUE(fs::is_empty(cache() + "/sources"));
  EXPECT_FALSE(fs::exists(downloads() + "vllm_ascend-0.17.0rc1.tar.gz.part"));
}

TEST_F(FetchTest, a_cut_off_archive_without_a_hash_is_an_error) {
  index_.remove_pages();
  std::string archive = ascend_archive("0.17.0rc1", policy);
  index_.add("vllm_ascend", "0.17.0rc1", archive.substr(0, archive.size() / 2), "none");
  EXPECT_NE(versions(fetch_release()).find("truncated"), std::string::npos) << versions(fetch_release());
  EXPECT_TRUE(fs::is_empty(cache() + "/sources"));
  index_.remove_pages();
  SetUp();
  EXPECT_EQ(versions(fetch_release()), expected);
}

TEST_F(FetchTest, a_download_goes_on_where_it_stopped) {
  std::string archive = vllm_archive("0.17.0"), path = temporary_.path() + "/cache/downloads/vllm-0.17.0.tar.gz.part";
  temporary_.write("cache/downloads/vllm-0.17.0.tar.gz.part", archive.substr(0, archive.size() / 2));
  uint64_t least = UINT64_MAX;
  auto release = fetch({"0.17.0rc1", cache(), index_.url(), [&](const std::string& what, uint64_t done, uint64_t) {
                          if (what == "vllm 0.17.0") least = std::min(least, done);
                        }});
  EXPECT_EQ(versions(release), expected);
  EXPECT_GT(least, archive.size() / 2);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(FetchTest, a_part_of_something_else_is_thrown_away) {
  for (size_t size : {size_t{10}, size_t{1000000}}) {
    temporary_.write("cache/downloads/vllm-0.17.0.tar.gz.part", std::string(size, 'x'));
    EXPECT_EQ(versions(fetch_release()), expected);
    fs::remove_all(cache());
  }
}

TEST_F(FetchTest, an_archive_that_leads_out_is_refused) {
  index_.remove_pages();
  index_.add("vllm_ascend", "0.17.0rc1", make_archive({{"vllm_ascend-0.17.0rc1/../../../../evil.py", "evil"}}));
  EXPECT_NE(versions(fetch_release()).find("leads out of its folder"), std::string::npos);
  EXPECT_FALSE(fs::exists(temporary_.path() + "/evil.py"));
}

TEST_F(FetchTest, what_is_not_there_is_said) {
  EXPECT_EQ(versions(fetch_release("0.99.0")), "error: the index has no source archive of vllm-ascend 0.99.0; the newest are 0.17.0rc1, 0.16.0rc1");
  EXPECT_EQ(versions(fetch_release("0.16.0rc1")), "error: the index has no source archive of vllm 0.16.0; the newest are 0.18.0, 0.17.0");
  EXPECT_NE(versions(fetch_release("../x")).find("is not a version"), std::string::npos);
  EXPECT_NE(versions(fetch({"0.17.0rc1", cache(), "file:///nowhere/simple", nullptr})).find("cannot get"), std::string::npos);
  index_.add("vllm_ascend", "0.18.0rc1", ascend_archive("0.18.0rc1", "| v0.18.0rc1 | v0.18.0 |\n", ">=6"));
  EXPECT_EQ(versions(fetch_release("0.18.0rc1")),
            "error: the index has no transformers in the range `<5,>=4.56.0,>=6` that vllm and vllm-ascend ask for");
}

TEST(PairingTest, from_the_most_exact_to_the_least) {
  MemoryFileSystem files;
  files.files = {{"a/PKG-INFO", "Version: 0.17.0rc1\n"}, {"a/vllm_ascend/__init__.py", ""}, {"a/vllm_ascend/platform.py", ""}};
  auto paired = [&] { return paired_vllm(*Tree::open(Package::VllmAscend, "a", files)).version; };
  EXPECT_EQ(paired(), "0.17.0");
  files.files["a/docs/source/conf.py"] = "myst_substitutions = {\n    \"vllm_version\": \"v0.16.1\",\n";
  EXPECT_EQ(paired(), "0.16.1");
  files.files["a/Dockerfile"] = "# VLLM_TAG is what we check out\nARG VLLM_TAG=v0.16.2\n";
  EXPECT_EQ(paired(), "0.16.2");
  files.files["a/docs/source/community/versioning_policy.md"] = "| v0.17.0rc2 | v0.16.3 | x |\n| main | v0.18.0 | x |\n| v0.17.0rc1 | v0.16.4 / v0.16.5 | x |\n";
  EXPECT_EQ(paired(), "0.16.4");
}

TEST(PairingTest, ranges_from_requirement_files) {
  MemoryFileSystem files;
  files.files = {{"v/pyproject.toml", ""}, {"v/vllm/__init__.py", ""}, {"v/vllm/model_executor/__init__.py", ""},
                 {"v/requirements/common.txt", "regex # x\ntransformers >= 4.56.0, < 5\ntokenizers >= 0.21\n"}};
  EXPECT_EQ(required_range(*Tree::open(Package::Vllm, "v", files), "transformers"), ">= 4.56.0, < 5");
}

TEST(PackageIndexTest, json_page) {
  auto archives = read_json_page(R"({"files": [
      {"filename": "vllm_ascend-0.1.tar.gz", "url": "https://host/a/vllm_ascend-0.1.tar.gz", "hashes": {"sha256": "AB"}},
      {"filename": "vllm-ascend-0.2.tar.gz", "url": "../../b/x.tar.gz", "hashes": {}, "yanked": false},
      {"filename": "vllm_ascend-0.3.tar.gz", "url": "https://host/c", "yanked": "bad"},
      {"filename": "vllm_ascend-0.4-py3-none-any.whl", "url": "https://host/d"},
      {"filename": "other-0.4.tar.gz", "url": "https://host/e"},
      {"filename": "vllm_ascend-0.5.tar.gz", "url": "file:///etc/passwd"},
      7]})", "https://host/simple/vllm-ascend/", "vllm-ascend");
  ASSERT_FALSE(archives.is_error());
  ASSERT_EQ(archives->size(), 2u);
  EXPECT_EQ((*archives)[0].sha256, "ab");
  EXPECT_EQ((*archives)[1].url, "https://host/b/x.tar.gz");
  EXPECT_TRUE(read_json_page("<html>", "u", "x").is_error());
  EXPECT_TRUE(read_json_page("[]", "u", "x").is_error());
}

TEST(PackageIndexTest, html_page) {
  auto archives = read_html_page("<html><abbr title='x'>x</abbr><a\nhref='../../p/x-1.0.tar.gz?a=1&amp;b=2#sha256=" + std::string(64, 'c') +
                                     "' data-requires-python=\"&gt;=3.9\">\n x-1.0.tar.gz </a><A HREF=x-2.0.zip>x-2.0.zip</A><a href=\"y\">y",
                                 "https://host/simple/x/", "x");
  ASSERT_EQ(archives.size(), 2u);
  EXPECT_EQ(archives[0].url, "https://host/p/x-1.0.tar.gz?a=1&b=2");
  EXPECT_EQ(archives[0].sha256, std::string(64, 'c'));
  EXPECT_EQ(archives[0].file, "x-1.0.tar.gz");
  EXPECT_EQ(archives[1].url, "https://host/simple/x/x-2.0.zip");
}

TEST(PipSettingsTest, files_and_environment) {
  EXPECT_EQ(setting_in("[global]\nindex_url = https://a/simple \n[install]\nindex-url = https://b\n", "index-url"), "https://a/simple");
  EXPECT_EQ(setting_in("; x\n[global]\nindex-url: https://a\n[download]\nindex-url = https://c\n", "index-url"), "https://c");
  EXPECT_EQ(setting_in("[global]\ncert = x\n", "index-url"), "");
  TemporaryDirectory temporary;
  ::setenv("PIP_CONFIG_FILE", temporary.write("pip.conf", "[global]\nindex-url = https://from-file/simple/\n").c_str(), 1);
  ::unsetenv("PIP_INDEX_URL");
  EXPECT_EQ(package_index("").value(), "https://from-file/simple");
  ::setenv("PIP_INDEX_URL", "https://from-environment/simple", 1);
  EXPECT_EQ(package_index("").value(), "https://from-environment/simple");
  EXPECT_EQ(package_index("https://from-option/").value(), "https://from-option");
  ::unsetenv("PIP_INDEX_URL");
  ::setenv("PIP_CONFIG_FILE", "/dev/null", 1);
  std::string path = ::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  auto none = package_index("");
  ::setenv("PATH", path.c_str(), 1);
  ::unsetenv("PIP_CONFIG_FILE");
  ASSERT_TRUE(none.is_error());
  EXPECT_NE(none.error().message.find("set `PIP_INDEX_URL`"), std::string::npos);
}

}  // namespace
}  // namespace fusescout::source
