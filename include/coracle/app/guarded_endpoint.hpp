// guarded_endpoint: an endpoint with what its route, its routers and its app require in front of it.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/dependent_handler.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/request_dependencies.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

class guarded_endpoint final : public endpoint {
public:
    /// in: required, the outermost first.
    guarded_endpoint(std::shared_ptr<endpoint> inner, std::vector<required_dependency> required)
        : endpoint(inner->text(), {}, {false, inner->keeps_request() || some_see(required), inner->is_websocket()}),
          inner_(std::move(inner)),
          joins_(dynamic_cast<detail::dependent_endpoint*>(inner_.get()) != nullptr),
          required_(std::move(required)) {
        for (const required_dependency& each : required_) {
            needs_body_ = needs_body_ || each.needs_body();
            app_values_.insert(app_values_.end(), each.app_values().begin(), each.app_values().end());
        }
        app_values_.insert(app_values_.end(), inner_->app_values().begin(), inner_->app_values().end());
    }

    static std::shared_ptr<endpoint> make(std::shared_ptr<endpoint> inner, std::vector<required_dependency> required) {
        return std::make_shared<guarded_endpoint>(std::move(inner), std::move(required));
    }

    [[gnu::cold]] void describe(operation& told) const override {
        inner_->describe(told);
        for (const required_dependency& each : required_) each.describe(told);
    }

    void run_now(request&, reply&) override { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) override {
        dependency_frame frame(asked);
        request_dependencies& all = frame.all();
        bool threw = answer.throw_refusals(false);
        std::exception_ptr failure;
        try {
            std::vector<dependency_block*> blocks;
            blocks.reserve(required_.size());
            for (const required_dependency& each : required_) {
                blocks.push_back(&all.add(each.make()));
                while (dependency* next = all.advance(*blocks.back())) co_await dependency_step(all, *next);
            }
            if (needs_body_ || all.wants_body()) {
                std::string_view text;
                if (body_taker take = all.take_body()) {
                    text = co_await take(asked);
                } else {
                    const std::string& whole = co_await asked.body.text();
                    text = whole;
                }
                all.has_body(text);
                for (dependency_block* each : blocks)
                    while (dependency* next = all.advance(*each)) co_await dependency_step(all, *next);
            }
            answer.throw_refusals(threw || all.open());
            if (joins_)
                co_await inner_->run(asked, answer);
            else
                co_await run_inner(all, asked, answer);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            asked.earlier_issues = nullptr;
            answer.throw_refusals(threw);
            if (all.open()) failure = co_await all.unwind(std::move(failure));
            std::rethrow_exception(failure);
        }
        frame.end();
    }

    std::span<const app_value> app_values() const noexcept override { return app_values_; }
    const std::vector<required_dependency>& required() const noexcept { return required_; }

private:
    static bool some_see(const std::vector<required_dependency>& all) noexcept {
        for (const required_dependency& each : all)
            if (each.sees_request()) return true;
        return false;
    }
    /// For an endpoint that knows of no dependencies: tells it what is wrong already, and holds its answer back while
    /// something has to be closed before it.
    task<> run_inner(request_dependencies& all, request& asked, reply& answer) {
        std::vector<validation_issue> issues = all.take_issues();
        if (!issues.empty()) asked.earlier_issues = &issues;
        if (all.open(scope::function)) {
            response made;
            byte_buffer scratch;
            reply held(made, scratch);
            held.throw_refusals();
            held.look_at(asked.response_context_slot());
            co_await call(*inner_, asked, held);
            // A body that is made while it is sent may use what was set up: that is closed behind it.
            std::exception_ptr failure;
            if (!made.stream) failure = co_await all.close(scope::function, nullptr);
            if (failure) std::rethrow_exception(failure);
            answer.send(made);
        } else {
            co_await call(*inner_, asked, answer);
        }
        asked.earlier_issues = nullptr;
    }
    static task<> call(endpoint& inner, request& asked, reply& answer) {
        if (asked.earlier_issues && !inner.joins_issues())
            answer.send(validation_error(*asked.earlier_issues));
        else if (inner.runs_now())
            inner.run_now(asked, answer);
        else
            co_await inner.run(asked, answer);
    }

    std::shared_ptr<endpoint> inner_;
    bool joins_;
    bool needs_body_ = false;
    std::vector<required_dependency> required_;
    std::vector<app_value> app_values_;
};

}  // namespace coracle
