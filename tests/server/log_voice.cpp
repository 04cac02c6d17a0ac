#include <coracle/server/log_voice.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

using namespace coracle;

TEST_CASE("level and format are the options' while the server runs, and what they were afterwards") {
    log_level before = log::level();
    {
        server::log_voice voice({.log_level = log_level::debug, .log_format = &json_log});
        CHECK(log::level() == log_level::debug);
        log::writer now = log::set_writer(nullptr);
        CHECK((now == json_log.message));
    }
    CHECK(log::level() == before);
}

TEST_CASE("colours are for terminals, unless somebody says otherwise") {
    std::FILE* file = std::tmpfile();
    CHECK(!server::shows_colors({}, file));
    CHECK(server::shows_colors({.use_colors = true}, file));
    CHECK(!server::shows_colors({.use_colors = false}, file));
    std::fclose(file);
}
