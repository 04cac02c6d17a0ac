// test_stream: an answer that a test reads piece by piece, while the app is still making it.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/test_request.hpp>
#include <coracle/testing/test_response.hpp>
#include <coracle/testing/test_stage.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coracle::testing {

/// Made by test_client::stream() when the head of the answer is there. The app runs while a call of this or of the
/// client waits, and else not. Its end hangs up, unless all was read. keeps: a reference to the client.
template <class Client>
class test_stream {
public:
    test_stream(Client& client, outgoing_request asked, bool follow) : client_(client) {
        client_.run(open(std::move(asked), follow));
    }
    test_stream(const test_stream&) = delete;
    test_stream& operator=(const test_stream&) = delete;

    int status() const noexcept { return head_.status; }
    const http::owned_fields& headers() const noexcept { return head_.headers; }

    /// What has come, waiting for some of it; nothing at the end.
    std::optional<std::string> read() {
        if (!over_ && rest_.empty()) client_.run(listen());
        if (rest_.empty()) return std::nullopt;
        return std::exchange(rest_, {});
    }
    /// The next line, without its end.
    std::optional<std::string> line() {
        std::size_t end = rest_.find('\n');
        while (end == std::string::npos && !over_) {
            std::size_t before = rest_.size();
            client_.run(listen());
            end = rest_.find('\n', before);
        }
        if (end == std::string::npos) return read();
        std::string one = rest_.substr(0, end);
        rest_.erase(0, end + 1);
        if (one.ends_with('\r')) one.pop_back();
        return one;
    }
    /// All that is left, and what the app does after it.
    std::string finish() {
        while (!over_) client_.run(listen());
        return std::exchange(rest_, {});
    }
    /// Leaves, as a client does that has seen enough. The app has seen it when this returns.
    void close() {
        if (!std::exchange(over_, true)) {
            line_->line.close();
            client_.run(client_.stage_->settle());
        }
        line_.reset();
    }

private:
    task<> open(outgoing_request asked, bool follow) {
        std::vector<test_response> history;
        for (;;) {
            line_.emplace(client_.stage_->take_line());
            asked_ = asked;
            head_ = co_await client_.open(*line_, asked);
            std::string location(head_.headers["location"]);
            if (!follow || !redirect(asked, head_.status, location)) co_return;
            co_await client_.listen(line_->line, asked_, test_line::part::all);
            history.push_back(head_);
            client_.check_redirects(history, asked);
        }
    }
    task<> listen() {
        test_line& line = line_->line;
        co_await client_.listen(line, asked_, test_line::part::piece);
        rest_ += line.answer.take_body();
        if (!line.answer.complete()) co_return;
        over_ = true;
        co_await client_.rest(line);
    }

    Client& client_;
    outgoing_request asked_{};
    std::optional<line_lease> line_;
    test_response head_;
    std::string rest_;
    bool over_ = false;
};

}  // namespace coracle::testing
