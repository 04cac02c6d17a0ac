#include <coracle/http/refusal.hpp>

#include <coracle/http/status.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace http = coracle::http;
using http::refusal;

TEST_CASE("the table has one line for each refusal, in the order of the enum") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < http::refusals; ++i) {
        auto why = static_cast<refusal>(i);
        const http::refusal_facts& facts = http::facts_of(why);
        CHECK(facts.why == why);
        CHECK(names.insert(facts.name).second);
        CHECK_FALSE(facts.name.empty());
        CHECK(facts.section.starts_with("RFC "));
        CHECK(facts.detail.size() > 8);
        CHECK_FALSE(facts.detail.ends_with('.'));
        CHECK_FALSE(http::reason_phrase(facts.status).empty());
        CHECK(facts.status >= 400);
    }
}

TEST_CASE("a detail can be put into a JSON string as it is") {
    for (std::size_t i = 0; i < http::refusals; ++i)
        for (char c : http::facts_of(static_cast<refusal>(i)).detail)
            CHECK((c >= ' ' && c <= '~' && c != '"' && c != '\\'));
}

TEST_CASE("F20: whatever leaves the start of the next request in doubt closes the connection") {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(refusal::trailers_too_large); ++i) {
        auto why = static_cast<refusal>(i);
        if (why != refusal::unknown_method) CHECK(http::facts_of(why).closes);
    }
    for (auto why : {refusal::truncated, refusal::too_slow}) CHECK(http::facts_of(why).closes);
    for (auto why : {refusal::unknown_method, refusal::bad_escape, refusal::not_found, refusal::method_not_allowed,
                     refusal::unprocessable, refusal::too_many_pairs})
        CHECK_FALSE(http::facts_of(why).closes);
}

TEST_CASE("the statuses are those the RFCs name") {
    CHECK(http::facts_of(refusal::bad_method).status == 400);
    CHECK(http::facts_of(refusal::method_not_allowed).status == 405);
    CHECK(http::facts_of(refusal::too_slow).status == 408);
    CHECK(http::facts_of(refusal::length_required).status == 411);
    CHECK(http::facts_of(refusal::body_too_large).status == 413);
    CHECK(http::facts_of(refusal::target_too_long).status == 414);
    CHECK(http::facts_of(refusal::unsupported_media_type).status == 415);
    CHECK(http::facts_of(refusal::unsupported_expectation).status == 417);
    CHECK(http::facts_of(refusal::unprocessable).status == 422);
    CHECK(http::facts_of(refusal::head_too_large).status == 431);
    CHECK(http::facts_of(refusal::too_many_fields).status == 431);
    CHECK(http::facts_of(refusal::unsupported_transfer_encoding).status == 501);
    CHECK(http::facts_of(refusal::unsupported_version).status == 505);
}
