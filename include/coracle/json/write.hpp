// write: JSON text, straight into a byte_buffer: values, containers, enums and structs without a json in between.
// RFC 8259. Compact, UTF-8 as it is, numbers with the fewest digits that read back as the same, `1.0` for a whole one.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/enum_names.hpp>
#include <coracle/json/error.hpp>
#include <coracle/json/instant.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/scan.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

namespace detail {

/// Deeper values are a mistake, or a linked list that should have been an array.
inline constexpr unsigned max_write_depth = 512;

/// `{"name":` for the first member, `,"name":` for the others. Nothing in a name is ever escaped (member_name.hpp).
template <class T, std::size_t I>
inline constexpr auto field_opening = [] {
    constexpr std::string_view name = member_name<T, I>;
    std::array<char, name.size() + 4> text{};
    text[0] = I == 0 ? '{' : ',';
    text[1] = '"';
    for (std::size_t i = 0; i < name.size(); ++i) text[i + 2] = name[i];
    text[name.size() + 2] = '"';
    text[name.size() + 3] = ':';
    return text;
}();

/// Writes with a cursor of its own; the buffer learns of the bytes when the room is used up and at the end.
class json_writer {
public:
    explicit json_writer(byte_buffer& out) noexcept : out_(out) {}
    json_writer(const json_writer&) = delete;
    json_writer& operator=(const json_writer&) = delete;

    /// Hands the last bytes to the buffer.
    void finish() noexcept {
        if (at_ != from_) out_.commit(static_cast<std::size_t>(at_ - from_));
        from_ = at_;
    }

    template <class T>
    void write(const T& value) {
        if constexpr (std::derived_from<T, json>) {
            write_value(value);
        } else if constexpr (checked_type<T>) {
            write(*value);
        } else if constexpr (std::same_as<T, char>) {
            write_text({&value, 1});
        } else if constexpr (std::is_arithmetic_v<T>) {
            static_assert(!code_unit<T>,
                          "coracle: wide characters have no form in JSON; make them UTF-8 in a std::string");
            room(max_number_length);
            write_number(value);
        } else if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, std::monostate>) {
            write_null();
        } else if constexpr (json_text<T>) {
            if constexpr (std::is_pointer_v<T>)
                if (value == nullptr) return write_null();
            write_text(value);
        } else if constexpr (describes_itself<T>) {
            write_value(to_json(value));
        } else if constexpr (spelled<T>) {
            write_text(value.to_text());
        } else if constexpr (patch_type<T>) {
            if (!value.has_value()) return write_null();
            write(*value);
        } else if constexpr (std::is_enum_v<T>) {
            // A number that no enumerator has is told as what it is.
            std::string_view name = reflect::enum_name(value);
            if (name.empty()) return write(static_cast<std::underlying_type_t<T>>(value));
            room(name.size() + 2);
            put('"');
            copy(name.data(), name.size());
            put('"');
        } else if constexpr (time_type<T>) {
            room(max_time_length + 2);
            put('"');
            at_ = write_time(at_, value);
            put('"');
        } else if constexpr (json_nullable<T>) {
            if (!value) return write_null();
            write(*value);
        } else if constexpr (is_a<T, std::variant>) {
            std::visit([this](const auto& held) { this->write(held); }, value);
        } else if constexpr (json_tuple<T>) {
            open('[');
            std::apply([this](const auto&... each) { (this->write_element(each), ...); }, value);
            close(']', std::tuple_size_v<T> == 0);
        } else if constexpr (json_map<T>) {
            open('{');
            for (const auto& [name, member] : value) write_member(name, member);
            close('}', value.begin() == value.end());
        } else if constexpr (json_list<T>) {
            open('[');
            for (const auto& element : value) write_element(static_cast<const typename T::value_type&>(element));
            close(']', value.begin() == value.end());
        } else {
            static_assert(json_struct<T>,
                          "coracle: this type has no form in JSON; make it a plain struct, or write a function "
                          "`json to_json(const T&)` beside it");
            if constexpr (json_struct<T>) write_fields(value, std::make_index_sequence<reflect::field_count<T>>{});
        }
    }

