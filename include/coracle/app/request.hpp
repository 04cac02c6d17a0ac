// request: what the client asks, as plain data.
#pragma once

#include <coracle/app/after_response.hpp>
#include <coracle/app/background_tasks.hpp>
#include <coracle/app/body.hpp>
#include <coracle/app/cookie_pairs.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/query_values.hpp>
#include <coracle/app/response_context.hpp>
#include <coracle/app/trace_context.hpp>
#include <coracle/app/typed_store.hpp>
#include <coracle/base/stop_token.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/route/match.hpp>
#include <coracle/route/pattern.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

class app;
class dependency_store;

/// Who sent it. Facts of the connection, never of a header field.
struct peer {
    std::string_view address{};  ///< `127.0.0.1`, `::1`, or `unix:` with the name of the socket if it has one
    std::uint16_t port = 0;
};

/// One request: `method`, `target`, `headers` and what else stands in its head, `client`, `body`. It belongs to its
/// connection; handlers see it by reference. keeps: views of the bytes that the head was read from.
class request : public http::request_head {
public:
    /// The header fields in the order they came: `req.headers["x-id"]` (empty when there is none), `for (auto& [name,
    /// value] : req.headers)`. Names are compared without regard to case.
    const http::fields& headers = fields;
    /// How it came, `http` or `https`: a fact of the connection, or what a proxy that is trusted says of it.
    std::string_view scheme = "http";
    peer client{};
    coracle::body body{};
    /// The path at which a proxy shows the app, when it is not in `target` because the proxy has taken it off.
    std::string root_path{};
    /// Its name in logs: what request_id() chose, or anybody else. Empty: it has none.
    std::string id{};
    /// What is done when the answer has been sent.
    after_response after{};
    /// What the router found. The app fills it.
    route::match matched{};
    const route::pattern* pattern = nullptr;
    std::size_t below = 0;    ///< where in target.path the paths of the app begin, which may be mounted in another
    std::size_t skipped = 0;  ///< placeholders of the pattern that are not the handler's own but its router's
    /// What was set up for it. Null when nothing was.
    std::unique_ptr<clean_up> dependencies{};
    /// What is wrong with it already. Null for nothing.
    const std::vector<validation_issue>* earlier_issues = nullptr;

    request() = default;
    request(const request&) = delete;
    request& operator=(const request&) = delete;

    cookie_pairs cookies() const noexcept { return cookie_pairs(fields); }

    /// The query parameter with this name, decoded; the last one when it is repeated. error: http_error 400 when the
    /// query has more parameters than allowed.
    std::optional<std::string_view> query(std::string_view name) const { return queries().last(name); }
    /// All query parameters, in order.
    const query_values& queries() const {
        if (!queries_read_) {
            const auto& facts = http::facts_of(http::refusal::too_many_pairs);
            if (!queries_.read(target.query)) throw http_error(facts.status, facts.detail);
            queries_read_ = true;
        }
        return queries_;
    }

    /// What the placeholder `{name}` of the route took, decoded. error: std::out_of_range when the route has none.
    std::string_view path(std::string_view name) const {
        std::size_t number = 0;
        for (std::size_t i = 0; pattern && i < pattern->segment_count; ++i) {
            if (!pattern->segments[i].is_placeholder) continue;
            if (pattern->segments[i].text == name) return matched[number];
            ++number;
        }
        throw std::out_of_range("coracle: the route '" + std::string(pattern ? pattern->text : "") +
                                "' has no placeholder {" + std::string(name) + "}");
    }

    /// The Content-Type without its parameters, as it was sent; empty when there is none.
    std::string_view media_type() const noexcept {
        std::string_view type = fields["content-type"];
        return ascii::trim(type.substr(0, type.find(';')));
    }

    /// Which trace it belongs to: its own span if the app uses tracing(), else what its traceparent says; invalid when
    /// it has none.
    const trace_context& trace() const {
        if (!trace_) trace_ = std::make_unique<trace_context>(trace_context::of(fields));
        return *trace_;
    }
    /// The same, if somebody has asked for it or set it; else null.
    const trace_context* known_trace() const noexcept { return trace_.get(); }
    void trace(const trace_context& span) { trace_ = std::make_unique<trace_context>(span); }

    /// What stands before the paths that its app knows, as the client sees it: the path at which a proxy shows it, and
    /// that of its mount.
    std::string base_path() const {
        std::string base = root_path;
        return base.append(target.path.substr(0, below));
    }
    /// `http://host`, as the client sees it.
    std::string origin() const {
        std::string url(scheme);
        return url.append("://").append(host);
    }

