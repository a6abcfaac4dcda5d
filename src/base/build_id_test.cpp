#include "base/build_id.h"

#include <gtest/gtest.h>

namespace fusescout {
namespace {

TEST(BuildIdTest, is_a_hash) {
  EXPECT_GE(build_id().size(), 16u);
  EXPECT_EQ(build_id().find_first_not_of("0123456789abcdef"), std::string::npos) << build_id();
}

}  // namespace
}  // namespace fusescout
