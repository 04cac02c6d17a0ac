// exchange: a request goes out, and its answer comes back.
#pragma once

#include <coracle/client/client_settings.hpp>
#include <coracle/client/upgraded.hpp>

#include <memory>
#include <utility>

namespace coracle::client {

/// keeps: both, until it has ended.
task<http_reply> send(const client_settings& with, outgoing_request& request);
task<http_reply> send(std::shared_ptr<const client_settings> with, outgoing_request request);
task<upgraded> upgrade(std::shared_ptr<const client_settings> with, outgoing_request request);

}  // namespace coracle::client
