// conversation: what a connection remembers between its waits, and the steps in which connection() is told.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/report.hpp>
#include <coracle/base/result.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_parser.hpp>
#include <coracle/http/response_writer.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/server/client_list.hpp>
#include <coracle/server/client_watch.hpp>
#include <coracle/server/incoming_body.hpp>
#include <coracle/server/input.hpp>
#include <coracle/server/outgoing_answer.hpp>
#include <coracle/server/meter.hpp>
#include <coracle/server/proxy_desk.hpp>
#include <coracle/server/transaction.hpp>
#include <coracle/server/upgrade.hpp>
#include <coracle/server/workshop.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// One client's. Whose turn it is says http::exchange; this holds the bytes, the request and the time.
template <net::byte_stream Stream>
class conversation final : listed_client, feeds_body {
public:
    /// in: how many requests it has had before it fell asleep, if it did.
    conversation(Stream& stream, workshop& shop, bool tls, std::uint32_t asked_before = 0)
        : stream_(stream),
          shop_(shop),
          deadline_(shop.reactor, on_deadline{*this}),
          meter_(shop.counts, asked_before == 0),
          tls_(tls),
          asked_(asked_before) {
        if (asked_before == 0) shop.admission.connection_begins();
    }
    conversation(const conversation&) = delete;
    ~conversation() {
        goes_on();
        if (meter_.under_way()) [[unlikely]]
            break_off();
        conclude_answered();
        if (now_) shop_.transactions.give_back(std::move(now_));
        give_back_output();
        if (!sleeps_ && !given_away_) shop_.admission.connection_ends();
    }

    /// Before waiting for the client: nothing that belongs to the loop is held on to, and the client's time runs.
    /// False: there is nothing to wait for any more.
    bool listens() {
        if (shop_.admission.crowded() && is_idle() && shop_.admission.makes_room()) [[unlikely]]
            turn_.close_now();
        if (turn_.whose() == http::turn::close) return false;
        input_.keep();
        give_back_output();
        shop_.clients.is_idle(*this);
        if (can_sleep && shop_.dormitory.wants_more()) shop_.lay_down();
        late_ = false;
        if (turn_.whose() != http::turn::request) {
            deadline_.set(now_->sends.waits(shop_.reactor.turn_time()));
        } else if (between_requests()) {
            if (input_.unread().empty()) {
                if (now_) shop_.transactions.give_back(std::move(now_));
                input_.release();
            }
            deadline_.set(time_between());
        } else if (!std::exchange(hearing_, true)) {
            // The first byte of a head sets its time, and no later one extends it.
            deadline_.set(shop_.how.limits.header_timeout);
        }
        return true;
    }

    /// The wait has ended only for this connection to be kept in a smaller form.
    bool is_asleep() const noexcept { return sleeps_; }
    /// False: the server stops, or its time is up, and it goes on listening.
    [[gnu::cold, gnu::noinline]] bool goes_to_sleep() {
        sleeps_ = false;
        if constexpr (can_sleep) {
            if (shop_.stopping() || !deadline_.is_set()) return false;
            shop_.dormitory.take_in({stream_.release(), asked_, tls_, deadline_.due(), stream_.peer()});
            sleeps_ = true;
            meter_.falls_asleep();
        }
        return sleeps_;
    }

    /// What has come; empty when nothing more will.
    void hear(const result<std::string_view>& bytes) {
        if (bytes && !bytes->empty()) {
            meter_.received(bytes->size());
            if (turn_.whose() == http::turn::drain) now_->sends.moved(shop_.reactor.turn_time(), bytes->size());
            return input_.take(*bytes);
        }
        if (!bytes || !hearing_ || turn_.whose() != http::turn::request) return client_left();
        // The head so far has moved since it was parsed; parsing again lets its views follow.
        [[maybe_unused]] auto still = now_->parser.parse(input_.unread(), now_->request);
        refuse(late_ ? http::refusal::too_slow : http::refusal::truncated);
    }

