#include <doctest/doctest.h>

#include <coracle/http/multipart.hpp>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace coracle::http;

namespace {

/// What a body means, a line for each event. in: where it is cut into pieces.
struct listener {
    multipart_parser parser;
    std::string events{};
    std::string content{};

    explicit listener(std::string_view boundary, const multipart_limits& bounds = default_multipart_limits)
        : parser(boundary, bounds) {}

    void feed(std::string_view bytes) {
        // A block of exactly this size, so that AddressSanitizer sees a read beyond it.
        auto copy = std::make_unique<char[]>(bytes.size());
        if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
        std::string_view in(copy.get(), bytes.size());
        for (bool more = true; more;) {
            multipart_step step = parser.next(in);
            in.remove_prefix(step.consumed);
            switch (step.state) {
                case multipart_state::need_more:
                    CHECK(in.empty());
                    more = false;
                    break;
                case multipart_state::part:
                    events += "part";
                    for (const field& each : parser.head())
                        events.append(" ").append(each.name).append("=").append(each.value);
                    events += "\n";
                    content.clear();
                    break;
                case multipart_state::data:
                    CHECK(!step.data.empty());
                    content += step.data;
                    break;
                case multipart_state::part_end:
                    events += "[" + content + "]\n";
                    break;
                case multipart_state::complete:
                case multipart_state::refused:
                    more = false;
                    break;
            }
        }
    }
    std::string end() {
        if (parser.finish()) return events + "end\n";
        return events + "refused: " + std::string(parser.why()) + "\n";
    }
};

std::string read(std::string_view body, std::size_t cut, std::size_t step) {
    listener here("x");
    here.feed(body.substr(0, cut));
    for (std::size_t at = cut; at < body.size(); at += step) here.feed(body.substr(at, step));
    return here.end();
}

constexpr std::string_view misplaced = "refused: the boundary that Content-Type names does not stand in the body\n";
constexpr std::string_view cut_short = "refused: the body ends before the boundary that closes it\n";
constexpr std::string_view trailing = "refused: only spaces and a line end may follow a boundary\n";
constexpr std::string_view bad_field = "refused: a header field of a part must be a name, a colon and a value\n";

}  // namespace

TEST_CASE("D9 a multipart body means the same whole, byte by byte, cut anywhere, and with a tail") {
    struct {
        std::string_view what;
        std::string_view body;
        std::string events;
    } table[] = {
        {"a field", "--x\r\nA: b\r\n\r\nhello\r\n--x--\r\n", "part A=b\n[hello]\nend\n"},
        {"no line end at the end", "--x\r\nA: b\r\n\r\nhello\r\n--x--", "part A=b\n[hello]\nend\n"},
        {"an epilogue means nothing", "--x\r\n\r\nh\r\n--x-- junk\r\n--x\r\n\r\n", "part\n[h]\nend\n"},
        {"two parts", "--x\r\nA: b\r\nC:d \r\n\r\n1\r\n--x\r\n\r\n2\r\n--x--", "part A=b C=d\n[1]\npart\n[2]\nend\n"},
        {"an empty part", "--x\r\nA: b\r\n\r\n\r\n--x--", "part A=b\n[]\nend\n"},
        {"no part", "--x--", "end\n"},
        {"a preamble means nothing", "pre\r\namble\r\n--x\r\n\r\n1\r\n--x--", "part\n[1]\nend\n"},
        {"an empty line before", "\r\n--x\r\n\r\n1\r\n--x--", "part\n[1]\nend\n"},
        {"a boundary inside of a preamble's line", "pre--x\r\n--x\r\n\r\n1\r\n--x--", "part\n[1]\nend\n"},
        {"padding behind a boundary", "--x \t \r\n\r\n1\r\n--x  \r\n\r\n2\r\n--x--  ", "part\n[1]\npart\n[2]\nend\n"},
        {"single CR and LF stay", "--x\r\n\r\na\nb\rc\r\nd\r\r\n\n\r\n--x--", "part\n[a\nb\rc\r\nd\r\r\n\n]\nend\n"},
        {"what looks like a boundary", "--x\r\n\r\n\r\n--y\r\n-\r\n--\r\n--xy\r\n--x-\r\n--x--",
         "part\n[\r\n--y\r\n-\r\n--\r\n--xy\r\n--x-]\nend\n"},
        {"a boundary behind the begin of one", "--x\r\n\r\n\r\n\r\n--x\r\r\n--\r\n--x--",
         "part\n[\r\n\r\n--x\r\r\n--]\nend\n"},
        {"a dash behind a boundary", "--x\r\n\r\na\r\n--x-a\r\n--x--", "part\n[a\r\n--x-a]\nend\n"},
        {"a boundary in the middle of a line", "--x\r\n\r\na--x--\r\n--x--", "part\n[a--x--]\nend\n"},
        {"bytes of all kinds in a value", "--x\r\nA: \xC3\xBC\t\xFF\r\n\r\n\r\n--x--",
         "part A=\xC3\xBC\t\xFF\n[]\nend\n"},
        {"a control character in a name", "--x\r\nA: b\x01\x7F\r\n\r\n\r\n--x--", "part A=b\x01\x7F\n[]\nend\n"},
        {"nothing", "", std::string(misplaced)},
        {"another boundary", "--y\r\n\r\n1\r\n--y--\r\n", std::string(misplaced)},
        {"the begin of one", "--", std::string(misplaced)},
        {"half a head", "--x\r\nA: b\r\n", std::string(misplaced)},
        {"no boundary at the end", "--x\r\n\r\nhello\r\n", "part\n" + std::string(cut_short)},
        {"half of one", "--x\r\n\r\nhello\r\n--x-", "part\n" + std::string(cut_short)},
        {"no end behind a part", "--x\r\n\r\nhello\r\n--x\r\n", "part\n[hello]\n" + std::string(cut_short)},
        {"line ends of one byte", "--x\n\n1\n--x--\n", std::string(misplaced)},
        {"LF alone in a head", "--x\r\nA: b\n\r\n1\r\n--x--",
         "refused: a line of the header fields must end with CR LF, and LF came alone\n"},
        {"CR alone in a head", "--x\r\nA: b\rc\r\n\r\n1\r\n--x--",
         "refused: a header field of a part has a CR or a NUL in it\n"},
        {"a NUL in a head", std::string_view("--x\r\nA: b\0c\r\n\r\n1\r\n--x--", 24),
         "refused: a header field of a part has a CR or a NUL in it\n"},
        {"a space before the colon", "--x\r\nA : b\r\n\r\n1\r\n--x--", std::string(bad_field)},
        {"a folded line", "--x\r\nA: b\r\n c\r\n\r\n1\r\n--x--", std::string(bad_field)},
        {"no colon", "--x\r\nA\r\n\r\n1\r\n--x--", std::string(bad_field)},
        {"no name", "--x\r\n: a\r\n\r\n1\r\n--x--", std::string(bad_field)},
        {"something behind padding", "--x\r\n\r\n1\r\n--x \r2\r\n--x--", "part\n" + std::string(trailing)},
        {"something behind a space", "--x y\r\n\r\n1\r\n--x--", std::string(trailing)},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        CHECK(read(row.body, row.body.size(), 1) == row.events);
        for (std::size_t cut = 0; cut < row.body.size(); ++cut) {
            CAPTURE(cut);
            CHECK(read(row.body, cut, row.body.size()) == row.events);
            CHECK(read(row.body, cut, 1) == row.events);
        }
        if (row.events.ends_with("end\n")) CHECK(read(std::string(row.body) + "\r\n--x\r\ntail", 1, 3) == row.events);
    }
}

