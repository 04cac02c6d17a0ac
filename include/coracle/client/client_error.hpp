// client_error: what can go wrong with a request to others, as a tree. httpx's exceptions.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace coracle {

/// Anything below. what() says what, where (method and URL, without the values of its query) and, where time
/// matters, after how long.
class client_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// No answer, or none that can be used.
class request_error : public client_error {
public:
    using client_error::client_error;
};
/// On the way.
class transport_error : public request_error {
public:
    using request_error::request_error;
};

/// Something took longer than client_timeouts allow.
class client_timed_out : public transport_error {
public:
    client_timed_out(const std::string& sentence, std::chrono::nanoseconds after)
        : transport_error(sentence), after_(after) {}
    /// How long it had.
    std::chrono::nanoseconds after() const noexcept { return after_; }

private:
    std::chrono::nanoseconds after_;
};
class connect_timed_out : public client_timed_out {
public:
    using client_timed_out::client_timed_out;
};
class read_timed_out : public client_timed_out {
public:
    using client_timed_out::client_timed_out;
};
class write_timed_out : public client_timed_out {
public:
    using client_timed_out::client_timed_out;
};
/// No connection became free.
class pool_timed_out : public client_timed_out {
public:
    using client_timed_out::client_timed_out;
};
/// All of it together took too long.
class total_timed_out : public client_timed_out {
public:
    using client_timed_out::client_timed_out;
};

/// The network, or the machine at the other end, said no.
class network_error : public transport_error {
public:
    network_error(const std::string& sentence, std::error_code why) : transport_error(sentence), why_(why) {}
    /// As the system, or the resolver, says it.
    std::error_code code() const noexcept { return why_; }

private:
    std::error_code why_;
};
/// No such name, nobody there, refused, or not allowed to be asked.
class connect_failed : public network_error {
public:
    using network_error::network_error;
};
class read_failed : public network_error {
public:
    using network_error::network_error;
};
class write_failed : public network_error {
public:
    using network_error::network_error;
};

/// What was said is no HTTP.
class protocol_error : public transport_error {
public:
    using transport_error::transport_error;
};
/// The request cannot be sent: its method, its target, its body that is not as long as was said.
class local_protocol_error : public protocol_error {
public:
    using protocol_error::protocol_error;
};
/// The answer is broken, cut off, or larger than allowed.
class remote_protocol_error : public protocol_error {
public:
    using protocol_error::protocol_error;
};

class proxy_error : public transport_error {
public:
    using transport_error::transport_error;
};
/// A scheme that nobody here speaks; https without <coracle/with/openssl.hpp>.
class unsupported_protocol : public transport_error {
public:
    using transport_error::transport_error;
};

/// The body of an answer is not what it was taken for.
class decoding_error : public request_error {
public:
    using request_error::request_error;
};
class too_many_redirects : public request_error {
public:
    using request_error::request_error;
};
/// A redirect that leads nowhere, or to where redirect_rules do not follow.
class redirect_refused : public request_error {
public:
    using request_error::request_error;
};

/// raise_for_status(): the answer came, and was a status of 400 or more.
class status_error : public client_error {
public:
    status_error(const std::string& sentence, int status) : client_error(sentence), status_(status) {}
    int status() const noexcept { return status_; }

private:
    int status_;
};

/// The caller's: a text that is no URL, or none that can be asked.
class invalid_url : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};
/// The caller's: the body of an answer that is a stream was taken for a text, read twice, or read when it was closed.
class body_misuse : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

}  // namespace coracle
