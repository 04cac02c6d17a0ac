#include <doctest/doctest.h>

#include <coracle/app/outgoing_body.hpp>
#include <coracle/app/outgoing_client.hpp>

#include <async/hand_loop.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

/// Writes down what it is told.
class noted final : public outgoing_client {
public:
    bool leaves_soon = false;
    bool wants = true;
    std::string said;

    bool wants_pieces() const noexcept override { return wants; }
    void begin() override { said += "head "; }
    bool has_begun() const noexcept override { return said.find("head") != std::string::npos; }
    void waits(async::cancel_scope&, std::string_view) override { said += "waits "; }
    void goes_on() noexcept override {}
    std::uint64_t room() const noexcept override { return 100'000; }
    bool write(std::string_view small) override {
        said.append(small) += ' ';
        return leaves_soon;
    }
    task<bool> send(std::string_view large) override {
        said += large.empty() ? "send " : "large ";
        co_return !leaves_soon;
    }
    task<bool> send_file(int, std::uint64_t, std::uint64_t) override {
        said += "file ";
        co_return true;
    }
    void end(bool whole) override { said += whole ? "end" : "end early"; }
    void fail(const std::exception_ptr&) override { said += "fail"; }
};

class counted final : public outgoing_body {
public:
    explicit counted(int upto) : upto_(upto) {}
    bool abandoned = false;
    task<std::optional<piece>> next() override {
        co_await hop();
        if (++now_ > upto_) co_return std::nullopt;
        if (now_ == 7) throw std::runtime_error("seven");
        text_ = now_ == 3 ? std::string(50'000, 'x') : std::to_string(now_);
        piece one;
        if (now_ == 4) {
            one.file = 0;
            one.length = 1;
        }
        one.bytes = text_;
        co_return one;
    }
    task<> abandon() override {
        abandoned = true;
        co_return;
    }

private:
    int upto_;
    int now_ = 0;
    std::string text_;
};

std::string told(noted& client, counted body) {
    hand_loop loop;
    started<> sending(loop, body.send_to(client));
    loop.turn_until_idle();
    REQUIRE(sending.ended());
    sending.result();
    return client.said + (body.abandoned ? ", abandoned" : "");
}

}  // namespace

TEST_CASE("a client hears the head with the first piece, small pieces, large ones, those of files, and the end") {
    noted client;
    CHECK(told(client, counted(5)) == "waits head 1 waits 2 waits large waits file waits 5 waits end");
}

TEST_CASE("a client that wants no pieces hears the head and the end") {
    noted client;
    client.wants = false;
    CHECK(told(client, counted(5)) == "head end");
}

TEST_CASE("a body is told when its client has left, and when it fails it is not asked again") {
    noted client;
    client.leaves_soon = true;
    CHECK(told(client, counted(5)) == "waits head 1 send end early, abandoned");
    noted other;
    CHECK(told(other, counted(9)).ends_with("waits 5 waits 6 waits fail, abandoned"));
}
