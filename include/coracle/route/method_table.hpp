// method_table: the methods that a router knows, as the bits of one number.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/method.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::route {

/// A set of methods: bit n stands for the method with number n in a method_table.
using method_bits = std::uint32_t;

/// Numbers for methods: those of http::method stand for themselves, other tokens get one when a route names them.
class method_table {
public:
    static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);
    static constexpr auto get = static_cast<std::uint32_t>(http::method::get);
    static constexpr auto head = static_cast<std::uint32_t>(http::method::head);
    static constexpr auto options = static_cast<std::uint32_t>(http::method::options);

    std::uint32_t size() const noexcept { return known + static_cast<std::uint32_t>(others_.size()); }

    /// in: `token`, the method's text, is looked at only when `method` is other. out: none when no route names it.
    std::uint32_t find(http::method method, std::string_view token) const noexcept {
        if (method != http::method::other) return static_cast<std::uint32_t>(method);
        for (std::uint32_t i = 0; i < others_.size(); ++i)
            if (others_[i] == token) return known + i;
        return none;
    }

    /// The number of `token`, a new one if need be. Error: std::logic_error for what cannot be a method.
    std::uint32_t add(std::string_view token) {
        if (std::uint32_t number = find(http::method_from(token), token); number != none) return number;
        std::string name(token);
        if (!ascii::is_token(token))
            throw std::logic_error("coracle: '" + name + "' cannot be a method: a method is a token such as GET");
        for (std::uint32_t number = 0; number < known; ++number)
            if (ascii::iequals(this->name(number), token))
                throw std::logic_error("coracle: methods are case-sensitive: write " + std::string(this->name(number)) +
                                       " for '" + name + "'");
        if (size() == 32)
            throw std::logic_error("coracle: no more than 32 different methods, '" + name + "' is one more");
        others_.push_back(std::move(name));
        return size() - 1;
    }

    std::string_view name(std::uint32_t number) const noexcept {
        return number < known ? http::method_text(static_cast<http::method>(number)) : others_[number - known];
    }

    /// Replaces `out` by the methods as an Allow field lists them, with what coracle answers by itself: HEAD wherever
    /// there is GET, and OPTIONS.
    void list(method_bits methods, std::string& out) const {
        if (methods >> get & 1U) methods |= 1U << head;
        methods |= 1U << options;
        out.clear();
        for (std::uint32_t number = 0; number < size(); ++number) {
            if ((methods >> number & 1U) == 0) continue;
            if (!out.empty()) out += ", ";
            out += name(number);
        }
    }

private:
    static constexpr auto known = static_cast<std::uint32_t>(http::known_methods);
    std::vector<std::string> others_;
};

}  // namespace coracle::route
