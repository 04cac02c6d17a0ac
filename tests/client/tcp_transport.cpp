#include <coracle/async/spawn.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>

#include <os/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <string>
#include <system_error>
#include <utility>

using namespace coracle;
