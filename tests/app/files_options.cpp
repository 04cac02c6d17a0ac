#include <coracle/app/files_options.hpp>

#include <doctest/doctest.h>

using namespace coracle;

namespace {

TEST_CASE("by default nothing is served that was not meant to be") {
    files_options files;
    CHECK_FALSE(files.follow_symlinks);
    CHECK_FALSE(files.hidden_files);
    CHECK(files.check_dir);
    frontend_options frontend;
    CHECK_FALSE(frontend.follow_symlinks);
    CHECK_FALSE(frontend.hidden_files);
    CHECK(frontend.fallback == "auto");
}

}  // namespace
