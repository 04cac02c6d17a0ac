// socket_activation: sockets that systemd has opened for this process before it started it.
// sd_listen_fds(3), systemd.socket(5): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; the first is number 3.
#pragma once

#include <coracle/base/ascii.hpp>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::os {

/// A descriptor that was handed over, and its FileDescriptorName.
struct handed_descriptor {
    int number;
    std::string name;
};

/// Those meant for this process; none when there are none. They are given once: the variables are gone then, so that
/// its children do not take them for theirs.
inline std::vector<handed_descriptor> take_handed_descriptors() {
    constexpr int first = 3;
    std::vector<handed_descriptor> all;
    const char* pid = std::getenv("LISTEN_PID");
    const char* count = std::getenv("LISTEN_FDS");
    if (!pid || !count) return all;
    auto whose = ascii::parse_decimal<std::uint32_t>(pid);
    auto many = ascii::parse_decimal<std::uint32_t>(count);
    if (!whose || !many || *whose != static_cast<std::uint32_t>(::getpid())) return all;
    const char* told = std::getenv("LISTEN_FDNAMES");
    std::string_view names = told ? told : "";
    for (int n = 0; n < 1024 && static_cast<std::uint32_t>(n) < *many; ++n) {
        std::size_t colon = names.find(':');
        all.push_back({first + n, std::string(names.substr(0, colon))});
        names.remove_prefix(colon == names.npos ? names.size() : colon + 1);
    }
    for (const char* each : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(each);
    return all;
}

}  // namespace coracle::os