    /// The app that answers it. in: a request that has come to an app.
    const coracle::app& app() const {
        if (!app_) throw std::logic_error("coracle: this request has not come to an app");
        return *app_;
    }
    /// The app's value of type T, as app.state<T>(). Defined in app.hpp, as the next.
    template <class T>
    T& app_state() const;
    /// The URL of the route with this name: `req.url_for("item", 7)` is `http://host/items/7`. error:
    /// std::out_of_range.
    template <class... A>
    std::string url_for(std::string_view name, const A&... values) const;
    /// A value of type T that goes with this request, made when it is asked for first: for what middleware and
    /// dependencies tell the handler.
    template <class T>
    T& state() {
        if (T* there = state_.find<T>()) return *there;
        return state_.emplace<T>();
    }
    /// The same, but null when nobody has asked for it yet.
    template <class T>
    T* find_state() noexcept {
        return state_.find<T>();
    }
    /// What is changed in the answer that is made from the handler's result.
    coracle::response_context& response_context() {
        if (!context_) context_ = std::make_unique<coracle::response_context>();
        return *context_;
    }
    /// For the app: where that will stand, if anybody asks for it.
    const std::unique_ptr<coracle::response_context>& response_context_slot() const noexcept { return context_; }
    /// Whether the client has left, as far as is known while the handler waits. From any thread.
    /// For handlers that are not cancelled then: route_options::cancel_on_disconnect.
    bool is_disconnected() const noexcept { return client_left_.load(std::memory_order_relaxed); }
    /// Is asked to stop when the client leaves. On the loop of the handler; a plain function, which runs on the thread
    /// pool, takes a stop_token as its parameter.
    coracle::stop_token stop_token() {
        told_ = &state<told_when_client_leaves>();
        return told_->source.get_token();
    }
    /// For the server, on the loop: it has left. A plain function may be adding to state() meanwhile, on its thread.
    void client_left() noexcept {
        client_left_.store(true, std::memory_order_relaxed);
        if (told_) told_->source.request_stop();
    }
    /// For the app: it is this one's now.
    void belongs_to(const coracle::app& served, const coracle::dependency_store* store = nullptr) noexcept {
        app_ = &served;
        store_ = store;
    }
    /// What that app knows of its dependencies; null for nothing.
    const coracle::dependency_store* dependency_store() const noexcept { return store_; }

    /// For the server: as new, with the memory that it has.
    void reset() noexcept {
        http::request_head::clear();
        scheme = "http";
        client = {};
        body.open(nullptr);
        matched.result = route::outcome::not_found;
        matched.capture_count = 0;
        pattern = nullptr;
        below = skipped = 0;
        queries_read_ = false;
        root_path.clear();
        id.clear();
        earlier_issues = nullptr;
        client_left_.store(false, std::memory_order_relaxed);
        app_ = nullptr;
        store_ = nullptr;
        // Most requests have had none of these, and are through with one question.
        if (trace_ || context_ || dependencies || !after.empty() || !state_.empty()) [[unlikely]]
            reset_extras();
    }
    /// For the server: a proxy shows the app at this path, and may have taken it off or not. in: no slash at its end.
    [[gnu::cold]] void shown_at(std::string_view root) {
        std::string_view behind = target.path;
        bool there = behind.starts_with(root);
        if (there) behind.remove_prefix(root.size());
        there = there && (behind.empty() || behind.front() == '/');
        below = there ? root.size() : 0;
        root_path = there ? std::string_view() : root;
    }
    /// For the server: the bytes of the head have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        http::request_head::rebase(from, to);
        matched.rebase(from, to);
    }

private:
    [[gnu::noinline]] void reset_extras() noexcept {
        trace_.reset();
        after.reset();
        context_.reset();
        dependencies.reset();
        state_.clear();
        told_ = nullptr;
    }

    struct told_when_client_leaves {
        stop_source source{};
    };
    mutable query_values queries_{};
    mutable bool queries_read_ = false;
    mutable std::unique_ptr<trace_context> trace_;
    const coracle::app* app_ = nullptr;
    const coracle::dependency_store* store_ = nullptr;
    std::unique_ptr<coracle::response_context> context_;
    typed_store state_;
    told_when_client_leaves* told_ = nullptr;  // in state_, once somebody has asked to be told
    std::atomic<bool> client_left_{false};
};

inline background_tasks& parameter<background_tasks&>::of(request& asked) { return asked.after.tasks(); }
inline response_context& parameter<response_context&>::of(request& asked) { return asked.response_context(); }

}  // namespace coracle