    /// The next request, once its head is there; null when the client has to say more first, or is not heard any more.
    /// What cannot be understood is answered on the way.
    [[gnu::always_inline]] coracle::request* next_request() {
        if (turn_.whose() == http::turn::drain) read_past_body();
        if (turn_.whose() != http::turn::request || input_.unread().empty()) return nullptr;
        if (output_.size() > most_unsent) {
            held_back_ = true;
            return nullptr;
        }
        if (!now_) now_ = shop_.transactions.take();
        std::string_view bytes = input_.unread();
        http::parse_state state = now_->parser.parse(bytes, now_->request);
        if (state == http::parse_state::need_more) return nullptr;
        if (state == http::parse_state::refused) {
            refuse(now_->parser.why());
            return nullptr;
        }
        hearing_ = false;
        deadline_.clear();
        now_->head_is_in(bytes.substr(0, now_->parser.consumed()));
        input_.use(now_->parser.consumed());
        turn_.head_read(now_->request);
        meter_.begin(shop_.reactor.turn_time(), output_.size());
        if (shop_.is_last(++asked_)) [[unlikely]]
            turn_.close_after_answer();
        if (shop_.stopping()) make_answer_last();
        if (turn_.reads_body()) open_body();
        now_->request.client = {host_, stream_.peer().port()};
        if (looks_closer_) [[unlikely]]
            look_closer();
        return &now_->request;
    }

    /// The handler may wait. False: too many do, and that has been answered.
    bool admits() {
        now_->place = shop_.admission.enter();
        if (now_->place) [[likely]]
            return true;
        shop_.counts.turned_away.add();
        shop_.admission.turn_away(*now_->answer);
        return false;
    }
    /// The handler sees the request across its waits: what it sees becomes this connection's own.
    void keep_request() {
        now_->keep_head();
        input_.keep();
    }
    /// The handler waits for something: what is answered already goes out as the client takes it, and if the client
    /// leaves, the handler is cancelled. in: what makes the next piece of the answer, if that waits.
    void waits(async::cancel_scope* making = nullptr) {
        keep_request();
        shop_.clients.is_busy(*this);
        now_->watch.begin(async::this_job(), making);
        if constexpr (tells) stream_.tell(this);
        on_edge();
    }
    void goes_on() noexcept {
        if (!now_ || !now_->watch.end()) return;
        deadline_.clear();
        if constexpr (tells) stream_.tell(nullptr);
    }
    /// It has left while the handler waited.
    bool has_left() const noexcept { return gone_; }

    /// The body of the answer is still to be made: send_stream() makes it and sends it.
    bool streams() const noexcept { return now_->answer->streams(); }
    task<> send_stream() {
        keep_request();
        shop_.clients.is_busy(*this);
        outgoing_answer<conversation> client(*this);
        std::shared_ptr<outgoing_body> body = now_->answer->stream();
        co_await body->send_to(client);
        body.reset();
        if (!given_away_) now_->answer->end_stream();
    }

    /// Somebody else goes on with the connection, in another protocol.
    bool is_given_away() const noexcept { return given_away_; }
    [[gnu::cold, gnu::noinline]] void hand_over(heir& to) {
        now_->answer.reset();
        now_->place = {};
        meter_.end();
        meter_.falls_asleep();
        given_away_ = true;
        client_left();
        to.inherit({shop_, &stream_, line_maker_of<Stream>(), input_.unread(), output_.view(), std::move(now_)});
        output_.clear();
    }

