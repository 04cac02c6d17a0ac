// challenge: what a server that refuses wants to see first: the schemes in WWW-Authenticate and Proxy-Authenticate.
// RFC 9110 11.2 (parameters), 11.3 (challenges), 11.6.1 (several of them in one field).
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::http {

/// `Digest realm="a", nonce="b"`, or `Negotiate dGV4dA==`. Plain data.
struct challenge {
    struct parameter {
        std::string name;  ///< lower-case
        std::string value;
    };
    std::string scheme{};  ///< lower-case
    std::string token{};   ///< where there is one word and no parameters
    std::vector<parameter> parameters{};

    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const parameter& each : parameters)
            if (each.name == name) return each.value;
        return std::nullopt;
    }
};

namespace detail {

/// Reads one field from its front.
class challenge_reader {
public:
    explicit challenge_reader(std::string_view field) noexcept : rest_(field) {}

    std::optional<std::vector<challenge>> read() {
        std::vector<challenge> all;
        for (;;) {
            skip(" \t,");
            if (rest_.empty()) return all;
            std::string_view word = take_token();
            if (word.empty()) return std::nullopt;
            std::string_view behind = rest_;
            skip(" \t");
            if (rest_.starts_with('=')) {
                rest_.remove_prefix(1);
                if (all.empty() || !all.back().token.empty() || !read_parameter(all.back(), word)) return std::nullopt;
                continue;
            }
            challenge made;
            made.scheme = ascii::lower(word);
            if (behind.starts_with(' ')) made.token = take_word();
            all.push_back(std::move(made));
        }
    }

private:
    void skip(std::string_view what) noexcept {
        std::size_t end = rest_.find_first_not_of(what);
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end);
    }
    std::string_view take_token() noexcept {
        std::size_t size = 0;
        while (size < rest_.size() && ascii::is_token(rest_[size])) ++size;
        return take(size);
    }
    std::string_view take(std::size_t size) noexcept {
        std::string_view out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }
    /// A token68 that stands alone; else nothing is taken, and it is the first parameter or the next scheme.
    std::string_view take_word() noexcept {
        std::size_t size = 0;
        while (size < rest_.size() && (ascii::is_alpha(rest_[size]) || ascii::is_digit(rest_[size]) ||
                                       std::string_view("-._~+/").find(rest_[size]) != std::string_view::npos))
            ++size;
        if (size == 0) return {};
        while (size < rest_.size() && rest_[size] == '=') ++size;
        std::size_t end = rest_.find_first_not_of(" \t", size);
        if (end != rest_.npos && rest_[end] != ',') return {};
        return take(size);
    }
    bool read_parameter(challenge& of, std::string_view word) {
        skip(" \t");
        challenge::parameter made{ascii::lower(word), {}};
        if (of.find(made.name)) return false;  // two readers may take two different ones
        if (!rest_.starts_with('"')) {
            made.value = take_token();
            if (made.value.empty()) return false;
        } else {
            rest_.remove_prefix(1);
            for (;; rest_.remove_prefix(1)) {
                if (rest_.empty()) return false;
                if (rest_.front() == '"') break;
                if (rest_.front() == '\\') rest_.remove_prefix(1);
                if (rest_.empty()) return false;
                made.value += rest_.front();
            }
            rest_.remove_prefix(1);
        }
        of.parameters.push_back(std::move(made));
        skip(" \t");
        return rest_.empty() || rest_.front() == ',';
    }

    std::string_view rest_;
};

}  // namespace detail

/// The challenges of one field, in order; nothing when it is malformed, or says a parameter twice.
inline std::optional<std::vector<challenge>> parse_challenges(std::string_view field) {
    return detail::challenge_reader(field).read();
}

}  // namespace coracle::http
