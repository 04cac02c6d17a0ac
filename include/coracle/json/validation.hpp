// validation: what is wrong with a value that came from outside, in pydantic's words.
#pragma once

#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace coracle {

/// Issues that are kept for one document: an answer should not be much larger than what it answers.
inline constexpr std::size_t max_validation_issues = 100;
/// About how many bytes of what came are repeated in the issues of one document; behind them `input` is null.
inline constexpr std::size_t max_repeated_input = 64 * 1024;

/// One thing that was wrong: `{"type", "loc", "msg", "input", "ctx"?}`, in pydantic's words.
struct validation_issue {
    std::string type{};  ///< `missing`, `int_parsing`, ...
    json loc{};          ///< an array: "path", "query" or "body", then names and indexes
    std::string msg{};
    json input{};  ///< what came; null when nothing did
    json ctx{};    ///< null: left out
};

/// Thrown by the `validate()` of a struct, member or function beside it, which is called when all members were read and
/// are right by themselves: `void validate() const { if (end < begin) throw validation_failed("ends too early"); }`
/// Any std::invalid_argument is told in the same words, `Value error, ends too early`.
class validation_failed : public std::invalid_argument {
public:
    explicit validation_failed(const std::string& text)
        : invalid_argument(text), type_("value_error"), msg_("Value error, " + text), ctx_{{"error", json::object()}} {}
    /// With a type and a message of its own.
    validation_failed(std::string type, const std::string& msg, json ctx = {})
        : invalid_argument(msg), type_(std::move(type)), msg_(msg), ctx_(std::move(ctx)) {}

    /// Tells it of one member instead of the whole struct: `throw validation_failed("...").at("end");`
    validation_failed&& at(std::string member) && {
        member_ = std::move(member);
        return std::move(*this);
    }

    const std::string& type() const noexcept { return type_; }
    const std::string& msg() const noexcept { return msg_; }
    const json& ctx() const noexcept { return ctx_; }
    const std::string& member() const noexcept { return member_; }

private:
    std::string type_;
    std::string msg_;
    json ctx_;
    std::string member_{};
};

/// `struct item { std::string name; using extra = forbidden; };`: members that item does not have are refused, not
/// passed over.
struct forbidden {};

namespace detail {

template <class T>
concept forbids_extra = requires { requires std::same_as<typename T::extra, forbidden>; };

template <class T>
concept validates_itself = requires(T& value) { value.validate(); };
template <class T>
concept validated_beside = requires(T& value) {
    { validate(value) } -> std::same_as<void>;
};
template <class T>
concept has_validate = validates_itself<T> || validated_beside<T>;

template <has_validate T>
void run_validate(T& value) {
    if constexpr (validates_itself<T>)
        value.validate();
    else
        validate(value);
}

}  // namespace detail

}  // namespace coracle