    /// The answer has been given.
    [[gnu::always_inline]] void answered() {
        if (shop_.tells()) {
            int status = now_->answer->answered() ? now_->answer->status() : request_record::client_left;
            tell(status, turn_.whose() != http::turn::close);
        }
        meter_.end();
        turn_.end_answer();
        if (now_->request.after.pending()) [[unlikely]]
            keep_for_later();
        else if (turn_.whose() == http::turn::request)
            now_->reset();
        else
            now_->place = {};
    }
    /// What was answered is sent: background tasks and clean-up begin, as jobs of their own. Whoever holds this
    /// connection up does not hold them up, and the other way round.
    void conclude_answered() noexcept {
        if (answered_) [[unlikely]]
            begin_conclusions();
    }
    /// Requests are there that were not looked at because too much was answered and not sent.
    bool held_back() noexcept { return std::exchange(held_back_, false); }

    /// Sends what the client takes without waiting, which is nearly always all. Who waits for the rest hears of errors.
    void send_at_once() {
        if (gone_ || output_.empty()) return;
        if (result<std::size_t> sent = stream_.try_write(outgoing())) {
            now_->takes.waits(shop_.reactor.turn_time());
            now_->takes.moved(shop_.reactor.turn_time(), *sent);
            meter_.sent(*sent);
            output_.consume(*sent);
        }
    }
    /// Whether something is answered and not sent; the client's time to take the next piece of it runs then.
    bool has_outgoing() {
        if (gone_) output_.clear();
        if (output_.empty()) return false;
        writes(outgoing().size());
        return true;
    }
    std::string_view outgoing() const noexcept { return output_.view().substr(0, largest_piece); }
    /// outgoing() has been sent, or cannot be.
    void sent(const result<void>& outcome) {
        deadline_.clear();
        now_->takes.moved(shop_.reactor.turn_time(), std::exchange(writing_, 0));
        if (outcome) meter_.sent(outgoing().size());
        output_.consume(outgoing().size());
        if (outcome) return;
        output_.clear();
        client_left();
    }

    /// Closes. After the last answer it first reads past what the client still sends until that closes too, for a close
    /// with unread bytes would be a reset, and a reset overtakes the answer.
    task<> take_leave() {
        shop_.clients.is_busy(*this);
        bool waits = !gone_ && stream_.shutdown_write();
        deadline_.set(shop_.how.linger_time);
        std::uint64_t most = shop_.bounds.drain_bytes;
        while (waits) {
            auto bytes = co_await stream_.read();
            waits = bytes && !bytes->empty() && bytes->size() < most;
            if (waits) most -= bytes->size();
        }
        deadline_.clear();
        stream_.close();
    }

    /// The answer to the request, to be given.
    [[gnu::always_inline]] reply& answer() {
        return now_->answer.emplace(output(), shop_.heads(), turn_, shop_.bounds);
    }

private:
    template <class>
    friend class outgoing_answer;
    static constexpr std::size_t largest_piece = 256 * 1024;  // in one go
    static constexpr bool can_sleep = requires(Stream& stream) { stream.excuse_reader(); };
    // Beyond it no pipelined request is looked at: small requests for large answers would fill the memory, and what is
    // answered would wait for the handler of the next one.
    static constexpr std::size_t most_unsent = 64 * 1024;

    static constexpr bool tells = requires(Stream& stream) { stream.tell(nullptr); };

    struct on_deadline {
        conversation& of;
        void operator()() const noexcept {
            if (of.watches()) return of.ask();
            of.late_ = true;
            if (of.writing_ == 0)
                of.stream_.shutdown_read();
            else if (!of.takes_enough())
                of.cut();
        }
    };

