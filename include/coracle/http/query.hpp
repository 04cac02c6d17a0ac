// query: the name=value pairs of a query string or of an urlencoded form, decoded one after the other.
// WHATWG URL 5.1; in detail as Python's parse_qsl(keep_blank_values=True), with which FastAPI reads queries.
#pragma once

#include <coracle/http/limits.hpp>
#include <coracle/http/percent.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// Goes through the pairs: `for (query_reader pairs{text}; pairs.next();) use(pairs.name(), pairs.value());`
/// Keeps: a reference to the text. Cost: linear; allocates only for names and values that are escaped.
class query_reader {
public:
    explicit query_reader(std::string_view text, std::size_t max_pairs = default_limits.query_pairs) noexcept
        : rest_(text), left_(max_pairs) {}

    /// Goes to the next pair; false at the end, and where there are more pairs than allowed.
    bool next() {
        while (!rest_.empty()) {
            std::size_t end = rest_.find('&');
            std::string_view pair = rest_.substr(0, end);
            if (pair.empty()) {  // `a=1&&b=2`: nothing between two ampersands is no pair
                rest_.remove_prefix(1);
                continue;
            }
            if (left_ == 0) {
                too_many_ = true;
                return false;
            }
            --left_;
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            std::size_t equals = pair.find('=');
            name_ = decode_query(pair.substr(0, equals), name_storage_);
            value_ = equals == std::string_view::npos ? std::string_view{}
                                                      : decode_query(pair.substr(equals + 1), value_storage_);
            return true;
        }
        return false;
    }
    /// Of the pair next() went to; valid until the next call of it.
    std::string_view name() const noexcept { return name_; }
    std::string_view value() const noexcept { return value_; }
    /// After next() was false: whether pairs were left over. The answer is refusal::too_many_pairs then.
    bool too_many() const noexcept { return too_many_; }

private:
    std::string_view rest_;
    std::size_t left_;
    bool too_many_ = false;
    std::string_view name_{};
    std::string_view value_{};
    std::string name_storage_{};
    std::string value_storage_{};
};

/// The value of the last pair with this name, as FastAPI takes it for a single value; nothing when there is none.
inline std::optional<std::string> query_value(std::string_view text, std::string_view name,
                                              std::size_t max_pairs = default_limits.query_pairs) {
    std::optional<std::string> found;
    for (query_reader pairs(text, max_pairs); pairs.next();)
        if (pairs.name() == name) found = pairs.value();
    return found;
}

}  // namespace coracle::http
