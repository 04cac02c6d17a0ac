// outgoing_answer: a conversation's answer whose body is made while it is sent, as far as it concerns the connection.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/outgoing_client.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/status.hpp>
#include <coracle/os/file.hpp>
#include <coracle/server/upgrade.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace coracle::server {

/// Lives while the answer is made. in: a conversation, which tells it as its friend.
template <class Conversation>
class outgoing_answer final : public upgradable_client {
public:
    explicit outgoing_answer(Conversation& of) noexcept : of_(of), answer_(*of.now_->answer) {}
    outgoing_answer(const outgoing_answer&) = delete;

    bool wants_pieces() const noexcept override {
        int status = answer_.status();
        return of_.now_->request.method != http::method::head && !http::forbids_body(status) &&
               !http::forces_empty_body(status);
    }
    void begin() override {
        unframed_ = answer_.begin_stream();
        begun_ = true;
        if (unframed_) of_.turn_.close_after_answer();
    }
    bool has_begun() const noexcept override { return begun_; }

    void waits(async::cancel_scope& making, std::string_view heartbeat) override {
        bool live = !heartbeat.empty();
        if (!begun_ && live) begin();
        of_.waits(&making);
        if (!live) return;
        of_.beats();
        if (of_.shop_.stopping()) making.cancel();
    }
    void goes_on() noexcept override { of_.goes_on(); }

    std::uint64_t room() const noexcept override { return answer_.writer().room(); }
    bool write(std::string_view small) override {
        answer_.writer().piece(small);
        return of_.output_.size() >= Conversation::most_unsent || of_.gone_ || ends_now();
    }
    task<bool> send(std::string_view large) override {
        if (of_.gone_) large = {};
        bool piece = !large.empty();
        if (piece) answer_.writer().open_piece(large.size());
        while (of_.has_outgoing() || !large.empty()) {
            std::string_view first = of_.outgoing();
            bool all = first.size() == of_.output_.size();
            std::string_view second = all ? large.substr(0, Conversation::largest_piece) : std::string_view{};
            of_.writes(first.size() + second.size());
            auto outcome = co_await of_.stream_.write(first, second);
            of_.sent(outcome);
            if (!of_.gone_) of_.meter_.sent(second.size());
            large.remove_prefix(second.size());
            if (of_.gone_) large = {};
        }
        if (piece) answer_.writer().close_piece();
        co_return still_wanted();
    }
    task<bool> send_file(int file, std::uint64_t offset, std::uint64_t length) override {
        answer_.writer().open_piece(length);
        while (length > 0 && !of_.gone_) {
            std::uint64_t sent = 0;
            if constexpr (requires { of_.stream_.send_file(file, offset, length); }) {
                while (of_.has_outgoing()) {
                    auto outcome = co_await of_.stream_.write(of_.outgoing());
                    of_.sent(outcome);
                }
                if (of_.gone_) break;
                sent = length < Conversation::largest_piece ? length : Conversation::largest_piece;
                of_.writes(static_cast<std::size_t>(sent));
                auto outcome = co_await of_.stream_.send_file(file, offset, sent);
                bool files_fault =
                    !outcome && (outcome.error() == std::errc::invalid_seek || outcome.error() == std::errc::io_error);
                of_.sent(files_fault ? result<void>() : outcome);
                if (files_fault) refuse(outcome.error());
                if (!of_.gone_) of_.meter_.sent(sent);
            } else {
                std::size_t room = length < Conversation::most_unsent ? static_cast<std::size_t>(length)
                                                                      : std::size_t{Conversation::most_unsent};
                auto count = os::read_some_at(file, offset, of_.output().prepare(room), room);
                if (!count || *count == 0)
                    refuse(count ? std::make_error_code(std::errc::invalid_seek) : count.error());
                of_.output_.commit(*count);
                sent = *count;
                while (of_.has_outgoing()) {
                    auto outcome = co_await of_.stream_.write(of_.outgoing());
                    of_.sent(outcome);
                }
            }
            offset += sent;
            length -= sent;
        }
        if (!of_.gone_) answer_.writer().close_piece();
        co_return still_wanted();
    }

    void end(bool whole) override {
        if (!whole) of_.now_->request.after.answer_failed(std::make_exception_ptr(cancelled{}));
        if (of_.gone_ || answer_.writer().end_stream()) return;
        tell(std::make_exception_ptr(
            std::logic_error("coracle: the body of an answer has fewer bytes than its size() said")));
        cut();
    }
    void hand_over(heir& to) override { of_.hand_over(to); }
    void fail(const std::exception_ptr& why) override {
        request& asked = of_.now_->request;
        asked.after.drop_tasks();
        asked.after.answer_failed(why);
        if (begun_) {
            tell(why);
            return cut();
        }
        try {
            std::rethrow_exception(why);
        } catch (...) {
            tell(answer_.caught_in_stream(app::wants_html(asked)));
        }
    }

private:
    [[noreturn, gnu::cold]] static void refuse(const std::error_code& why) {
        if (why == std::errc::invalid_seek)
            throw std::runtime_error("coracle: a file has become shorter while it was sent");
        throw std::system_error(why, "coracle: a file that is sent cannot be read");
    }
    /// News end when the server stops.
    bool ends_now() const noexcept { return of_.shop_.stopping() && of_.is_live(); }
    /// A body that is made to its end whoever listens goes on when its client has left.
    bool still_wanted() const noexcept {
        const request& asked = of_.now_->request;
        return !ends_now() && (!of_.gone_ || !asked.app().cancels_on_disconnect(asked));
    }
    void tell(const std::exception_ptr& why) const { of_.now_->request.app().note(why, of_.now_->request); }
    /// The client gets what is written, and then an end that it can tell from a whole answer.
    void cut() noexcept {
        of_.turn_.close_now();
        if (!unframed_) return;
        of_.client_left();
        if constexpr (requires { of_.stream_.abort(); }) of_.stream_.abort();
    }

    Conversation& of_;
    reply& answer_;
    bool begun_ = false;
    bool unframed_ = false;
};

}  // namespace coracle::server