    [[gnu::cold, gnu::noinline]] void cut() noexcept {
        shop_.counts.cut.add();
        stream_.close();
    }
    /// So many bytes are to be written, and the client's time to take them runs.
    void writes(std::size_t bytes) {
        shop_.clients.is_busy(*this);
        input_.keep();  // while this one waits, others read into the room that it has read into
        writing_ = bytes;
        deadline_.set(now_->takes.waits(shop_.reactor.turn_time()));
    }
    /// The time is up and the write is not done; but the client may have taken some of what the system holds.
    [[gnu::cold, gnu::noinline]] bool takes_enough() noexcept {
        if (!std::exchange(now_->looked_at, true)) {
            // From here on it is known what it has taken; what it took before is no credit.
            if constexpr (requires { stream_.acknowledged(); }) now_->taken = stream_.acknowledged().value_or(0);
            now_->takes = transaction_pool::pace_of_the_slow(shop_.how.limits);
            late_ = false;
            deadline_.set(now_->takes.waits(shop_.reactor.turn_time()));
            return true;
        }
        if constexpr (requires { stream_.acknowledged(); }) {
            std::optional<std::uint64_t> taken = stream_.acknowledged();
            if (!taken || *taken <= now_->taken) return false;
            now_->takes.moved(shop_.reactor.turn_time(), *taken - std::exchange(now_->taken, *taken));
            late_ = false;
            deadline_.set(now_->takes.waits(shop_.reactor.turn_time()));
            return true;
        }
        return false;
    }
    // Whoever was heard a moment ago may have asked for something that is on its way; what has begun to come may come.
    void hang_up() noexcept override {
        if (turn_.whose() != http::turn::request || !between_requests()) return;
        auto heard = deadline_.due() - (asked_ != 0 ? shop_.how.limits.keep_alive : shop_.how.limits.header_timeout);
        if (shop_.reactor.turn_time() - heard >= shop_.how.last_chance) return stream_.shutdown_read();
        deadline_.set_at(heard + shop_.how.last_chance);
    }
    // Unless there is another request behind this one already, or it may be on its way: a head that is out has not said
    // that the connection ends.
    void make_answer_last() noexcept override {
        bool said = turn_.whose() == http::turn::body;
        if (!said && (turn_.reads_body() || input_.unread().empty())) turn_.close_after_answer();
        if (now_ && now_->watch.is_on() && is_live()) now_->watch.stop_making();
    }
    std::chrono::milliseconds time_between() const noexcept {
        std::chrono::milliseconds most = asked_ != 0 ? shop_.how.limits.keep_alive : shop_.how.limits.header_timeout;
        return shop_.stopping() && shop_.how.last_chance < most ? shop_.how.last_chance : most;
    }
    bool falls_asleep() noexcept override {
        if constexpr (can_sleep) {
            if (!is_idle() || sleeps_ || !deadline_.is_set() || !input_.unread().empty()) return false;
            auto heard = deadline_.due() - shop_.how.limits.keep_alive;
            if (shop_.reactor.turn_time() - heard < shop_.dormitory.patience()) return false;
            sleeps_ = true;
            unlink();
            stream_.excuse_reader();
        }
        return sleeps_;
    }
    bool gives_way() noexcept override {
        bool idle = is_idle();
        if (idle) stream_.shutdown_read();
        return idle;
    }
    bool is_idle() const noexcept override {
        return asked_ != 0 && turn_.whose() == http::turn::request && between_requests();
    }
    void client_left() noexcept {
        gone_ = true;
        turn_.close_now();
    }

