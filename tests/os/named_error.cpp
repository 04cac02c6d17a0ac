#include <coracle/os/named_error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <system_error>

using namespace coracle;

TEST_CASE("a named error says what could not be done, to what, and why") {
    os::named_error error(std::make_error_code(std::errc::permission_denied), "open '/etc/shadow'");
    CHECK(error.message() == "cannot open '/etc/shadow': Permission denied");
    bool same = error == std::errc::permission_denied;
    CHECK(same);
    same = error == std::errc::no_such_file_or_directory;
    CHECK_FALSE(same);
    std::string said;
    try {
        error.raise();
    } catch (const std::system_error& raised) {
        CHECK(raised.code() == std::errc::permission_denied);
        said = raised.what();
    }
    CHECK(said == "coracle: cannot open '/etc/shadow': Permission denied");
}

TEST_CASE("a named failure goes into a result") {
    result<int, os::named_error> failed =
        os::named_failure(std::make_error_code(std::errc::no_such_file_or_directory), "read", "x");
    CHECK(failed.error().message() == "cannot read 'x': No such file or directory");
}
