// validation_error: everything that was wrong with a request's parameters, as FastAPI's 422 says it.
#pragma once

#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coracle {

/// The answer 422 with all issues: `{"detail": [...]}`. A handler may throw one of its own.
class validation_error : public std::exception {
public:
    explicit validation_error(std::vector<validation_issue> issues)
        : issues_(std::make_shared<const std::vector<validation_issue>>(std::move(issues))) {}

    const std::vector<validation_issue>& issues() const noexcept { return *issues_; }
    // Virtual, so that only a program that makes one knows how it is written.
    /// The body of the answer.
    [[gnu::cold]] virtual json detail() const {
        json list = json::array();
        for (const validation_issue& issue : *issues_) {
            json one{{"type", issue.type}, {"loc", issue.loc}, {"msg", issue.msg}, {"input", issue.input}};
            if (!issue.ctx.is_null()) one["ctx"] = issue.ctx;
            list.push_back(std::move(one));
        }
        return list;
    }
    /// Throws it on.
    [[noreturn, gnu::cold]] virtual void raise() const { throw validation_error(*this); }
    const char* what() const noexcept override { return "422 Unprocessable Content"; }

private:
    std::shared_ptr<const std::vector<validation_issue>> issues_;  // exceptions are copied, and copying must not throw
};

}  // namespace coracle
