// digest_auth: a client that answers Digest challenges, and with the same nonce goes on asking without being refused.
// RFC 7616 3.3 (which challenge), 3.4 (nonce count), 3.5 (a nonce that went stale).
#pragma once

#include <coracle/client/auth.hpp>
#include <coracle/http/challenge.hpp>
#include <coracle/http/digest.hpp>
#include <coracle/os/random_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::client {

namespace detail {

class digest_authenticator final : public authenticator {
public:
    digest_authenticator(std::string_view user, std::string_view password) : user_(user), password_(password) {
        check_user(user, password);
    }

    std::string authorization(const authorized_request& asked) override {
        std::lock_guard lock(mutex_);
        session* known = find(asked.url);
        if (!known) return {};
        if (known->challenge.session && known->cnonce.empty()) known->cnonce = secret_token(16);
        std::string cnonce = known->challenge.session ? known->cnonce : secret_token(16);
        ++known->count;
        std::string target = asked.url.target();
        return http::digest_credentials_for(known->challenge,
                                            {user_, password_, asked.method, target, cnonce, known->count});
    }
    bool challenged(const authorized_request& asked, const http::fields& answer) override {
        std::optional<http::digest_challenge> found = choose(answer);
        if (!found) return false;
        std::lock_guard lock(mutex_);
        session* known = find(asked.url);
        bool same = known && known->challenge.nonce == found->nonce;
        // Refused though it had answered: the password is wrong, unless only the nonce was too old.
        if (!asked.sent.empty() && !found->stale && (asked.challenges > 0 || same)) return false;
        if (asked.challenges >= most_challenges) return false;
        if (same) return true;
        if (known) {
            *known = session{asked.url, std::move(*found), 0, {}};
        } else {
            if (sessions_.size() == most_sessions) sessions_.erase(sessions_.begin());
            sessions_.push_back(session{asked.url, std::move(*found), 0, {}});
        }
        return true;
    }

private:
    struct session {
        http::url origin;
        http::digest_challenge challenge;
        std::uint32_t count = 0;
        std::string cnonce{};
    };
    static constexpr std::size_t most_sessions = 64;
    static constexpr unsigned most_challenges = 3;

    /// The first one with SHA-256, else the first that can be answered.
    static std::optional<http::digest_challenge> choose(const http::fields& answer) {
        std::optional<http::digest_challenge> found;
        for (std::string_view field : answer.get_all("www-authenticate")) {
            auto all = http::parse_challenges(field);
            if (!all) continue;
            for (const http::challenge& each : *all) {
                auto read = http::digest_challenge::read(each);
                if (!read) continue;
                bool better = !found || (found->algorithm == http::digest_algorithm::md5 &&
                                         read->algorithm == http::digest_algorithm::sha256);
                if (better) found = std::move(read);
            }
        }
        return found;
    }
    session* find(const http::url& at) noexcept {
        for (session& each : sessions_)
            if (each.origin.same_origin(at)) return &each;
        return nullptr;
    }

    std::string user_;
    std::string password_;
    std::mutex mutex_;  // guards what follows
    std::vector<session> sessions_;
};

}  // namespace detail

/// in: UTF-8. The first request to an origin is refused with 401 and sent again, so its body has to be replayable.
[[gnu::cold]] inline auth digest(std::string_view user, std::string_view password) {
    return auth(std::make_shared<detail::digest_authenticator>(user, password));
}

}  // namespace coracle::client
