// test_upload: a request whose body a test writes piece by piece, while the app reads it.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/test_request.hpp>
#include <coracle/testing/test_response.hpp>
#include <coracle/testing/test_stage.hpp>

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace coracle::testing {

/// Made by test_client::upload(), with its head sent. Its end hangs up, unless it was finished. keeps: a reference to
/// the client.
template <class Client>
class test_upload {
public:
    test_upload(Client& client, outgoing_request asked) : client_(client), asked_(std::move(asked)) {
        client_.run(open());
    }
    test_upload(const test_upload&) = delete;
    test_upload& operator=(const test_upload&) = delete;

    /// Sends a chunk; when this returns the app has done with it what it can without waiting for something else.
    test_upload& write(std::string_view piece) {
        if (finished_) throw std::logic_error("coracle: this upload is finished");
        line_->line.send_chunk(piece);
        client_.run(client_.stage_->settle());
        return *this;
    }
    /// Whether the app has answered already, as one that refuses does.
    bool answered() const noexcept { return line_->line.answer.has_head() || line_->line.has_news(); }
    /// Ends the body, and gives the answer. in: `elapsed` counts from the head.
    test_response finish() {
        if (std::exchange(finished_, true)) throw std::logic_error("coracle: this upload is finished");
        return client_.run(hear());
    }

private:
    task<> open() {
        line_.emplace(client_.stage_->take_line());
        begun_ = client_.stage_->reactor().now();
        client_.send_head(line_->line, asked_, true);
        co_await client_.stage_->settle();
    }
    task<test_response> hear() {
        test_line& line = line_->line;
        line.send_last_chunk();
        co_await client_.listen(line, asked_, test_line::part::all);
        test_response answer = client_.answer_of(line, asked_);
        answer.body = line.answer.take_body();
        answer.elapsed = client_.stage_->reactor().now() - begun_;
        co_await client_.rest(line);
        co_return answer;
    }

    Client& client_;
    outgoing_request asked_;
    std::optional<line_lease> line_;
    loop::reactor::time_point begun_{};
    bool finished_ = false;
};

}  // namespace coracle::testing
