// place: where in a document something stands, for the `loc` of what is wrong there.
#pragma once

#include <coracle/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle {

/// Names and indexes from the outside in. Lives on the stack of the reader, and costs nothing until it is told.
class json_place {
public:
    /// Gives the name of an alternative of a variant.
    using name_function = std::string (*)();

    json_place() noexcept = default;
    json_place(const json_place& above, std::string_view name) noexcept : above_(&above), name_(name) {}
    json_place(const json_place& above, std::size_t index) noexcept : above_(&above), index_(index), is_index_(true) {}
    json_place(const json_place& above, name_function alternative) noexcept : above_(&above), named_(alternative) {}

    /// As `["body", "items", 0]`, behind `root`.
    json loc(std::string_view root) const {
        json made = json::array();
        if (!root.empty()) made.push_back(json(root));
        append_to(made);
        return made;
    }

private:
    void append_to(json& loc) const {
        if (!above_) return;
        above_->append_to(loc);
        loc.push_back(named_ ? json(named_()) : is_index_ ? json(index_) : json(name_));
    }
    const json_place* above_ = nullptr;
    std::string_view name_{};
    std::size_t index_ = 0;
    name_function named_ = nullptr;
    bool is_index_ = false;
};

}  // namespace coracle
