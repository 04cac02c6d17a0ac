// query_values: the parameters of a query string, decoded once and kept.
#pragma once

#include <coracle/http/fields.hpp>
#include <coracle/http/query.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {

/// Names and values in the order they came. keeps: its own copy of the decoded text; memory is reused by read().
class query_values {
public:
    /// Replaces what it holds by the pairs of `text`. False: there are more pairs than allowed (a 400).
    bool read(std::string_view text) {
        text_.clear();
        places_.clear();
        http::query_reader pairs(text);
        while (pairs.next()) {
            place at{text_.size(), pairs.name().size(), pairs.value().size()};
            text_.append(pairs.name()).append(pairs.value());
            places_.push_back(at);
        }
        return !pairs.too_many();
    }

    std::size_t size() const noexcept { return places_.size(); }
    std::string_view name(std::size_t n) const noexcept {
        return std::string_view(text_).substr(places_[n].at, places_[n].name_size);
    }
    std::string_view value(std::size_t n) const noexcept {
        return std::string_view(text_).substr(places_[n].at + places_[n].name_size, places_[n].value_size);
    }

    std::vector<http::field> pairs() const {
        std::vector<http::field> all;
        all.reserve(size());
        for (std::size_t n = 0; n < size(); ++n) all.push_back({name(n), value(n)});
        return all;
    }

    /// The last value with this name, as FastAPI takes it; nothing when there is none.
    std::optional<std::string_view> last(std::string_view wanted) const noexcept {
        for (std::size_t n = places_.size(); n-- > 0;)
            if (name(n) == wanted) return value(n);
        return std::nullopt;
    }

private:
    struct place {
        std::size_t at;
        std::size_t name_size;
        std::size_t value_size;
    };
    std::string text_;
    std::vector<place> places_;
};

}  // namespace coracle
