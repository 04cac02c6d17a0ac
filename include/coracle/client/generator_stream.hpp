// generator_stream: the body of a request whose pieces a coroutine makes while they are sent.
#pragma once

#include <coracle/async/generator.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/client/request_body.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::client {

/// Given a generator, it is sent once: no redirect and no retry can send it again. Given a function that makes one, it
/// can be.
class generator_stream final : public body_stream {
public:
    explicit generator_stream(generator<std::string> once, std::optional<std::uint64_t> bytes = std::nullopt)
        : pieces_(std::move(once)), length_(bytes) {}
    explicit generator_stream(function<generator<std::string>()> again,
                              std::optional<std::uint64_t> bytes = std::nullopt)
        : make_(std::move(again)), length_(bytes) {}

    task<std::optional<std::string_view>> read() override {
        if (!pieces_) pieces_.emplace(make_());
        began_ = true;
        std::optional<std::string> made = co_await pieces_->next();
        std::optional<std::string_view> given;
        if (made) {
            piece_ = std::move(*made);
            given = piece_;
        }
        co_return given;
    }
    std::optional<std::uint64_t> length() const override { return length_; }
    bool rewind() override {
        if (!began_) return true;
        if (!make_) return false;
        pieces_.reset();
        began_ = false;
        return true;
    }

private:
    function<generator<std::string>()> make_;
    std::optional<generator<std::string>> pieces_;
    std::optional<std::uint64_t> length_;
    std::string piece_;
    bool began_ = false;
};

}  // namespace coracle::client
