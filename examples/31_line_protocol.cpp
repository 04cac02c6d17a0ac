// What:  a protocol of lines: a dictionary that all clients share, as a small Redis.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 31_line_protocol.cpp -o dictionary -pthread && ./dictionary
// Try:   nc 127.0.0.1 8002   and then   SET tea 2.50   GET tea   QUIT
// Next:  32_http_client.cpp asks other servers.
#include <coracle.hpp>
#include <map>
using namespace coracle;

std::map<std::string, std::string, std::less<>> words;  // tasks of one loop never run at the same moment: no mutex

std::string answer(std::string_view line) {
    std::string_view command = line.substr(0, line.find(' '));
    std::string_view rest = line.substr(std::min(line.size(), command.size() + 1));
    std::string_view key = rest.substr(0, rest.find(' '));
    if (command == "SET" && key.size() < rest.size()) {
        words.insert_or_assign(std::string(key), rest.substr(key.size() + 1));
        return "OK\n";
    }
    if (command != "GET" || key.empty()) return "ERROR write SET key value, GET key or QUIT\n";
    auto found = words.find(key);
    return found == words.end() ? "NONE\n" : "VALUE " + found->second + "\n";
}

task<> talk(net::tcp_stream client) {
    net::buffered_reader lines(client);
    while (auto line = co_await lines.read_line(1024)) {
        if (*line == "QUIT") co_return;
        auto sent = co_await client.write(answer(*line));
        if (!sent) co_return;
    }
}

int main() { return net::serve_streams("127.0.0.1:8002", talk); }