    /// A json on several lines, `indent` spaces per level.
    void write_indented(const json& value, unsigned indent) {
        if (value.empty()) return write_value(value);
        bool array = value.is_array();
        open(array ? '[' : '{');
        auto line = [&](unsigned levels) {
            room(levels * indent + 1);
            put('\n');
            std::memset(at_, ' ', levels * indent);
            at_ += levels * indent;
        };
        bool first = true;
        auto next = [&] {
            if (!std::exchange(first, false)) write_byte(',');
            line(depth_);
        };
        if (array) {
            for (const json& element : value.as_array()) {
                next();
                write_indented(element, indent);
            }
        } else {
            for (const json_member& member : value.as_object()) {
                next();
                write_text(member.key);
                room(2);
                put(':');
                put(' ');
                write_indented(member.value, indent);
            }
        }
        --depth_;
        line(depth_);
        write_byte(array ? ']' : '}');
    }

private:
    /// Every write of `count` bytes stands behind a room(count).
    void room(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
            more_room(count);
    }
    [[gnu::noinline]] void more_room(std::size_t count) {
        finish();
        std::size_t wanted = std::max(count, chunk_);
        if (chunk_ < 16 * 1024) chunk_ *= 2;
        at_ = from_ = out_.prepare(wanted);
        end_ = at_ + wanted;
    }
    void put(char byte) noexcept { *at_++ = byte; }
    void copy(const char* from, std::size_t count) noexcept {
        std::memcpy(at_, from, count);
        at_ += count;
    }
    void write_byte(char byte) {
        room(1);
        put(byte);
    }
    void write_null() {
        room(4);
        copy("null", 4);
    }

    // The caller has made room for max_number_length.
    template <class T>
    void write_number(T value) {
        if constexpr (std::same_as<T, bool>) {
            value ? copy("true", 4) : copy("false", 5);
        } else if constexpr (std::same_as<T, long double>) {
            write_number(static_cast<double>(value));
        } else if constexpr (std::is_floating_point_v<T>) {
            if (!std::isfinite(value)) throw json_error("Out of range float values are not JSON compliant");
            at_ = write_floating(at_, value);
        } else if constexpr (std::is_signed_v<T>) {
            at_ = write_signed(at_, static_cast<std::int64_t>(value));
        } else {
            at_ = write_unsigned(at_, static_cast<std::uint64_t>(value));
        }
    }

    // One pass: at every step there is room for what is left of the text, unescaped, and the closing mark.
    void write_text(std::string_view text) {
        const char* at = text.data();
        const char* const end = at + text.size();
        room(text.size() + 2);
        put('"');
        while (at != end) {
            if (end - at >= 8) {
                std::memcpy(at_, at, 8);
                std::uint64_t special = special_bytes(load_word(at));
                std::ptrdiff_t plain = special == 0 ? 8 : std::countr_zero(special) >> 3;
                at += plain;
                at_ += plain;
                if (special == 0) continue;
            } else if (is_plain(*at)) {
                put(*at++);
                continue;
            }
            auto byte = static_cast<unsigned char>(*at);
            if (byte >= 0x80) {
                std::size_t length = utf8::sequence_length({at, static_cast<std::size_t>(end - at)});
                if (length == 0) refuse_text(text, at);
                copy(at, length);
                at += length;
            } else {
                room(6 + static_cast<std::size_t>(end - at));
                write_escape(byte);
                ++at;
            }
        }
        put('"');
    }
    [[noreturn]] static void refuse_text(std::string_view text, const char* at) {
        throw json_error("a text is not valid UTF-8 at byte " + std::to_string(at - text.data()) +
                         " and cannot be written as JSON");
    }
    void write_escape(unsigned char byte) noexcept {
        char letter = byte == '"'    ? '"'
                      : byte == '\\' ? '\\'
                      : byte == '\b' ? 'b'
                      : byte == '\f' ? 'f'
                      : byte == '\n' ? 'n'
                      : byte == '\r' ? 'r'
                      : byte == '\t' ? 't'
                                     : 'u';
        put('\\');
        put(letter);
        if (letter != 'u') return;
        copy("00", 2);
        put(ascii::hex_digit(byte >> 4U));
        put(ascii::hex_digit(byte));
    }

