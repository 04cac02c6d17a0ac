// file_name: whether a name from somebody else may become the name of a file.
// The reserved names are Windows', which has them in every directory and with every extension; they do no harm here,
// but what is stored on one system is copied to another.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>

#include <cstddef>
#include <string_view>

namespace coracle::http {

/// What is wrong with `name` as the name of a file in a directory that is not its sender's; empty for nothing.
inline std::string_view file_name_mistake(std::string_view name) noexcept {
    if (name.empty()) return "it is empty";
    if (name.size() > 255) return "it is longer than 255 bytes";
    if (name.front() == '.') return "it begins with a dot";
    if (name.back() == '.' || name.back() == ' ') return "it ends with a dot or a space";
    if (!utf8::is_valid(name)) return "it is no UTF-8";
    for (char c : name) {
        if (c == '/' || c == '\\') return "it has a slash or a backslash";
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "it has a control character";
        if (std::string_view("<>:\"|?*").find(c) != std::string_view::npos) return "it has one of < > : \" | ? *";
    }
    std::string_view stem = name.substr(0, name.find('.'));
    while (stem.ends_with(' ')) stem.remove_suffix(1);
    for (std::string_view device : {"con", "prn", "aux", "nul", "conin$", "conout$"})
        if (ascii::iequals(stem, device)) return "Windows has a device of this name";
    bool numbered =
        stem.size() == 4 && (ascii::iequals(stem.substr(0, 3), "com") || ascii::iequals(stem.substr(0, 3), "lpt"));
    if (numbered && ascii::is_digit(stem[3])) return "Windows has a device of this name";
    return {};
}

}  // namespace coracle::http