    /// The answer is news that have no end of their own.
    bool is_live() const noexcept { return now_->answer->streams() && !now_->answer->stream()->heartbeat().empty(); }
    bool watches() const noexcept { return now_ && now_->watch.is_on() && !feeding_ && writing_ == 0; }
    /// News that wait are heard of every now and then, if they do not wait for what their client sends, or for one who
    /// is gone.
    [[gnu::cold]] void beats() noexcept {
        if (watches() && is_live() && turn_.whose() == http::turn::body) deadline_.set(client_watch::heartbeat_time);
    }
    /// The handler waits, and something may have happened on the stream.
    void on_edge() noexcept override {
        if (!watches()) return;
        presence client = now_->watch.look(stream_, output_, meter_);
        if (client == presence::gone) return lose_client();
        if (client == presence::silent) now_->watch.makes_answer() ? ask() : deadline_.set(client_watch::probe_time);
    }
    [[gnu::cold]] void ask() noexcept {
        presence client{};
        if (is_live() && turn_.whose() == http::turn::body) {
            deadline_.set(client_watch::heartbeat_time);
            constexpr auto seconds = std::chrono::seconds(client_watch::heartbeat_time).count();
            std::uint64_t least = std::uint64_t{shop_.how.limits.min_write_rate} * static_cast<std::uint64_t>(seconds);
            client = now_->watch.beat(stream_, output_, meter_, least,
                                      [&] { now_->answer->writer().piece(now_->answer->stream()->heartbeat()); });
        } else {
            client = now_->watch.ask(stream_, output(), meter_, probe());
        }
        if (client == presence::gone) lose_client();
    }
    /// What may stand where the answer is now and means nothing: an interim answer, or the first digit of a chunk size.
    std::string_view probe() const noexcept {
        if (turn_.whose() == http::turn::body) return now_->answer->writer().piece_prefix();
        bool knows = now_->request.version == http::version::http_1_1 && !turn_.continue_due();
        return knows ? http::continue_response : std::string_view{};
    }
    [[gnu::cold]] void lose_client() noexcept {
        goes_on();
        client_left();
        coracle::request& asked = now_->request;
        asked.client_left();
        if (asked.app().cancels_on_disconnect(asked)) now_->watch.cancel();
    }

    [[gnu::cold, gnu::noinline]] void begin_conclusions() noexcept {
        while (answered_) {
            std::unique_ptr<transaction> first = std::move(answered_);
            answered_ = std::move(first->next);
            try {
                spawn(conclude(std::move(first), shop_));
            } catch (...) {
                report("there was no memory for the background tasks of a request");
            }
        }
    }
    /// The first request of a connection, and each that is not what it seems: a proxy has brought it.
    [[gnu::cold, gnu::noinline]] void look_closer() {
        introduce_client();
        bool by_proxy = shop_.how.proxy.headers && shop_.how.proxy.trusted.contains(host_);
        looks_closer_ = by_proxy || tls_ || !shop_.how.root_path.empty();
        if (tls_) now_->request.scheme = "https";
        if (!shop_.how.root_path.empty()) now_->request.shown_at(shop_.how.root_path);
        if (by_proxy) shop_.how.proxy.trusted.desk().introduce(*now_, shop_.how);
    }
    /// The request lives on while another one comes.
    [[gnu::cold, gnu::noinline]] void keep_for_later() {
        keep_request();
        std::unique_ptr<transaction> next = shop_.transactions.take();
        now_->live_on(*next);
        std::unique_ptr<transaction>* end = &answered_;
        while (*end) end = &(*end)->next;
        *end = std::exchange(now_, std::move(next));
    }
    static task<> conclude(std::unique_ptr<transaction> one, workshop& shop) {
        workshop::conclusion under_way(shop);
        co_await shop.app.conclude(one->request);
        shop.transactions.give_back(std::move(one));
    }

    void tell(int status, bool whole) {
        request_record one{now_->request};
        one.status = status;
        one.took = meter_.took(shop_.reactor.now());
        one.bytes = meter_.bytes(output_.size());
        one.whole = whole;
        shop_.tell(one);
    }
    void introduce_client() {
        if (host_.empty()) host_ = stream_.peer().host();
        now_->request.client = {host_, stream_.peer().port()};
    }
    [[gnu::cold, gnu::noinline]] void tell_refusal(http::refusal why) {
        const http::refusal_facts& facts = http::facts_of(why);
        log::debug(stream_.peer().text() + " was refused: " + std::string(facts.name) + ", " +
                   std::string(facts.section));
    }
    /// The connection ends within an answer.
    [[gnu::cold, gnu::noinline]] void break_off() noexcept {
        try {
            bool begun = now_->answer && now_->answer->answered();
            int missing = gone_ ? request_record::client_left : request_record::server_stopped;
            if (shop_.tells()) tell(begun ? now_->answer->status() : missing, false);
        } catch (...) {
            report("there was no memory for the log line of a request");
        }
        meter_.end();
    }

