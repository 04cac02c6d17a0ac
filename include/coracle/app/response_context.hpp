// response_context: what a handler or a dependency wants changed in an answer that is made from somebody's result.
// FastAPI's parameter of type Response.
#pragma once

#include <coracle/app/answer_fields.hpp>
#include <coracle/app/parameter.hpp>

namespace coracle {

/// A handler parameter: `[](int id, response_context& answer) { answer.status = 201; answer.headers.set(...); ... }`.
/// One per request, shared by the handler and its dependencies. Answers that are a `response`, or an error, are sent as
/// they are.
class response_context : public answer_fields {
public:
    int status = 0;  ///< 0: the route's own
};

template <>
struct parameter<response_context&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    static response_context& of(request& asked);
};

}  // namespace coracle
