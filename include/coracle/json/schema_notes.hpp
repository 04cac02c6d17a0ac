// schema_notes: what a type wants to say in its JSON Schema beyond its members: descriptions, examples, any word.
//
// Written beside the type, without a macro, and checked by the compiler:
//   struct item { std::string name; double price = 0; };
//   void describe(schema_notes<item>& notes) {
//       notes.description("Something for sale.");
//       notes.field(&item::price).description("In euro, tax included.").example(12.5);
//   }
#pragma once

#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Words of JSON Schema for one type or member; they stand over what the type itself says.
class schema_note {
public:
    schema_note& title(std::string text) { return set("title", json(std::move(text))); }
    schema_note& description(std::string text) { return set("description", json(std::move(text))); }
    /// One value that could stand there; several calls give several examples.
    schema_note& example(json value) {
        words_["examples"].push_back(std::move(value));
        return *this;
    }
    schema_note& deprecated() { return set("deprecated", json(true)); }
    /// Any word: `.set("readOnly", true)`, `.set("format", "email")`. It is told, and checked by nobody.
    schema_note& set(std::string_view word, json value) {
        words_[word] = std::move(value);
        return *this;
    }
    const json& words() const noexcept { return words_; }

private:
    json words_ = json::object();
};

/// What `describe(schema_notes<T>&)`, found beside T, writes into.
template <class T>
class schema_notes : public schema_note {
public:
    /// in: a T, and where its members are.
    schema_notes(const T* object, std::span<const void* const> members)
        : object_(object), members_(members), fields_(members.size()) {}

    /// The note of one member: `notes.field(&item::price)`.
    template <class M, std::same_as<T> C>
    schema_note& field(M C::* member) {
        const void* at = &(object_->*member);
        std::size_t i = 0;
        while (i + 1 < members_.size() && members_[i] != at) ++i;
        return fields_[i];
    }
    /// The whole schema, for a type that is written by `to_json`: `notes.is({{"type", "string"}})`.
    schema_note& is(json schema) {
        whole_ = std::move(schema);
        return *this;
    }

    const json& whole() const noexcept { return whole_; }
    const schema_note& field(std::size_t i) const { return fields_[i]; }

private:
    const T* object_;
    std::span<const void* const> members_;
    std::vector<schema_note> fields_;
    json whole_{};
};

namespace detail {

template <class T>
concept has_schema_notes = requires(schema_notes<T>& notes) { describe(notes); };

}  // namespace detail

}  // namespace coracle
