#include <doctest/doctest.h>

#include <coracle/app/sse_event.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct price {
    std::string name;
    double value = 0;
};

/// What a client makes of it: WHATWG HTML 9.2.6, in short.
struct understood {
    std::string data, event, id;
    bool dispatched = false;
    int fields = 0;
};
understood read(std::string_view text) {
    understood out;
    std::string data;
    bool any = false;
    while (!text.empty()) {
        std::size_t end = text.find_first_of("\r\n");
        std::string_view line = text.substr(0, end);
        std::size_t skip = end == text.npos ? text.size() : end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
        text.remove_prefix(skip);
        if (line.empty()) {
            if (any) {
                data.pop_back();
                out.data = data;
                out.dispatched = true;
            }
            continue;
        }
        std::size_t colon = line.find(':');
        std::string_view name = line.substr(0, colon);
        std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (name.empty()) continue;
        ++out.fields;
        if (name == "data") {
            data.append(value).push_back('\n');
            any = true;
        }
        if (name == "event") out.event = value;
        if (name == "id") out.id = value;
    }
    return out;
}

}  // namespace

TEST_CASE("an event has its fields in FastAPI's order and ends with a blank line") {
    CHECK(sse_event("hello").text() == "data: hello\n\n");
    CHECK(sse_event().raw_data("x").event("tick").id("7").retry(3s).comment("why").text() ==
          ": why\nevent: tick\ndata: x\nid: 7\nretry: 3000\n\n");
    CHECK(sse_event().comment("ping").text() == ": ping\n\n");
    CHECK(sse_event().retry(0ms).text() == "retry: 0\n\n");
    CHECK(sse_event().text() == "\n");
    CHECK(sse_event("").text() == "data: \n\n");
    CHECK(sse_event("x").id("").text() == "data: x\nid: \n\n");
}

TEST_CASE("text is data as it stands, anything else is JSON, and data() is always JSON") {
    CHECK(sse_event(std::string("a \"b\"")).text() == "data: a \"b\"\n\n");
    CHECK(sse_event(7).text() == "data: 7\n\n");
    CHECK(sse_event(price{"tea", 1.5}).text() == "data: {\"name\":\"tea\",\"value\":1.5}\n\n");
    CHECK(sse_event(json{{"a", nullptr}}).text() == "data: {\"a\":null}\n\n");
    CHECK(sse_event().data("hello").text() == "data: \"hello\"\n\n");
    CHECK(sse_event().data("two\nlines").text() == "data: \"two\\nlines\"\n\n");
    CHECK(sse_event("first").data("then").text() == "data: \"then\"\n\n");
}

TEST_CASE("an event that has a name is filled step by step") {
    sse_event one;
    one.event("a").id("1").raw_data("x").data(true).retry(1ms).comment("c");
    sse_event copy(one);
    CHECK(copy.text() == ": c\nevent: a\ndata: true\nid: 1\nretry: 1\n\n");
}

TEST_CASE("data of several lines is several lines of data, and a client puts them together again") {
    CHECK(sse_event("a\nb\r\nc\rd").text() == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(sse_event("a\n").text() == "data: a\ndata: \n\n");
    CHECK(sse_event().comment("one\ntwo").text() == ": one\n: two\n\n");
    for (std::string_view text : {"", "x", "\n", "a\n\nb", " leading", ": odd", "data: x", "end\n\n", "\xE2\x80\xA8"}) {
        understood heard = read(sse_event(text).text());
        CHECK(heard.dispatched);
        CHECK(heard.data == text);
    }
}

TEST_CASE("W3: no byte of an event's name, id, data or comment makes a field or an event of its own") {
    for (int byte = 0; byte < 256; ++byte) {
        std::string text = "a";
        text += static_cast<char>(byte);
        text += "data: evil";
        bool ends_line = byte == '\r' || byte == '\n';
        auto refuses = [](auto&& call) {
            try {
                call();
                return false;
            } catch (const std::invalid_argument&) {
                return true;
            }
        };
        CHECK(refuses([&] { (void)sse_event("x").event(text); }) == ends_line);
        CHECK(refuses([&] { (void)sse_event("x").id(text); }) == (ends_line || byte == 0));
        understood heard = read(sse_event(text).text());
        CHECK(heard.fields == (ends_line ? 2 : 1));
        CHECK(heard.data == (ends_line ? "a\ndata: evil" : text));
        heard = read(sse_event("x").comment(text).text());
        CHECK(heard.fields == 1);
        CHECK(heard.data == "x");
        if (!ends_line) CHECK(read(sse_event("x").event(text).text()).event == text);
    }
    CHECK_THROWS_WITH(sse_event("x").event("a\nb"),
                      "coracle: the event of an sse_event is one line, and this has a line end in it");
    CHECK_THROWS_WITH(sse_event("x").retry(-1ms), "coracle: the retry of an sse_event must not be negative");
}
