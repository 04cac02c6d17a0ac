// stage: an app on which a test plays the client and the server, without a socket: request bytes in, an answer out.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/request_parser.hpp>
#include <coracle/server/stored_file.hpp>

#include <async/hand_loop.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// An answer, taken apart.
struct heard {
    int status = 0;
    std::string head{};
    std::string body{};

    /// The first field with this (lower-case) name.
    std::string field(std::string_view name) const {
        std::size_t at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos) return {};
        at += name.size() + 4;
        return head.substr(at, head.find("\r\n", at) - at);
    }
};

/// A body whose bytes are all there, or come after a wait.
class prompt final : public body_source {
public:
    explicit prompt(std::string_view bytes, bool late = false) : bytes_(bytes), late_(late) {}
    std::optional<piece> poll() override {
        if (late_) return std::nullopt;
        return piece{bytes_, true};
    }
    task<> wait() override {
        late_ = false;
        co_await hop();
    }

private:
    std::string bytes_;
    bool late_;
};

class stage {
public:
    explicit stage(app& served) : app_(served) {
        app_.freeze();
        heads_.tick(784111777);
        app_.error_log([this](const std::exception_ptr& error, const request&) {
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& known) {
                errors += std::string(known.what()) + "\n";
            } catch (...) {
                errors += "unknown\n";
            }
        });
    }

    hand_loop loop;
    std::string errors;      ///< what was reported to the log
    bool body_late = false;  ///< the body comes only when it is waited for
    bool moved = false;      ///< the last handler was run as a coroutine

    heard get(std::string_view target) { return ask("GET " + std::string(target)); }
    heard post(std::string_view target, std::string_view body, std::string_view type = "application/json") {
        std::string fields = type.empty() ? "" : "content-type: " + std::string(type) + "\r\n";
        return ask("POST " + std::string(target), body, fields);
    }
    /// in: method and target; a body; more field lines.
    heard ask(std::string_view line, std::string_view body = {}, std::string_view fields = {}) {
        std::string bytes = std::string(line) + " HTTP/1.1\r\nhost: test\r\n" + std::string(fields);
        if (!body.empty()) bytes += "content-length: " + std::to_string(body.size()) + "\r\n";
        bytes += "\r\n";
        http::request_parser parser;
        asked_.reset();
        auto state = parser.parse(bytes, asked_);
        REQUIRE(state == http::parse_state::complete);
        asked_.client = {"127.0.0.1", 4711};
        prompt source(body, body_late);
        asked_.body.open(body.empty() ? nullptr : &source);

        http::exchange turn;
        turn.head_read(asked_);
        byte_buffer out;
        reply answer(out, heads_, turn, http::default_limits);
        const app_route* found = app_.find(asked_, answer);
        moved = found && !found->runs_now();
        if (found && found->runs_now()) app_.call_now(*found, asked_, answer);
        if (moved) play(*found, answer);
        REQUIRE(answer.answered());
        if (asked_.after.pending()) conclude();
        return take_apart(out.view(), answer.status());
    }

private:
    void play(const app_route& found, reply& answer) {
        started<> handling(loop, app_.call(found, asked_, answer));
        while (!handling.ended()) {
            loop.turn_until_idle();
            if (!loop.calls.empty()) loop.run_call();
        }
        handling.result();
    }
    void conclude() {
        started<> rest(loop, app_.conclude(asked_));
        while (!rest.ended()) {
            loop.turn_until_idle();
            if (!loop.calls.empty()) loop.run_call();
        }
        rest.result();
    }
    static heard take_apart(std::string_view bytes, int status) {
        heard out;
        std::size_t end = bytes.find("\r\n\r\n");
        REQUIRE(end != bytes.npos);
        out.head = std::string(bytes.substr(0, end + 2));
        out.body = std::string(bytes.substr(end + 4));
        out.status = status;
        CHECK(out.head.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
        return out;
    }

    app& app_;
    http::head_cache heads_;
    request asked_;
};

}  // namespace coracle
