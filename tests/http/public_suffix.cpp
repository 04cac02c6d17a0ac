#include <coracle/http/public_suffix.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("what anybody may have a name below is a public suffix, and a site is none") {
    for (const char* each :
         {"com", "localhost", "uk", "co.uk", "com.au", "ac.jp", "go.jp", "govt.nz", "org.uk", "github.io",
          "herokuapp.com", "s3.amazonaws.com", "up.railway.app", "com.", "co.uk.", "github.io."}) {
        CAPTURE(each);
        CHECK(http::is_public_suffix(each));
    }
    for (const char* each :
         {"example.com", "example.co.uk", "www.com.example", "ada.github.io", "t.co", "co.com", "id.me", "go.com",
          "com.example.org", "a.b.co.uk", "amazonaws.com", "railway.app", "x.ac", "example.com."}) {
        CAPTURE(each);
        CHECK_FALSE(http::is_public_suffix(each));
    }
}