    void write_value(const json& value) {
        switch (value.type()) {
            case json_kind::null:
                return write_null();
            case json_kind::boolean:
                return write(value.as_bool());
            case json_kind::integer:
                return write(value.as_int());
            case json_kind::unsigned_integer:
                return write(value.as_uint());
            case json_kind::number:
                return write(value.as_double());
            case json_kind::string:
                return write_text(value.as_string());
            case json_kind::array:
                open('[');
                for (const json& element : value.as_array()) write_element(element);
                return close(']', value.empty());
            case json_kind::object:
                open('{');
                for (const json_member& member : value.as_object()) write_member(member.key, member.value);
                return close('}', value.empty());
        }
    }

    // Elements leave a comma behind, which the bracket at the end takes the place of.
    template <class T>
    void write_element(const T& element) {
        write(element);
        write_byte(',');
    }
    template <class T>
    void write_member(std::string_view name, const T& member) {
        write_text(name);
        write_byte(':');
        write_element(member);
    }
    void open(char bracket) {
        deeper();
        write_byte(bracket);
    }
    void close(char bracket, bool empty) {
        --depth_;
        if (empty) return write_byte(bracket);
        at_[-1] = bracket;
    }
    void deeper() {
        if (++depth_ > max_write_depth)
            throw json_error("a value is nested deeper than " + std::to_string(max_write_depth) + " levels");
    }

    template <class T, std::size_t... I>
    void write_fields(const T& object, std::index_sequence<I...>) {
        if constexpr ((patch_type<std::remove_cv_t<reflect::field_type<T, I>>> || ...)) {
            open('{');
            auto members = reflect::tie(object);
            bool any = false;
            ((any = write_present(member_name<T, I>, std::get<I>(members)) || any), ...);
            return close('}', !any);
        }
        deeper();
        if constexpr (sizeof...(I) == 0) write_byte('{');
        [[maybe_unused]] auto members = reflect::tie(object);
        (write_field<T, I>(std::get<I>(members)), ...);
        write_byte('}');
        --depth_;
    }
    template <class Member>
    bool write_present(std::string_view name, const Member& member) {
        if constexpr (patch_type<Member>)
            if (!member.present()) return false;
        write_member(name, member);
        return true;
    }
    template <class T, std::size_t I, class Member>
    void write_field(const Member& member) {
        constexpr auto& opening = field_opening<T, I>;
        room(opening.size() + max_number_length);
        copy(opening.data(), opening.size());
        if constexpr (std::is_arithmetic_v<Member> && !code_unit<Member>)
            write_number(member);
        else
            write(member);
    }

    byte_buffer& out_;
    char* from_ = nullptr;  // what the buffer does not know of yet: [from_, at_)
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t chunk_ = 128;
    unsigned depth_ = 0;
};

/// Calls write(json_writer&); what it wrote is taken back when it throws.
template <class Write>
void write_all_or_nothing(byte_buffer& out, Write&& write) {
    std::size_t before = out.size();
    try {
        json_writer writer(out);
        write(writer);
        writer.finish();
    } catch (...) {
        out.truncate(before);
        throw;
    }
}

}  // namespace detail

/// Appends `value` as compact JSON. Error: json_error for NaN and infinity, for text that is not UTF-8, and for more
/// than 512 levels; `out` is then as it was. Cost: one pass, no allocation besides the buffer's.
template <class T>
void write_json(byte_buffer& out, const T& value) {
    detail::write_all_or_nothing(out, [&](detail::json_writer& writer) { writer.write(value); });
}

/// The same as text.
template <class T>
std::string to_json_text(const T& value) {
    byte_buffer out;
    write_json(out, value);
    return std::string(out.view());
}

inline std::string json::dump() const { return to_json_text(*this); }
inline std::string json::dump(unsigned indent) const {
    byte_buffer out;
    detail::write_all_or_nothing(out, [&](detail::json_writer& writer) { writer.write_indented(*this, indent); });
    return std::string(out.view());
}

}  // namespace coracle
