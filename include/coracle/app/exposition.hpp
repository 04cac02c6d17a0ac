// exposition: numbers as Prometheus reads them: families of samples with labels, a line each.
// Prometheus text format 0.0.4: HELP, TYPE, samples; escapes of labels and of help.
#pragma once

#include <coracle/base/utf8.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::metrics {

/// Whether `text` can name a metric.
constexpr bool is_metric_name(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        if (!letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return !text.empty();
}
/// Whether `text` can name a label; those that begin with two underscores are Prometheus' own.
constexpr bool is_label_name(std::string_view text) noexcept {
    return is_metric_name(text) && text.find(':') == text.npos && !text.starts_with("__");
}

/// Appends `name="value"`, behind a comma if something stands there already. in: any bytes; what is no UTF-8 becomes
/// U+FFFD.
inline void append_label(std::string& to, std::string_view name, std::string_view value) {
    if (!to.empty()) to += ',';
    to.append(name).append("=\"");
    while (!value.empty()) {
        std::size_t length = utf8::sequence_length(value);
        char c = value.front();
        if (length == 0)
            to += "\xef\xbf\xbd";
        else if (c == '\\' || c == '"')
            to.append(1, '\\').append(1, c);
        else if (c == '\n')
            to += "\\n";
        else
            to.append(value.substr(0, length));
        value.remove_prefix(length == 0 ? 1 : length);
    }
    to += '"';
}

inline void append_value(std::string& to, std::uint64_t value) { to += std::to_string(value); }
inline void append_value(std::string& to, double value) {
    if (std::isnan(value)) {
        to += "NaN";
    } else if (std::isinf(value)) {
        to += value > 0 ? "+Inf" : "-Inf";
    } else {
        char text[32];
        to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
    }
}

/// Writes a page, family after family.
class exposition {
public:
    [[gnu::cold]] explicit exposition(std::string& to) noexcept : to_(to) {}

    /// Begins a family. in: `type` is counter, gauge or histogram.
    [[gnu::cold]] void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        to_.append("# HELP ").append(name).append(" ");
        for (char c : help) {
            if (c == '\\') to_ += "\\\\";
            if (c == '\n') to_ += "\\n";
            if (c != '\\' && c != '\n') to_ += c;
        }
        to_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    }
    /// A sample of it. in: its labels as append_label writes them; what stands behind the name, `_bucket` say.
    template <class T>
    [[gnu::cold]] void sample(std::string_view labels, T value, std::string_view behind = {}) {
        to_.append(name_).append(behind);
        if (!labels.empty()) to_.append("{").append(labels).append("}");
        to_ += ' ';
        if constexpr (std::integral<T>)
            append_value(to_, static_cast<std::uint64_t>(value));
        else
            append_value(to_, static_cast<double>(value));
        to_ += '\n';
    }
    /// A family of one sample.
    template <class T>
    [[gnu::cold]] void one(std::string_view name, std::string_view type, std::string_view help, T value) {
        family(name, type, help);
        sample({}, value);
    }

private:
    std::string& to_;
    std::string_view name_;
};

}  // namespace coracle::metrics
