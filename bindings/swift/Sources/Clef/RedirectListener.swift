import CClef

/// Takes the redirect of a login on the user's own computer, at `http://127.0.0.1` or `http://[::1]`; without a port, at a
/// free one.
public struct RedirectListener: Sendable {
    private let handle: Handle

    public init(redirectURI: String) throws {
        let uri = try redirectURI.forC("redirectURI")
        handle = try make(clef_redirect_listener_free) { clef_redirect_listener_new(uri, $0, $1) }
    }

    /// With its port: credentials have to have this one.
    public var uri: String { handle.text { clef_redirect_listener_uri($0) } ?? "" }

    /// What the user is told in the end: a text, or HTML of your own.
    public func setPage(success: String, failure: String) throws {
        let success = try success.forC("success"), failure = try failure.forC("failure")
        try handle.use { listener in
            try check { clef_redirect_listener_set_page(listener, success, failure, $0) }
        }
    }

    /// The URL of the redirect that has this state. **Secret.** Cancelling the task ends the waiting, as
    /// ``cancel()`` does.
    public func wait(expectedState: String? = nil, timeout: Duration? = nil) async throws -> String {
        let state = try expectedState.forC("expectedState")
        return try await withTaskCancellationHandler {
            try await blocking {
                try handle.use { listener in
                    try makeText {
                        clef_redirect_listener_wait(
                            listener, state, Duration.milliseconds(of: timeout), $0, $1)
                    }
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the waiting of whoever waits, now or later.
    public func cancel() {
        handle.use { clef_redirect_listener_cancel($0) }
    }
}