TEST_CASE("D9 parts, their heads, the preamble and the padding are bounded") {
    auto part = [](std::string_view head) { return "--x\r\n" + std::string(head) + "\r\n\r\n"; };
    auto refusal = [](const std::string& body) {
        listener here("x");
        here.feed(body);
        here.parser.finish();
        return std::string(here.parser.why());
    };
    std::string end = "\r\n--x--";
    std::string lines;
    for (int i = 0; i < 15; ++i) lines += "A: b\r\n";
    CHECK(refusal(part(lines + "A: b") + end) == "");
    CHECK(refusal(part(lines + "A: b\r\nA: b") + end) == "a part has too many header fields");
    std::string most = "A: " + std::string(8 * 1024 - 7, 'b');
    CHECK(refusal(part(most) + end) == "");
    CHECK(refusal(part(most + "b") + end) == "the header fields of a part are too long");
    CHECK(refusal("--x\r\nA: " + std::string(9000, 'b')) == "the header fields of a part are too long");
    std::string before(8 * 1024 - 2, 'p');
    CHECK(refusal(before + "\r\n--x--") == "");
    CHECK(refusal(before + "p\r\n--x--") == "the boundary that Content-Type names does not come");
    CHECK(refusal("--x" + std::string(9000, ' ') + "\r\n") == "too many spaces follow the boundaries");
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "--x\r\n\r\n\r\n";
    CHECK(refusal(many + "--x--") == "");
    CHECK(refusal(many + "--x\r\n\r\n\r\n--x--") == "it has too many parts");
}

TEST_CASE("D9 a boundary is at most 70 visible characters, without line ends") {
    CHECK(multipart_parser::is_boundary("----WebKitFormBoundary7MA4YWxkTrZu0gW"));
    CHECK(multipart_parser::is_boundary("a b'()+_,-./:=?"));
    CHECK(multipart_parser::is_boundary(std::string(70, 'x')));
    CHECK_FALSE(multipart_parser::is_boundary(std::string(71, 'x')));
    for (std::string_view wrong : {"", "a ", "a\r", "a\n", "a\x7F", "\xC3\xBC"})
        CHECK_FALSE(multipart_parser::is_boundary(wrong));
}

TEST_CASE("D9 the search for the boundary is linear in what comes, in pieces of any size") {
    // Megabytes that begin a boundary again and again; quadratic, this would take hours.
    const std::string boundary(70, '-');
    for (std::string_view pattern : {std::string_view("\r"), std::string_view("\r\n"), std::string_view("\r\n--"),
                                     std::string_view("\r\n-----------------------------------------------------------"
                                                      "-----------"),
                                     std::string_view("-")}) {
        std::string content;
        while (content.size() < 2'000'000) content += pattern;
        for (std::size_t step : {std::size_t{1} << 16, std::size_t{77}}) {
            listener here(boundary);
            here.feed("--" + boundary + "\r\n\r\n");
            for (std::size_t at = 0; at < content.size(); at += step)
                here.feed(std::string_view(content).substr(at, step));
            here.feed("\r\n--" + boundary + "--");
            CHECK(here.parser.finish());
            CHECK((here.content == content));
        }
    }
}

TEST_CASE("the head of a part can be kept") {
    listener here("x");
    here.feed("--x\r\nContent-Disposition: form-data; name=a\r\nX: y\r\n\r\n");
    owned_fields kept = here.parser.take_head();
    here.feed("1\r\n--x\r\nOther: z\r\n\r\n");
    CHECK(kept["content-disposition"] == "form-data; name=a");
    CHECK(kept["x"] == "y");
    CHECK(kept.size() == 2);
    CHECK(here.parser.head()["other"] == "z");
}
