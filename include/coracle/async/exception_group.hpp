// exception_group: several failures thrown as one. Python's ExceptionGroup, flattened.
#pragma once

#include <coracle/base/error_text.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coracle {

/// What with_group() throws when more than one of its tasks failed. Its text lists what all of them say:
/// "2 tasks failed: no such user; connection refused".
class exception_group : public std::runtime_error {
public:
    /// in: none of them null; the errors of a group among them become its own.
    explicit exception_group(const std::vector<std::exception_ptr>& errors) : exception_group(flat(errors)) {}

    /// In the order in which they happened.
    const std::vector<std::exception_ptr>& errors() const noexcept { return *errors_; }
    /// The first one of type E, or null: `if (auto* why = group.find<http_error>())`. keeps: lives as the group does.
    template <class E>
    const E* find() const noexcept {
        for (const std::exception_ptr& each : *errors_) {
            try {
                std::rethrow_exception(each);
            } catch (const E& found) {
                return std::addressof(found);  // of the object that `each` keeps
            } catch (...) {
                continue;
            }
        }
        return nullptr;
    }

    /// Throws nothing when there is none, a single one as it is, several as a group: so the usual failure is caught by
    /// its own type.
    static void throw_all(const std::vector<std::exception_ptr>& errors) {
        if (errors.size() == 1) std::rethrow_exception(errors.front());
        if (!errors.empty()) throw exception_group(errors);
    }

private:
    using shared = std::shared_ptr<const std::vector<std::exception_ptr>>;  // exceptions are copied without throwing
    explicit exception_group(shared errors) : std::runtime_error(text(*errors)), errors_(std::move(errors)) {}

    [[gnu::cold]] static shared flat(const std::vector<std::exception_ptr>& errors) {
        std::vector<std::exception_ptr> all;
        for (const std::exception_ptr& each : errors) {
            try {
                std::rethrow_exception(each);
            } catch (const exception_group& inner) {
                for (const std::exception_ptr& one : inner.errors()) all.push_back(one);
            } catch (...) {
                all.push_back(each);
            }
        }
        return shared(new std::vector<std::exception_ptr>(std::move(all)));
    }
    [[gnu::cold]] static std::string text(const std::vector<std::exception_ptr>& errors) {
        std::string said = std::to_string(errors.size()) + (errors.size() == 1 ? " task failed" : " tasks failed");
        const char* between = ": ";
        for (const std::exception_ptr& each : errors) {
            said.append(between).append(error_text(each));
            between = "; ";
        }
        return said;
    }

    shared errors_;
};

}  // namespace coracle
