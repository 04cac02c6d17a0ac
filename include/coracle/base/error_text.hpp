// error_text: what an exception says, for those who only pass it on.
#pragma once

#include <exception>
#include <string>

namespace coracle {

/// The what() of the exception that `error` holds; a sentence about it when it has none. Empty when it holds none.
inline std::string error_text(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& held) {
        return held.what();
    } catch (const std::string& held) {
        return held;
    } catch (const char* held) {
        return held;
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}  // namespace coracle
