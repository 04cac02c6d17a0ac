// read_words: a command line and an environment, as tests write them.
#pragma once

#include <coracle/server/arguments.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {

inline server::arguments read_words(std::vector<std::string_view> words,
                                    std::map<std::string, std::string> environment = {}, run_options defaults = {}) {
    return server::read_arguments(
        words,
        [&](const char* name) -> const char* {
            auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        },
        defaults);
}

}  // namespace coracle
