#include <coracle/client/request_body.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string_view>

using namespace coracle;

namespace {
class once final : public body_stream {
public:
    task<std::optional<std::string_view>> read() override { co_return std::nullopt; }
};
}  // namespace

TEST_CASE("a body is nothing, bytes, or a stream, and only a stream may be gone when it is wanted again") {
    request_body none;
    CHECK(!none.present());
    CHECK(none.rewind());
    request_body bytes(std::string("abc"));
    CHECK(bytes.present());
    CHECK(bytes.bytes() == "abc");
    CHECK(bytes.length() == 3);
    CHECK(bytes.rewind());
    CHECK(request_body(std::string()).present());
    request_body stream(std::make_unique<once>());
    CHECK(stream.is_stream());
    CHECK(!stream.length());
    CHECK(!stream.rewind());
    stream.clear();
    CHECK(!stream.present());
    request_body taken = bytes.take();
    CHECK(taken.bytes() == "abc");
    CHECK(taken.rewind());
    CHECK(bytes.present());
    CHECK(!bytes.rewind());  // what was taken is sent by somebody else
}
