// env_file: a file of variables for the environment, `.env`: KEY=VALUE lines, comments, quotes, references.
// python-dotenv, which uvicorn's --env-file reads with; here single quotes mean what they do in a shell.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// Reads one text. `KEY=value # a comment`, `export KEY=value`, `KEY='as it stands'`, `KEY="a\nb ${OTHER:-default}"`;
/// quotes may go over several lines. A key alone sets nothing.
class env_file {
public:
    explicit env_file(std::string_view text) noexcept : left_(text) {
        if (left_.starts_with("\xef\xbb\xbf")) left_.remove_prefix(3);
    }

    /// Calls `set(name, value)` for each variable in their order. Gives what is wrong with the first line that is none,
    /// in a sentence; empty: nothing is. in: `find` gives the value of a variable of the environment, or null; what was
    /// set is there too.
    template <class Find, class Set>
    std::string read(Find find, Set set) {
        if (left_.find('\0') != left_.npos) return "it has a byte of value 0: it is no text";
        while (skip_to_key()) {
            std::string name(take_while([](char c) { return c != '=' && c != '#' && !is_blank(c) && c != '\n'; }));
            if (name == "export" && is_blank(front())) {
                skip_blanks();
                if (front() != '=')
                    name = take_while([](char c) { return c != '=' && c != '#' && !is_blank(c) && c != '\n'; });
            }
            skip_blanks();
            if (front() != '=') {
                if (name.empty() || !ends_line()) return wrong();
                continue;
            }
            left_.remove_prefix(1);
            if (name.empty()) return wrong();
            skip_blanks();
            std::string value;
            bool refers = front() != '\'';
            if (front() == '\'' || front() == '"') {
                if (!take_quoted(value) || !ends_line()) return wrong();
            } else {
                value = take_unquoted();
            }
            set(std::as_const(name), refers ? resolved(value, find) : value);
        }
        return {};
    }

private:
    static constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
    char front() const noexcept { return left_.empty() ? '\n' : left_.front(); }
    template <class Is>
    std::string_view take_while(Is is) {
        std::size_t length = 0;
        while (length < left_.size() && is(left_[length])) ++length;
        std::string_view taken = left_.substr(0, length);
        left_.remove_prefix(length);
        return taken;
    }
    void skip_blanks() { take_while(is_blank); }
    void skip_comment() {
        if (front() == '#') take_while([](char c) { return c != '\n'; });
    }
    /// False at the end.
    bool skip_to_key() {
        while (!left_.empty()) {
            skip_blanks();
            skip_comment();
            if (left_.empty() || left_.front() != '\n') break;
            left_.remove_prefix(1);
            ++line_;
        }
        begins_ = line_;
        return !left_.empty();
    }
    bool ends_line() {
        skip_blanks();
        skip_comment();
        return front() == '\n';
    }
    /// Up to the end of the line, or to a comment with white space before it.
    std::string take_unquoted() {
        std::string_view line = take_while([](char c) { return c != '\n'; });
        for (std::size_t at = 0; at < line.size(); ++at)
            if (line[at] == '#' && (at == 0 || is_blank(line[at - 1]))) line = line.substr(0, at);
        return std::string(ascii::trim(line.substr(0, line.find_last_not_of('\r') + 1)));
    }
    bool take_quoted(std::string& to) {
        char quote = left_.front();
        left_.remove_prefix(1);
        while (!left_.empty() && left_.front() != quote) {
            char c = left_.front();
            left_.remove_prefix(1);
            if (c == '\n') ++line_;
            bool escapes = c == '\\' && !left_.empty() && (quote == '"' || front() == '\'' || front() == '\\');
            if (escapes) {
                constexpr std::string_view letters = "abfnrtv\\'\"", meant = "\a\b\f\n\r\t\v\\'\"";
                std::size_t known = letters.find(front());
                escapes = known != letters.npos;
                if (escapes) c = meant[known];
            }
            if (escapes) left_.remove_prefix(1);
            to += c;
        }
        if (left_.empty()) return false;
        left_.remove_prefix(1);
        return true;
    }
    template <class Find>
    static std::string resolved(std::string_view text, Find& find) {
        std::string all;
        for (;;) {
            std::size_t begin = text.find("${");
            std::size_t end = begin == text.npos ? begin : text.find('}', begin);
            all += text.substr(0, end == text.npos ? end : begin);
            if (end == text.npos) return all;
            std::string_view name = text.substr(begin + 2, end - begin - 2);
            std::size_t otherwise = name.find(":-");
            const char* set = find(std::string(name.substr(0, otherwise)).c_str());
            if (set && (*set || otherwise == name.npos))
                all += set;
            else if (otherwise != name.npos)
                all += name.substr(otherwise + 2);
            text.remove_prefix(end + 1);
        }
    }
    std::string wrong() const {
        return "line " + std::to_string(begins_) +
               " must be KEY=value, # a comment, or empty; quotes end with the value";
    }

    std::string_view left_;
    std::size_t line_ = 1;
    std::size_t begins_ = 1;  // the variable that is read
};

}  // namespace coracle::server