    void open_body() {
        now_->sends = pace(shop_.how.limits.min_body_rate, shop_.how.limits.stall_timeout);
        now_->body.emplace(static_cast<feeds_body&>(*this), input_, turn_, shop_.bounds);
        now_->body->start(now_->request, shop_.bounds.body_bytes);
        now_->request.body.open(&*now_->body);
    }
    void read_past_body() {
        now_->body->drop();
        if (turn_.whose() == http::turn::request) now_->reset();
    }
    /// For the handler, from inside it: the only other place that reads and writes the stream.
    task<std::optional<http::refusal>> more(bool say_continue) override {
        {
            wait_for_body waiting(*this);
            feeding_ = true;
            if (say_continue) output().append("HTTP/1.1 100 Continue\r\n\r\n");
            keep_request();
            while (has_outgoing()) {
                auto outcome = co_await stream_.write(outgoing());
                sent(outcome);
            }
            deadline_.set(now_->sends.waits(shop_.reactor.turn_time()));
            auto bytes = co_await stream_.read();
            if (!bytes || bytes->empty()) co_return late_ ? http::refusal::too_slow : http::refusal::truncated;
            meter_.received(bytes->size());
            now_->sends.moved(shop_.reactor.turn_time(), bytes->size());
            input_.take(*bytes);
            input_.keep();  // the handler may wait for something else while it looks at these bytes
        }
        on_edge();  // behind the end of that wait, which clears the deadline
        beats();
        co_return std::nullopt;
    }
    /// Also when the wait is cancelled: no deadline is left behind, and where a write was cut short nobody knows how
    /// much of it is gone, so the connection is.
    struct wait_for_body {
        conversation& of;
        explicit wait_for_body(conversation& c) noexcept : of(c) {}
        wait_for_body(const wait_for_body&) = delete;
        ~wait_for_body() {
            of.deadline_.clear();
            of.feeding_ = false;
            if (std::exchange(of.writing_, 0) != 0) of.client_left();
        }
    };
    /// No byte of a head has come; the parser forgives a line end before one.
    bool between_requests() const noexcept { return input_.unread().empty() || input_.unread() == "\r\n"; }

    /// What the client sent cannot be understood: that is the last answer, if one can still be given.
    void refuse(http::refusal why) {
        hearing_ = false;
        deadline_.clear();
        if (!now_) now_ = shop_.transactions.take();
        shop_.counts.refuse(why);
        if (log::hears(log_level::debug)) [[unlikely]]
            tell_refusal(why);
        if (!turn_.refuse(now_->request)) return turn_.close_now();
        if (!meter_.under_way()) meter_.begin(shop_.reactor.turn_time(), output_.size());
        introduce_client();
        const http::refusal_facts& facts = http::facts_of(why);
        answer().send_detail(facts.status, json(facts.detail));
        answered();
    }

    byte_buffer& output() {
        if (output_.capacity() == 0) output_ = shop_.take_buffer();
        return output_;
    }
    void give_back_output() noexcept {
        if (output_.capacity() != 0) shop_.give_back(std::exchange(output_, {}));
    }

    Stream& stream_;
    workshop& shop_;
    loop::deadline<on_deadline> deadline_;
    std::unique_ptr<transaction> now_;
    std::unique_ptr<transaction> answered_;  // those that still have something to do, once their answers are sent
    std::string host_;                       // of the client, once it has asked for something
    input input_;
    byte_buffer output_;
    http::exchange turn_;
    meter meter_;
    const bool tls_;  // of the client to whoever brings its bytes here
    bool looks_closer_ = true;
    bool sleeps_ = false;
    bool given_away_ = false;
    std::uint32_t asked_;      // so many requests
    std::size_t writing_ = 0;  // so many bytes
    bool hearing_ = false;     // some of a head has come
    bool late_ = false;
    bool gone_ = false;
    bool held_back_ = false;
    bool feeding_ = false;  // the handler waits for its body
};

}  // namespace coracle::server
