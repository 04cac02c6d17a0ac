// issue_list: what is wrong with one document, as it is found; with bounds, so that the answer is not much larger than
// what it answers.
#pragma once

#include <coracle/json/from_text.hpp>
#include <coracle/json/place.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::detail {

/// Bytes that `value` takes as text, about; counting ends above `most`.
inline std::size_t rough_size(const json& value, std::size_t most) {
    std::vector<const json*> open{&value};
    std::size_t size = 0;
    while (!open.empty() && size <= most) {
        const json& each = *open.back();
        open.pop_back();
        size += 4 + (each.is_string() ? each.as_string().size() : 0);
        if (each.is_array())
            for (const json& element : each.as_array()) open.push_back(&element);
        if (!each.is_object()) continue;
        for (const json_member& member : each.as_object()) {
            size += member.key.size() + 4;
            open.push_back(&member.value);
        }
    }
    return size;
}

class issue_list {
public:
    issue_list(std::string_view root, std::vector<validation_issue>& issues) noexcept : root_(root), issues_(issues) {}

    /// Always false.
    bool refuse(const json& in, const json_place& at, std::string_view type, std::string msg, json ctx = {}) {
        if (issues_.size() >= max_validation_issues) return false;
        std::size_t size = rough_size(in, input_left_);
        bool fits = size <= input_left_;
        if (fits) input_left_ -= size;
        issues_.push_back({std::string(type), at.loc(root_), std::move(msg), fits ? in : json(), std::move(ctx)});
        return false;
    }
    bool refuse(const json& in, const json_place& at, text_problem why) {
        return refuse(in, at, why.type, std::move(why.msg), std::move(why.ctx));
    }

    /// To come back to, when what was tried in between does not matter.
    struct mark {
        std::size_t issues;
        std::size_t input_left;
    };
    mark now() const noexcept { return {issues_.size(), input_left_}; }
    void go_back(mark to) {
        if (issues_.size() > to.issues) issues_.resize(to.issues);
        input_left_ = to.input_left;
    }

    /// Some of the issues, from `begin` to before `end`.
    struct span {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    /// Puts what came after `from` into the order of `parts`, which are all of it.
    [[gnu::cold]] void arrange(mark from, std::span<const span> parts) {
        std::vector<validation_issue> ordered;
        for (const span& part : parts)
            for (std::size_t i = part.begin; i < part.end; ++i) ordered.push_back(std::move(issues_[i]));
        issues_.resize(from.issues);
        for (validation_issue& each : ordered) issues_.push_back(std::move(each));
    }

private:
    std::string_view root_;
    std::vector<validation_issue>& issues_;
    std::size_t input_left_ = max_repeated_input;
};

}  // namespace coracle::detail
