# What schemathesis must not send: no multipart header can hold NUL, CR or LF. RFC 9110 5.5.
"""Named in SCHEMATHESIS_HOOKS by check.py."""

import schemathesis


@schemathesis.hook
def filter_body(context, body):
    media = (context.operation.body or [None]) if context.operation else []
    multipart = any(getattr(each, "media_type", "") == "multipart/form-data" for each in media)
    if not multipart or not isinstance(body, dict):
        return True
    return not any(sign in str(name) for name in body for sign in "\0\r\n")
