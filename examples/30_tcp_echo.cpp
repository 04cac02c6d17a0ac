// What:  a TCP server: every client is a task of its own, and gets back what it sends.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 30_tcp_echo.cpp -o echo -pthread && ./echo
// Try:   nc 127.0.0.1 8001   in two terminals at once; then Ctrl-C in the server's: it waits for them, for a while.
// Next:  31_line_protocol.cpp understands what it is told.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<> echo(net::tcp_stream client) {
    std::string who = client.peer().text();
    auto bytes = co_await copy(client, client);  // until the client ends; one that does not read is not read from
    if (bytes)
        std::printf("%s sent %llu bytes\n", who.c_str(), static_cast<unsigned long long>(*bytes));
    else
        std::printf("%s: %s\n", who.c_str(), bytes.error().message().c_str());
}

int main() { return net::serve_streams("127.0.0.1:8001", echo); }
