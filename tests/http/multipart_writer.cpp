#include <doctest/doctest.h>

#include <coracle/http/multipart.hpp>
#include <coracle/http/multipart_writer.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle::http;

TEST_CASE("a form is written as browsers write it") {
    multipart_writer form;
    form.field("name", "Ann");
    form.file("a\"b", "c\r\nd.txt", "hello", "text/plain");
    form.file("e", "f", "");
    std::string type;
    CHECK(form.take_body(type) ==
          "--coracle-form-0\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAnn\r\n"
          "--coracle-form-0\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"c%0D%0Ad.txt\"\r\n"
          "Content-Type: text/plain\r\n\r\nhello\r\n"
          "--coracle-form-0\r\nContent-Disposition: form-data; name=\"e\"; filename=\"f\"\r\n\r\n\r\n"
          "--coracle-form-0--\r\n");
    CHECK(type == "multipart/form-data; boundary=coracle-form-0");
    CHECK(form.take_body(type) == "--coracle-form-0--\r\n");
}

TEST_CASE("W3 nothing that a form holds ends a part of it, whatever its bytes are") {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    std::string content = all + "\r\n--coracle-form-0--\r\n--coracle-form-1\r\n" + all;
    multipart_writer form;
    form.field(all, content);
    form.file(all, all, content, "text/plain; a=\"b\"");
    CHECK_THROWS_AS(form.file("a", "b", "c", "text/plain\r\nevil: yes"), std::invalid_argument);
    CHECK_THROWS_AS(form.file("a", "b", "c", "text/plain\n"), std::invalid_argument);
    std::string type;
    std::string body = form.take_body(type);
    CHECK(type == "multipart/form-data; boundary=coracle-form-2");
    multipart_parser parser("coracle-form-2");
    std::string_view rest = body;
    std::string held;
    std::size_t parts = 0;
    for (bool more = true; more;) {
        multipart_step step = parser.next(rest);
        rest.remove_prefix(step.consumed);
        more = step.state != multipart_state::need_more && step.state != multipart_state::complete &&
               step.state != multipart_state::refused;
        if (step.state == multipart_state::data) held += step.data;
        if (step.state == multipart_state::part_end) {
            ++parts;
            CHECK((held == content));
            held.clear();
        }
    }
    CHECK(parser.finish());
    CHECK(parts == 2);
}
