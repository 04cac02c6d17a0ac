// handed_sockets: the doors that whoever started this process has opened for it: systemd, or its own parent.
#pragma once

#include <coracle/net/listening_socket.hpp>
#include <coracle/os/socket_activation.hpp>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::server {

/// Of systemd: all of them, or those with this FileDescriptorName. None when it handed over nothing. error:
/// std::system_error for one that does not listen; std::logic_error when none has that name.
[[gnu::cold]] inline std::vector<net::listening_socket> handed_sockets(const std::string& name) {
    std::vector<net::listening_socket> all;
    std::string names;
    for (const os::handed_descriptor& each : os::take_handed_descriptors()) {
        names += (names.empty() ? "" : ", ") + each.name;
        if (!name.empty() && each.name != name) continue;
        auto door = net::listening_socket::inherit(each.number);
        if (!door)
            throw std::system_error(door.error(), "coracle: descriptor " + std::to_string(each.number) + " ('" +
                                                      each.name + "'), which systemd handed over, does not listen");
        all.push_back(std::move(*door));
    }
    if (all.empty() && !names.empty())
        throw std::logic_error("coracle: systemd handed over no socket with the name '" + name + "', but " + names);
    return all;
}

}  // namespace coracle::server
