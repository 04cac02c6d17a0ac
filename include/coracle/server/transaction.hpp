// transaction: one request, from its first byte until it is answered. Taken from a pool of the loop when the first byte
// is there, and given back at the end: an idle connection has none.
#pragma once

#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/server_limits.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/request_parser.hpp>
#include <coracle/server/admission.hpp>
#include <coracle/server/client_watch.hpp>
#include <coracle/server/incoming_body.hpp>
#include <coracle/server/pace.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::server {

class transaction {
public:
    explicit transaction(const http::limits& bounds) : parser(bounds) {}

    http::request_parser parser;
    coracle::request request;

    /// The body, while the request has one that is not read to its end.
    std::optional<incoming_body> body;

    /// Its answer, while it is made.
    std::optional<reply> answer;

    /// How fast the client sends its body, and takes answers.
    pace sends;
    pace takes;
    std::uint64_t taken = 0;  ///< of the connection, when it was last looked at
    bool looked_at = false;
    /// Among those that wait.
    admission::place place;
    /// Of its client, while the handler waits.
    client_watch watch;

    /// The head is in somebody else's bytes, which begin with it; keep_head() moves it into this transaction's own.
    void head_is_in(std::string_view bytes) noexcept { borrowed_ = bytes; }
    /// Before those bytes go: whatever the handler holds of the head stays good until its answer.
    void keep_head() {
        if (borrowed_.empty()) return;
        kept_.clear();
        kept_.append(borrowed_);
        request.rebase(borrowed_.data(), kept_.data());
        borrowed_ = {};
    }
    /// The head as it was sent. In: keep_head().
    std::string_view head_bytes() const noexcept { return kept_.view(); }
    /// The client is not the peer of its connection, or was told another host: from here on its head stays in place.
    [[gnu::cold]] void is_from(std::string address, std::uint16_t port) {
        client_ = std::move(address);
        request.client = {client_, port};
    }
    [[gnu::cold]] void is_for(std::string host) {
        keep_head();
        host_ = std::move(host);
        request.host = host_;
    }
    /// Before it leaves its connection with something left to do: what it knows of the connection becomes its own.
    /// What is left of its body is for `successor` to read past.
    void live_on(transaction& successor) {
        client_ = request.client.address;
        request.client.address = client_;
        request.body.let_go();
        place = {};
        successor.sends = sends;
        if (body) successor.body.emplace(*body, successor.request);
        body.reset();
    }
    /// The next in a list of transactions.
    std::unique_ptr<transaction> next;

    /// Something of a request is in it.
    bool is_used() const noexcept { return !parser.is_fresh() || body.has_value(); }
    void reset() noexcept {
        answer.reset();  // with a body that may use what the request holds
        parser.reset();
        request.reset();
        body.reset();
        borrowed_ = {};
        place = {};
        watch = {};
    }

private:
    std::string_view borrowed_;
    byte_buffer kept_;
    std::string client_;
    std::string host_;
};

/// Transactions that are not in use. Belongs to one loop.
class transaction_pool {
public:
    explicit transaction_pool(const http::limits& bounds, const server_limits& limits = {}) noexcept
        : bounds_(bounds), takes_(limits.min_write_rate, first_part(limits)) {}

    /// How a client takes answers that has been slow enough to be looked at: with what is left of its time.
    static pace pace_of_the_slow(const server_limits& limits) noexcept {
        return {limits.min_write_rate, limits.stall_timeout - first_part(limits)};
    }

    std::unique_ptr<transaction> take() {
        std::unique_ptr<transaction> taken;
        if (spare_.empty()) {
            taken = std::make_unique<transaction>(bounds_);
        } else {
            taken = std::move(spare_.back());
            spare_.pop_back();
        }
        taken->takes = takes_;
        taken->looked_at = false;
        return taken;
    }
    /// in: reset, or used.
    void give_back(std::unique_ptr<transaction> done) noexcept {
        if (done->is_used()) done->reset();
        if (spare_.size() < kept) spare_.push_back(std::move(done));
    }

private:
    // Of the time that a client may fall behind; most are never looked at.
    static std::chrono::milliseconds first_part(const server_limits& limits) noexcept {
        return limits.stall_timeout / 10;
    }
    static constexpr std::size_t kept = 256;  // those of a peak beyond that give their memory back
    const http::limits& bounds_;
    pace takes_;
    std::vector<std::unique_ptr<transaction>> spare_;
};

}  // namespace coracle::server
