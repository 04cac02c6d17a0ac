// A scenario of parser, decoder and exchange: reads tests/http/wire/*.md, requests as text and the events they must
// give. See wire/README.md for the format.
#include "wire_reader.hpp"

#include <coracle/base/ascii.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct sample {
    std::string file;
    std::string name;
    std::string bytes;
    std::string events;
};

std::filesystem::path samples_folder() {
    const char* root = std::getenv("CORACLE_SOURCE_ROOT");
    return std::filesystem::path(root ? root : ".") / "tests/http/wire";
}

/// \r \n \t \0 \\ \xHH are bytes; \{COUNT}{TEXT} is TEXT so many times. Ends of lines in the file mean nothing.
std::string bytes_of(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') continue;
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        REQUIRE(++i < text.size());
        switch (text[i]) {
            case 'r':
                out += '\r';
                break;
            case 'n':
                out += '\n';
                break;
            case 't':
                out += '\t';
                break;
            case '0':
                out += '\0';
                break;
            case '\\':
                out += '\\';
                break;
            case 'x': {
                auto byte = coracle::ascii::parse_hex(text.substr(i + 1, 2));
                REQUIRE(byte.has_value());
                out += static_cast<char>(*byte);
                i += 2;
                break;
            }
            case '{': {
                std::size_t close = text.find("}{", i);
                std::size_t last = text.find('}', close + 2);
                REQUIRE(last != std::string_view::npos);
                auto count = coracle::ascii::parse_decimal(text.substr(i + 1, close - i - 1));
                REQUIRE(count.has_value());
                std::string repeated = bytes_of(text.substr(close + 2, last - close - 2));
                for (std::uint64_t n = 0; n < *count; ++n) out += repeated;
                i = last;
                break;
            }
            default:
                FAIL("no such escape: \\" << text[i]);
        }
    }
    return out;
}

std::vector<sample> read_samples() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(samples_folder()))
        if (entry.path().extension() == ".md" && entry.path().filename() != "README.md") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<sample> samples;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        sample now{file.filename().string(), "", "", ""};
        std::string* block = nullptr;
        for (std::string line; std::getline(in, line);) {
            if (block == nullptr && line.starts_with("## "))
                now.name = line.substr(3);
            else if (block == nullptr && line == "```http")
                block = &(now.bytes = "");
            else if (block == nullptr && line == "```events")
                block = &(now.events = "");
            else if (block != nullptr && line == "```") {
                if (block == &now.events) samples.push_back(now);
                block = nullptr;
            } else if (block != nullptr)
                (*block += line) += '\n';
        }
        CHECK_MESSAGE(block == nullptr, file.string(), " ends inside a block");
    }
    for (sample& each : samples) each.bytes = bytes_of(each.bytes);
    return samples;
}

/// Long runs are told shorter, so that a limit can be tested without a page of expected output.
std::string shortened(std::string_view events) {
    std::string out;
    for (std::size_t i = 0; i < events.size();) {
        std::size_t run = 1;
        while (i + run < events.size() && events[i + run] == events[i]) ++run;
        if (run > 40)
            out += "\\{" + std::to_string(run) + "}{" + events[i] + "}";
        else
            out.append(run, events[i]);
        i += run;
    }
    return out;
}

constexpr std::string_view tail = "GET /tail HTTP/1.1\r\nHost: tail\r\n\r\n";
constexpr std::string_view tail_events = "request GET /tail HTTP/1.1\nfield Host: tail\nend\n";

}  // namespace

TEST_CASE("every sample in tests/http/wire means the same whole, byte by byte, with a tail and cut anywhere") {
    std::vector<sample> samples = read_samples();
    REQUIRE_MESSAGE(samples.size() > 100, "no samples found; set CORACLE_SOURCE_ROOT to the root of the source tree");
    for (const sample& each : samples) {
        INFO(each.file, ": ", each.name);
        std::string whole = wire::events_of(each.bytes);
        CHECK(shortened(whole) == each.events);
        CHECK(shortened(wire::events_bytewise(each.bytes)) == each.events);
        // F18: behind a message stands the next; F20: behind a refusal nothing counts.
        if (whole.ends_with("\nend\n"))
            CHECK(wire::events_of(each.bytes + std::string(tail)) == whole + std::string(tail_events));
        if (whole.ends_with("\nclose\n") || whole.find("refused ") != std::string::npos)
            CHECK(wire::events_of(each.bytes + std::string(tail)) == whole);
        std::size_t stride = each.bytes.size() < 1500 ? 1 : each.bytes.size() / 200;
        std::size_t different = 0;
        for (std::size_t cut = 0; cut <= each.bytes.size(); cut += stride)
            different += wire::events_of(each.bytes, {cut}) != whole;
        CHECK(different == 0);
    }
}

TEST_CASE("F18: three pipelined requests, one with a body, cut at every two places, give three answers") {
    constexpr std::string_view bytes =
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n"
        "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string expected =
        "request POST /1 HTTP/1.1\nfield Host: a\nfield Content-Length: 3\nbody abc\nend\n"
        "request POST /2 HTTP/1.1\nfield Host: a\nfield Transfer-Encoding: chunked\nbody xy\nend\n"
        "request GET /3 HTTP/1.1\nfield Host: a\nend\n";
    std::size_t different = 0;
    for (std::size_t first = 0; first <= bytes.size(); ++first)
        for (std::size_t second = first; second <= bytes.size(); ++second)
            different += wire::events_of(bytes, {first, second}) != expected;
    CHECK(different == 0);
}

TEST_CASE("F20: whatever follows a refused request, nothing more comes out") {
    for (std::string_view bad : {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "X\n", "GET / HTTP/2.0\r\n\r\n",
                                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n"}) {
        std::string alone = wire::events_of(bad);
        CHECK(alone.find("refused") != std::string::npos);
        CHECK(wire::events_of(std::string(bad) + std::string(tail)) == alone);
        CHECK(wire::events_bytewise(std::string(bad) + std::string(tail)) == alone);
    }
}
