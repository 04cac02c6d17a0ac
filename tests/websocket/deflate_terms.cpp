#include <doctest/doctest.h>

#include <coracle/websocket/deflate_terms.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ws = coracle::ws;

namespace {

std::string agreed(std::string_view offer, const ws::deflate_terms& ours = {}) {
    auto terms = ws::agree_to_deflate(offer, ours);
    return terms ? ws::deflate_field(*terms, true) : "no";
}

ws::deflate_terms as_browsers_offer() {
    ws::deflate_terms terms;
    terms.client_window_offered = true;
    return terms;
}

}  // namespace

TEST_CASE("deflate_terms: the offers of RFC 7692 7.1.3 and of browsers, and the answers") {
    CHECK(agreed("permessage-deflate") == "permessage-deflate");
    CHECK(agreed("permessage-deflate; client_max_window_bits") == "permessage-deflate");
    CHECK(agreed("permessage-deflate; client_max_window_bits; server_max_window_bits=10") ==
          "permessage-deflate; server_max_window_bits=10");
    CHECK(agreed("permessage-deflate; client_max_window_bits=\"12\"") ==
          "permessage-deflate; client_max_window_bits=12");
    CHECK(agreed("permessage-deflate; server_no_context_takeover; client_no_context_takeover") ==
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    CHECK(agreed("") == "no");
    CHECK(agreed("x-webkit-deflate-frame") == "no");
}

TEST_CASE(
    "D16 deflate_terms: an offer with an unknown, repeated or mistaken parameter is passed over, the next is read") {
    for (std::string_view bad :
         {"; x", "; x=1", "; server_max_window_bits", "; server_max_window_bits=7", "; server_max_window_bits=16",
          "; server_max_window_bits=08", "; server_max_window_bits=+9", "; server_max_window_bits=99999999999999999999",
          "; client_max_window_bits=0", "; client_max_window_bits=255", "; client_max_window_bits=-1",
          "; client_max_window_bits=1.0", "; server_no_context_takeover=1", "; client_no_context_takeover=true",
          "; client_no_context_takeover; client_no_context_takeover",
          "; client_max_window_bits; client_max_window_bits", "; server_max_window_bits=9; server_max_window_bits=9",
          "; Server_No_Context_Takeover"}) {
        CAPTURE(bad);
        std::string offer = "permessage-deflate" + std::string(bad);
        CHECK(agreed(offer) == "no");
        CHECK(agreed(offer + ", permessage-deflate") == "permessage-deflate");
        CHECK(!ws::deflate_answer(offer, as_browsers_offer()));
    }
    for (int bits = 8; bits <= 15; ++bits) {
        auto terms = ws::agree_to_deflate("permessage-deflate; server_max_window_bits=" + std::to_string(bits));
        REQUIRE(terms);
        CHECK(terms->server_max_window_bits == bits);
    }
}

TEST_CASE("deflate_terms: a server takes what it wants into the answer, and a client's window only if it may") {
    ws::deflate_terms ours;
    ours.server_no_context_takeover = true;
    ours.server_max_window_bits = 11;
    ours.client_max_window_bits = 12;
    CHECK(agreed("permessage-deflate", ours) == "no");
    CHECK(agreed("permessage-deflate; client_max_window_bits", ours) ==
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=11; client_max_window_bits=12");
    CHECK(agreed("permessage-deflate; client_max_window_bits=9; server_max_window_bits=8", ours) ==
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=8; client_max_window_bits=9");
}

TEST_CASE("D16 deflate_terms: a client takes no answer that goes beyond its offer") {
    ws::deflate_terms plain;
    CHECK(ws::deflate_field(plain, false) == "permessage-deflate");
    CHECK(ws::deflate_field(as_browsers_offer(), false) == "permessage-deflate; client_max_window_bits");
    CHECK(ws::deflate_answer("permessage-deflate", plain));
    CHECK(ws::deflate_answer("permessage-deflate; server_no_context_takeover; client_no_context_takeover", plain));
    CHECK(ws::deflate_answer("permessage-deflate; server_max_window_bits=9", plain));
    CHECK(ws::deflate_answer("permessage-deflate; client_max_window_bits=9", as_browsers_offer()));
    CHECK(!ws::deflate_answer("permessage-deflate; client_max_window_bits=9", plain));
    CHECK(!ws::deflate_answer("permessage-deflate; client_max_window_bits", as_browsers_offer()));
    CHECK(!ws::deflate_answer("permessage-deflate, permessage-deflate", plain));
    CHECK(!ws::deflate_answer("permessage-deflate, foo", plain));
    CHECK(!ws::deflate_answer("foo", plain));
    CHECK(!ws::deflate_answer("", plain));
    CHECK(!ws::deflate_answer("permessage-deflate;", plain));
    ws::deflate_terms strict;
    strict.server_max_window_bits = 10;
    strict.server_no_context_takeover = true;
    CHECK(!ws::deflate_answer("permessage-deflate; server_no_context_takeover", strict));
    CHECK(!ws::deflate_answer("permessage-deflate; server_max_window_bits=10", strict));
    CHECK(ws::deflate_answer("permessage-deflate; server_no_context_takeover; server_max_window_bits=10", strict));
}
