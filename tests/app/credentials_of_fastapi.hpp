// credentials_of_fastapi: what the security helpers of FastAPI 0.165 answer: route|Authorization (- is none)|status|
// WWW-Authenticate (- is none)|body.
#pragma once

#include <string_view>

namespace coracle {

inline constexpr std::string_view credentials_of_fastapi = R"rows(
/bearer|-|401|Bearer|{"detail":"Not authenticated"}
/bearer||401|Bearer|{"detail":"Not authenticated"}
/bearer|Bearer|401|Bearer|{"detail":"Not authenticated"}
/bearer|Bearer abc|200|-|"abc"
/bearer|bearer abc|200|-|"abc"
/bearer|Bearer a b|200|-|"a b"
/bearer|Basic abc|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic|401|Bearer|{"detail":"Not authenticated"}
/bearer|Token x|401|Bearer|{"detail":"Not authenticated"}
/bearer|abc|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/bearer|basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic YW5uOmE6Yg==|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic YW5uOg==|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic OnB3|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic YW5uc2VjcmV0|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic w6Rubjpww6Rzcw==|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic /zp4|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic a|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic ====|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic YW5uOnNlY3JldA|401|Bearer|{"detail":"Not authenticated"}
/bearer|Digest username=x|401|Bearer|{"detail":"Not authenticated"}
/bearer|Basic  YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/bearer-opt|-|200|-|null
/bearer-opt||200|-|null
/bearer-opt|Bearer|200|-|null
/bearer-opt|Bearer abc|200|-|"abc"
/bearer-opt|bearer abc|200|-|"abc"
/bearer-opt|Bearer a b|200|-|"a b"
/bearer-opt|Basic abc|200|-|null
/bearer-opt|Basic|200|-|null
/bearer-opt|Token x|200|-|null
/bearer-opt|abc|200|-|null
/bearer-opt|Basic YW5uOnNlY3JldA==|200|-|null
/bearer-opt|basic YW5uOnNlY3JldA==|200|-|null
/bearer-opt|Basic YW5uOmE6Yg==|200|-|null
/bearer-opt|Basic YW5uOg==|200|-|null
/bearer-opt|Basic OnB3|200|-|null
/bearer-opt|Basic YW5uc2VjcmV0|200|-|null
/bearer-opt|Basic w6Rubjpww6Rzcw==|200|-|null
/bearer-opt|Basic /zp4|200|-|null
/bearer-opt|Basic a|200|-|null
/bearer-opt|Basic ====|200|-|null
/bearer-opt|Basic YW5uOnNlY3JldA|200|-|null
/bearer-opt|Digest username=x|200|-|null
/bearer-opt|Basic  YW5uOnNlY3JldA==|200|-|null
/basic|-|401|Basic|{"detail":"Not authenticated"}
/basic||401|Basic|{"detail":"Not authenticated"}
/basic|Bearer|401|Basic|{"detail":"Not authenticated"}
/basic|Bearer abc|401|Basic|{"detail":"Not authenticated"}
/basic|bearer abc|401|Basic|{"detail":"Not authenticated"}
/basic|Bearer a b|401|Basic|{"detail":"Not authenticated"}
/basic|Basic abc|401|Basic|{"detail":"Not authenticated"}
/basic|Basic|401|Basic|{"detail":"Not authenticated"}
/basic|Token x|401|Basic|{"detail":"Not authenticated"}
/basic|abc|401|Basic|{"detail":"Not authenticated"}
/basic|Basic YW5uOnNlY3JldA==|200|-|["ann","secret"]
/basic|basic YW5uOnNlY3JldA==|200|-|["ann","secret"]
/basic|Basic YW5uOmE6Yg==|200|-|["ann","a:b"]
/basic|Basic YW5uOg==|200|-|["ann",""]
/basic|Basic OnB3|200|-|["","pw"]
/basic|Basic YW5uc2VjcmV0|401|Basic|{"detail":"Not authenticated"}
/basic|Basic w6Rubjpww6Rzcw==|401|Basic|{"detail":"Not authenticated"}
/basic|Basic /zp4|401|Basic|{"detail":"Not authenticated"}
/basic|Basic a|401|Basic|{"detail":"Not authenticated"}
/basic|Basic ====|401|Basic|{"detail":"Not authenticated"}
/basic|Basic YW5uOnNlY3JldA|401|Basic|{"detail":"Not authenticated"}
/basic|Digest username=x|401|Basic|{"detail":"Not authenticated"}
/basic|Basic  YW5uOnNlY3JldA==|200|-|["ann","secret"]
/basic-opt|-|200|-|null
/basic-opt||200|-|null
/basic-opt|Bearer|200|-|null
/basic-opt|Bearer abc|200|-|null
/basic-opt|bearer abc|200|-|null
/basic-opt|Bearer a b|200|-|null
/basic-opt|Basic abc|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Token x|200|-|null
/basic-opt|abc|200|-|null
/basic-opt|Basic YW5uOnNlY3JldA==|200|-|["ann","secret"]
/basic-opt|basic YW5uOnNlY3JldA==|200|-|["ann","secret"]
/basic-opt|Basic YW5uOmE6Yg==|200|-|["ann","a:b"]
/basic-opt|Basic YW5uOg==|200|-|["ann",""]
/basic-opt|Basic OnB3|200|-|["","pw"]
/basic-opt|Basic YW5uc2VjcmV0|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic w6Rubjpww6Rzcw==|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic /zp4|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic a|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic ====|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Basic YW5uOnNlY3JldA|401|Basic|{"detail":"Not authenticated"}
/basic-opt|Digest username=x|200|-|null
/basic-opt|Basic  YW5uOnNlY3JldA==|200|-|["ann","secret"]
/oauth|-|401|Bearer|{"detail":"Not authenticated"}
/oauth||401|Bearer|{"detail":"Not authenticated"}
/oauth|Bearer|200|-|""
/oauth|Bearer abc|200|-|"abc"
/oauth|bearer abc|200|-|"abc"
/oauth|Bearer a b|200|-|"a b"
/oauth|Basic abc|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic|401|Bearer|{"detail":"Not authenticated"}
/oauth|Token x|401|Bearer|{"detail":"Not authenticated"}
/oauth|abc|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/oauth|basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic YW5uOmE6Yg==|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic YW5uOg==|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic OnB3|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic YW5uc2VjcmV0|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic w6Rubjpww6Rzcw==|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic /zp4|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic a|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic ====|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic YW5uOnNlY3JldA|401|Bearer|{"detail":"Not authenticated"}
/oauth|Digest username=x|401|Bearer|{"detail":"Not authenticated"}
/oauth|Basic  YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/oauth-opt|-|200|-|null
/oauth-opt||200|-|null
/oauth-opt|Bearer|200|-|""
/oauth-opt|Bearer abc|200|-|"abc"
/oauth-opt|bearer abc|200|-|"abc"
/oauth-opt|Bearer a b|200|-|"a b"
/oauth-opt|Basic abc|200|-|null
/oauth-opt|Basic|200|-|null
/oauth-opt|Token x|200|-|null
/oauth-opt|abc|200|-|null
/oauth-opt|Basic YW5uOnNlY3JldA==|200|-|null
/oauth-opt|basic YW5uOnNlY3JldA==|200|-|null
/oauth-opt|Basic YW5uOmE6Yg==|200|-|null
/oauth-opt|Basic YW5uOg==|200|-|null
/oauth-opt|Basic OnB3|200|-|null
/oauth-opt|Basic YW5uc2VjcmV0|200|-|null
/oauth-opt|Basic w6Rubjpww6Rzcw==|200|-|null
/oauth-opt|Basic /zp4|200|-|null
/oauth-opt|Basic a|200|-|null
/oauth-opt|Basic ====|200|-|null
/oauth-opt|Basic YW5uOnNlY3JldA|200|-|null
/oauth-opt|Digest username=x|200|-|null
/oauth-opt|Basic  YW5uOnNlY3JldA==|200|-|null
/code|-|401|Bearer|{"detail":"Not authenticated"}
/code||401|Bearer|{"detail":"Not authenticated"}
/code|Bearer|200|-|""
/code|Bearer abc|200|-|"abc"
/code|bearer abc|200|-|"abc"
/code|Bearer a b|200|-|"a b"
/code|Basic abc|401|Bearer|{"detail":"Not authenticated"}
/code|Basic|401|Bearer|{"detail":"Not authenticated"}
/code|Token x|401|Bearer|{"detail":"Not authenticated"}
/code|abc|401|Bearer|{"detail":"Not authenticated"}
/code|Basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/code|basic YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/code|Basic YW5uOmE6Yg==|401|Bearer|{"detail":"Not authenticated"}
/code|Basic YW5uOg==|401|Bearer|{"detail":"Not authenticated"}
/code|Basic OnB3|401|Bearer|{"detail":"Not authenticated"}
/code|Basic YW5uc2VjcmV0|401|Bearer|{"detail":"Not authenticated"}
/code|Basic w6Rubjpww6Rzcw==|401|Bearer|{"detail":"Not authenticated"}
/code|Basic /zp4|401|Bearer|{"detail":"Not authenticated"}
/code|Basic a|401|Bearer|{"detail":"Not authenticated"}
/code|Basic ====|401|Bearer|{"detail":"Not authenticated"}
/code|Basic YW5uOnNlY3JldA|401|Bearer|{"detail":"Not authenticated"}
/code|Digest username=x|401|Bearer|{"detail":"Not authenticated"}
/code|Basic  YW5uOnNlY3JldA==|401|Bearer|{"detail":"Not authenticated"}
/openid|-|401|Bearer|{"detail":"Not authenticated"}
/openid||401|Bearer|{"detail":"Not authenticated"}
/openid|Bearer|200|-|"Bearer"
/openid|Bearer abc|200|-|"Bearer abc"
/openid|bearer abc|200|-|"bearer abc"
/openid|Bearer a b|200|-|"Bearer a b"
/openid|Basic abc|200|-|"Basic abc"
/openid|Basic|200|-|"Basic"
/openid|Token x|200|-|"Token x"
/openid|abc|200|-|"abc"
/openid|Basic YW5uOnNlY3JldA==|200|-|"Basic YW5uOnNlY3JldA=="
/openid|basic YW5uOnNlY3JldA==|200|-|"basic YW5uOnNlY3JldA=="
/openid|Basic YW5uOmE6Yg==|200|-|"Basic YW5uOmE6Yg=="
/openid|Basic YW5uOg==|200|-|"Basic YW5uOg=="
/openid|Basic OnB3|200|-|"Basic OnB3"
/openid|Basic YW5uc2VjcmV0|200|-|"Basic YW5uc2VjcmV0"
/openid|Basic w6Rubjpww6Rzcw==|200|-|"Basic w6Rubjpww6Rzcw=="
/openid|Basic /zp4|200|-|"Basic /zp4"
/openid|Basic a|200|-|"Basic a"
/openid|Basic ====|200|-|"Basic ===="
/openid|Basic YW5uOnNlY3JldA|200|-|"Basic YW5uOnNlY3JldA"
/openid|Digest username=x|200|-|"Digest username=x"
/openid|Basic  YW5uOnNlY3JldA==|200|-|"Basic  YW5uOnNlY3JldA=="
/digest|-|401|Digest|{"detail":"Not authenticated"}
/digest||401|Digest|{"detail":"Not authenticated"}
/digest|Bearer|401|Digest|{"detail":"Not authenticated"}
/digest|Bearer abc|401|Digest|{"detail":"Not authenticated"}
/digest|bearer abc|401|Digest|{"detail":"Not authenticated"}
/digest|Bearer a b|401|Digest|{"detail":"Not authenticated"}
/digest|Basic abc|401|Digest|{"detail":"Not authenticated"}
/digest|Basic|401|Digest|{"detail":"Not authenticated"}
/digest|Token x|401|Digest|{"detail":"Not authenticated"}
/digest|abc|401|Digest|{"detail":"Not authenticated"}
/digest|Basic YW5uOnNlY3JldA==|401|Digest|{"detail":"Not authenticated"}
/digest|basic YW5uOnNlY3JldA==|401|Digest|{"detail":"Not authenticated"}
/digest|Basic YW5uOmE6Yg==|401|Digest|{"detail":"Not authenticated"}
/digest|Basic YW5uOg==|401|Digest|{"detail":"Not authenticated"}
/digest|Basic OnB3|401|Digest|{"detail":"Not authenticated"}
/digest|Basic YW5uc2VjcmV0|401|Digest|{"detail":"Not authenticated"}
/digest|Basic w6Rubjpww6Rzcw==|401|Digest|{"detail":"Not authenticated"}
/digest|Basic /zp4|401|Digest|{"detail":"Not authenticated"}
/digest|Basic a|401|Digest|{"detail":"Not authenticated"}
/digest|Basic ====|401|Digest|{"detail":"Not authenticated"}
/digest|Basic YW5uOnNlY3JldA|401|Digest|{"detail":"Not authenticated"}
/digest|Digest username=x|200|-|"username=x"
/digest|Basic  YW5uOnNlY3JldA==|401|Digest|{"detail":"Not authenticated"}
)rows";

}  // namespace coracle
