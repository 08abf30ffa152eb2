import CClef

/// One login of one user: its URL, the check of its state, and the exchange of its code. It is spent once, when its state
/// matched.
public struct UserAuthorisation: Sendable {
    let handle: Handle

    public init(
        _ credentials: Credentials, scopes: ScopeSet? = nil, options: AuthorisationOptions = []
    ) throws {
        handle = try credentials.handle.use { credentials in
            try (scopes?.handle).use { scopes in
                try make(clef_user_auth_free) {
                    clef_user_auth_new(credentials, scopes, options.rawValue, $0, $1)
                }
            }
        }
    }

    /// A login that was begun elsewhere, for a redirect that lands on another server.
    public init(
        resuming state: String, credentials: Credentials, verifier: String? = nil,
        options: AuthorisationOptions = []
    ) throws {
        let state = try state.forC("state"), verifier = try verifier.forC("verifier")
        handle = try credentials.handle.use { credentials in
            try make(clef_user_auth_free) {
                clef_user_auth_resume(credentials, state, verifier, options.rawValue, $0, $1)
            }
        }
    }

    /// Where to send the user; nil for one that was resumed. **Secret.**
    public var url: String? { handle.text { clef_user_auth_url($0) } }
    /// **Secret.**
    public var state: String { handle.text { clef_user_auth_state($0) } ?? "" }
    /// Nil without PKCE. **Secret.**
    public var verifier: String? { handle.text { clef_user_auth_verifier($0) } }

    public func requestToken(code: String, state: String, in runtime: Runtime = .shared) async throws -> Token {
        let code = try code.forC("code"), state = try state.forC("state")
        return try await run(in: runtime) { start in
            handle.use {
                clef_user_auth_request_token_start(
                    $0, code, state, start.runtime, start.callback, start.userData, start.free, start.operation,
                    start.error)
            }
        } result: { try tokenOf($0) }
    }

    /// `url` is what the user was redirected to: a whole URL, a request target or a query.
    public func requestToken(fromURL url: String, in runtime: Runtime = .shared) async throws -> Token {
        let url = try url.forC("url")
        return try await run(in: runtime) { start in
            handle.use {
                clef_user_auth_request_token_from_url_start(
                    $0, url, start.runtime, start.callback, start.userData, start.free, start.operation,
                    start.error)
            }
        } result: { try tokenOf($0) }
    }

    public func requestRefreshingToken(
        code: String, state: String, in runtime: Runtime = .shared
    ) async throws -> RefreshingToken {
        let code = try code.forC("code"), state = try state.forC("state")
        return try await run(in: runtime) { start in
            handle.use {
                clef_user_auth_request_refreshing_token_start(
                    $0, code, state, start.runtime, start.callback, start.userData, start.free, start.operation,
                    start.error)
            }
        } result: { try refreshingTokenOf($0) }
    }

    public func requestRefreshingToken(
        fromURL url: String, in runtime: Runtime = .shared
    ) async throws -> RefreshingToken {
        let url = try url.forC("url")
        return try await run(in: runtime) { start in
            handle.use {
                clef_user_auth_request_refreshing_token_from_url_start(
                    $0, url, start.runtime, start.callback, start.userData, start.free, start.operation,
                    start.error)
            }
        } result: { try refreshingTokenOf($0) }
    }

    public func prepareToken(code: String, state: String) throws -> TokenRequest {
        let code = try code.forC("code"), state = try state.forC("state")
        return try handle.use { auth in
            try TokenRequest(make(clef_http_request_free) {
                clef_user_auth_prepare_token(auth, code, state, $0, $1)
            })
        }
    }

    public func prepareToken(fromURL url: String) throws -> TokenRequest {
        let url = try url.forC("url")
        return try handle.use { auth in
            try TokenRequest(make(clef_http_request_free) {
                clef_user_auth_prepare_token_from_url(auth, url, $0, $1)
            })
        }
    }
}

/// A new state of that many random bytes, 16 to 96, as text. **Secret.**
public func generateState(bytes: Int = 32) throws -> String {
    guard bytes >= 0 else { throw ClefError(.invalidArgument, "bytes must not be negative") }
    return try makeText { clef_gen_state(bytes, $0, $1) }
}

/// The code in a URL that the user was redirected to. **Secret.**
public func parseCode(fromURL url: String) throws -> String {
    let url = try url.forC("url")
    return try makeText { clef_parse_code_from_url(url, $0, $1) }
}

/// The state in a URL that the user was redirected to. **Secret.**
public func parseState(fromURL url: String) throws -> String {
    let url = try url.forC("url")
    return try makeText { clef_parse_state_from_url(url, $0, $1) }
}
