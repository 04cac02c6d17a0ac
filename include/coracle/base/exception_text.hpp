// exception_text: an exception in words, for logs and for who debugs.
#pragma once

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <cxxabi.h>

namespace coracle {

/// What an exception is, and what it says; then the exceptions that it came from (std::throw_with_nested), a line each.
[[gnu::cold]] inline std::string exception_trace(const std::exception_ptr& error) {
    std::string trace;
    std::exception_ptr at = error;
    for (int depth = 0; at && depth < 32; ++depth) {
        if (depth > 0) trace += "\n  because of ";
        std::exception_ptr inner;
        std::string what;
        try {
            std::rethrow_exception(at);
        } catch (const std::exception& known) {
            what = std::string(": ") + known.what();
            if (auto* nested = dynamic_cast<const std::nested_exception*>(&known)) inner = nested->nested_ptr();
        } catch (const std::string& text) {
            what = ": " + text;
        } catch (const char* text) {
            what = std::string(": ") + text;
        } catch (...) {
        }
        const std::type_info* type = nullptr;
        try {
            std::rethrow_exception(at);
        } catch (...) {
            type = abi::__cxa_current_exception_type();
        }
        int status = 0;
        char* name = type ? abi::__cxa_demangle(type->name(), nullptr, nullptr, &status) : nullptr;
        std::string_view shown = name ? name : type ? type->name() : "an exception";
        // What std::throw_with_nested makes of a type.
        for (std::string_view wrapper :
             {std::string_view("std::_Nested_exception<"), std::string_view("std::__1::__nested<")})
            if (shown.starts_with(wrapper) && shown.ends_with('>'))
                shown = shown.substr(wrapper.size(), shown.size() - wrapper.size() - 1);
        trace += shown;
        std::free(name);
        trace += what;
        at = std::move(inner);
    }
    return trace;
}

}  // namespace coracle
