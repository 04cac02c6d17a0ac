#include <coracle/server/usage.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace coracle;

TEST_CASE("the help fits a terminal, and names every option that is there") {
    std::string text = server::usage("/usr/local/bin/shop", "Shop 1.2.0");
    CHECK(text.starts_with("Shop 1.2.0\n\nUsage: shop [OPTIONS]\n\nOptions:\n  --host TEXT "));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        CHECK(!line.ends_with(' '));
    }
    for (const server::option& each : server::option_table) {
        CAPTURE(each.name);
        const std::string name = "--" + std::string(each.name);  // `--ws` begins other names
        CHECK((text.find(name + " ") != std::string::npos || text.find(name + "\n") != std::string::npos) ==
              !each.help.empty());
    }
    CHECK(text.find("\n  --access-log / --no-access-log\n                              Print a line") !=
          std::string::npos);
}
