// exposition: numbers as Prometheus reads them: families of samples with labels, a line each.
// Prometheus text format 0.0.4: HELP, TYPE, samples; escapes of labels and of help. OpenMetrics 1.0: UNIT, EOF besides.
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

enum class exposition_format : unsigned char { prometheus, openmetrics };

/// Writes a page, family after family.
class exposition {
public:
    [[gnu::cold]] explicit exposition(std::string& to, exposition_format how = exposition_format::prometheus) noexcept
        : to_(to), open_(how == exposition_format::openmetrics) {}

    /// Begins a family. in: `type` is counter, gauge or histogram; the name of a counter ends in `_total`, one that
    /// ends in a unit, `_seconds` or `_bytes` say, has that.
    [[gnu::cold]] void family(std::string_view name, std::string_view type, std::string_view help) {
        constexpr std::string_view total = "_total";
        // In OpenMetrics it is the samples of a counter that are called so, and not their family.
        total_ = open_ && type == "counter" && name.ends_with(total);
        name_ = total_ ? name.substr(0, name.size() - total.size()) : name;
        to_.append("# HELP ").append(name_).append(" ");
        for (char c : help) {
            if (c == '\\') to_ += "\\\\";
            if (c == '\n') to_ += "\\n";
            if (c == '"' && open_) to_ += '\\';
            if (c != '\\' && c != '\n') to_ += c;
        }
        to_.append("\n# TYPE ").append(name_).append(" ").append(type).append("\n");
        if (open_)
            if (std::string_view unit = unit_of(name_); !unit.empty())
                to_.append("# UNIT ").append(name_).append(" ").append(unit).append("\n");
    }
    /// A sample of it. in: its labels as append_label writes them; what stands behind the name, `_count` say.
    template <class T>
    [[gnu::cold]] void sample(std::string_view labels, T value, std::string_view behind = {}) {
        to_.append(name_).append(total_ ? "_total" : behind);
        if (!labels.empty()) to_.append("{").append(labels).append("}");
        to_ += ' ';
        if constexpr (std::integral<T>)
            append_value(to_, static_cast<std::uint64_t>(value));
        else
            append_value(to_, static_cast<double>(value));
        to_ += '\n';
    }
    /// A sample of a histogram: so many were at most `bound`.
    [[gnu::cold]] void bucket(std::string labels, double bound, std::uint64_t count) {
        std::string text;
        append_value(text, bound);
        // OpenMetrics tells 1 from 1.0 in labels, and wants the latter.
        if (open_ && text.find_first_not_of("0123456789") == text.npos) text += ".0";
        append_label(labels, "le", text);
        sample(labels, count, "_bucket");
    }
    /// A family of one sample.
    template <class T>
    [[gnu::cold]] void one(std::string_view name, std::string_view type, std::string_view help, T value) {
        family(name, type, help);
        sample({}, value);
    }
    /// The page is whole.
    [[gnu::cold]] void end() {
        if (open_) to_ += "# EOF\n";
    }

private:
    [[gnu::cold]] static std::string_view unit_of(std::string_view name) noexcept {
        std::string_view word = name.substr(name.rfind('_') + 1);
        if (word.size() == name.size()) return {};
        for (std::string_view unit :
             {"seconds", "bytes", "celsius", "meters", "volts", "amperes", "joules", "grams", "ratio"})
            if (word == unit) return unit;
        return {};
    }

    std::string& to_;
    std::string_view name_;
    const bool open_;
    bool total_ = false;
};

}  // namespace coracle::metrics
