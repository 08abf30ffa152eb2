import CClef
import Foundation

/// What happened to a token that refreshes itself.
public enum TokenEvent: Sendable {
    /// There is a new token: save it, where no store does. A listener that throws is offered it again.
    case changed(Token)
    /// The store could not save the new token, which is used all the same.
    case saveFailed(ClefError)
    /// A refresh failed. A token that is still valid goes on being served.
    case refreshFailed(ClefError)
    /// The grant is dead: the user has to log in again.
    case loginRequired(ClefError)
    /// The grant ends soon: a good time to ask the user for another login.
    case grantExpiring(Token)
}

/// An access token that is refreshed when it is about to expire, for any number of threads and tasks: one request goes out
/// for all of them.
public struct RefreshingToken: Sendable, CustomStringConvertible {
    let handle: Handle

    init(_ handle: Handle) {
        self.handle = handle
    }

    /// Keeps `token` fresh. Throws ``Status/invalidArgument`` for the token of another client id.
    public init(_ token: Token, credentials: Credentials) throws {
        handle = try token.handle.use { token in
            try credentials.handle.use { credentials in
                try make(clef_refreshing_token_free) {
                    clef_refreshing_token_new(token, credentials, $0, $1)
                }
            }
        }
    }

    /// The token that `store` has for an account, refreshed if that is needed, and stored anew with each refresh.
    ///
    /// Throws ``Status/notFound`` where the user has to log in.
    public static func open(
        _ store: TokenStore, credentials: Credentials, account: String? = nil, in runtime: Runtime = .shared
    ) async throws -> RefreshingToken {
        let account = try account.forC("account")
        return try await run(in: runtime) { start in
            store.handle.use { store in
                credentials.handle.use { credentials in
                    clef_refreshing_token_open_start(
                        store, credentials, account, start.runtime, start.callback, start.userData, start.free,
                        start.operation, start.error)
                }
            }
        } result: { try refreshingTokenOf($0) }
    }

    /// Stores it for an account, in place of what is there, and from now on each new token before anybody sees it.
    public func attach(to store: TokenStore, account: String? = nil) async throws {
        let account = try account.forC("account")
        try await blocking {
            try handle.use { token in
                try store.handle.use { store in
                    try check { clef_refreshing_token_attach(token, store, account, $0) }
                }
            }
        }
    }

    /// The access token, refreshed first when it has less than 60 seconds left: ask before every request, and keep no copy.
    /// **Secret.** Does not suspend unless it has to be refreshed.
    public func accessToken(in runtime: Runtime = .shared) async throws -> String {
        if let ready = readyAccessToken() {
            return ready
        }
        return try await run(in: runtime) { start in
            handle.use {
                clef_refreshing_token_access_token_start(
                    $0, start.runtime, start.callback, start.userData, start.free, start.operation, start.error)
            }
        } result: { operation in
            try makeText { clef_operation_access_token(operation, $0, $1) }
        }
    }

    /// The access token where it is at hand without a refresh. **Secret.** Never blocks, and begins nothing.
    ///
    /// Throws ``Status/wouldBlock`` where it has to be refreshed first.
    public func accessTokenAtHand() throws -> String {
        try handle.use { token in try makeText { clef_refreshing_token_try_access_token(token, $0, $1) } }
    }

    /// ``accessTokenAtHand()`` without the error, which costs more than the token. Nil where there is one.
    private func readyAccessToken() -> String? {
        handle.use { token in
            var text: UnsafeMutablePointer<CChar>?
            guard clef_refreshing_token_try_access_token(token, &text, nil) == Status.ok.rawValue else { return nil }
            defer { clef_string_free(text) }
            return text.map { String(cString: $0) }
        }
    }

    /// ``accessToken(in:)`` for threads that may block, outside of Swift's concurrency. **Secret.**
    ///
    /// Throws ``Status/wouldBlock`` where it would wait for itself: from this token's own listener.
    public func waitForAccessToken() throws -> String {
        try handle.use { token in try makeText { clef_refreshing_token_access_token(token, $0, $1) } }
    }

    /// Refreshes now, whatever went wrong before.
    public func refresh(in runtime: Runtime = .shared) async throws {
        try await run(in: runtime) { start in
            handle.use {
                clef_refreshing_token_refresh_start(
                    $0, start.runtime, start.callback, start.userData, start.free, start.operation, start.error)
            }
        } result: { operation in
            try check { clef_operation_status(operation, $0) }
        }
    }

    /// After a 401 of the Web API: refreshes, if that is still the current access token.
    public func invalidate(_ accessToken: String) async throws {
        let accessToken = try accessToken.forC("accessToken")
        try await blocking {
            try handle.use { token in
                try check { clef_refreshing_token_invalidate(token, accessToken, $0) }
            }
        }
    }

    /// The token as it is now, without a network.
    public var token: Token {
        get throws {
            try handle.use { token in
                try Token(make(clef_token_free) { clef_refreshing_token_token(token, $0, $1) })
            }
        }
    }

    public var credentials: Credentials {
        get throws {
            try handle.use { token in
                try Credentials(owned(clef_refreshing_token_credentials(token), clef_credentials_free))
            }
        }
    }

    /// **Secret.** Nil for a client token.
    public var refreshToken: String? {
        get throws {
            try handle.use { token in
                try makeOptionalText { clef_refreshing_token_refresh_token(token, $0, $1) }
            }
        }
    }

    public var tokenType: String {
        get throws {
            try handle.use { token in try makeText { clef_refreshing_token_token_type(token, $0, $1) } }
        }
    }

    public var scopes: ScopeSet {
        get throws {
            try handle.use { token in
                try ScopeSet(make(clef_scope_set_free) { clef_refreshing_token_scopes(token, $0, $1) })
            }
        }
    }

    public var usesPKCE: Bool { handle.use { clef_refreshing_token_uses_pkce($0) } }
    /// Never: `Date.distantFuture`.
    public var expiresAt: Date { handle.use { date(clef_refreshing_token_expires_at($0)) ?? .distantFuture } }
    /// Nil, for ever.
    public var expiresIn: Duration? {
        let seconds = handle.use { clef_refreshing_token_expires_in($0) }
        return seconds == .max ? nil : .seconds(seconds)
    }
    /// False.
    public var isExpiring: Bool { handle.use { clef_refreshing_token_is_expiring($0) } }

    /// Why the last refresh failed, or why its token could not be stored; nil after one that worked.
    public var lastError: ClefError? {
        get throws {
            try handle.use { token in
                var last: OpaquePointer?
                try check { clef_refreshing_token_last_error(token, &last, $0) }
                defer { clef_error_free(last) }
                return last.map(ClefError.init(reading:))
            }
        }
    }

    /// Has `runtime` refresh it ahead of time, as long as a handle to it is kept.
    public func keepFresh(in runtime: Runtime = .shared) throws {
        try handle.use { token in
            try runtime.handle.use { runtime in
                try check { clef_refreshing_token_keep_fresh(token, runtime, $0) }
            }
        }
    }

    public func stopKeepingFresh() throws {
        try handle.use { token in try check { clef_refreshing_token_keep_fresh(token, nil, $0) } }
    }

    /// How long before the end of the grant ``TokenEvent/grantExpiring(_:)`` comes: two weeks unless said, zero for never.
    public func setGrantWarning(_ warning: Duration) throws {
        try handle.use { token in
            try check { clef_refreshing_token_set_grant_warning(token, warning.components.seconds, $0) }
        }
    }

    /// Hears of what happens, one call at a time, before anybody else sees a new token; nil for nobody. It must not wait for
    /// this token itself, nor capture it, or they keep each other for ever. An error that it throws at
    /// ``TokenEvent/changed(_:)`` says that it could not save.
    public func setListener(_ listener: (@Sendable (TokenEvent) throws -> Void)?) throws {
        typealias Listener = @Sendable (TokenEvent) throws -> Void
        guard let listener else {
            return try handle.use { token in
                try check { clef_refreshing_token_set_listener(token, nil, nil, nil, $0) }
            }
        }
        let callback: clef_token_listener = { userData, event, token, error in
            guard let event = TokenEvent(event, token, error) else { return Status.ok.rawValue }
            do {
                try Callback<Listener>.body(of: userData)(event)
                return Status.ok.rawValue
            } catch {
                return ClefError.reported(error, otherwise: .store).status.rawValue
            }
        }
        try handle.use { token in
            try check {
                clef_refreshing_token_set_listener(
                    token, callback, Callback<Listener>(listener).retained(), freeCallback, $0)
            }
        }
    }

    /// Without its secrets.
    public var description: String {
        "RefreshingToken(\((try? token).map(String.init(describing:)) ?? ""))"
    }
}

extension TokenEvent {
    /// Nil for an event of a later version.
    fileprivate init?(_ event: clef_event, _ token: OpaquePointer?, _ error: OpaquePointer?) {
        let failure = error.map(ClefError.init(reading:)) ?? ClefError(.internal, "clef gave no error")
        let kept = clef_token_clone(token).map { Token(Handle($0, clef_token_free)) }
        switch (Int(event), kept) {
        case (CLEF_EVENT_CHANGED, let token?): self = .changed(token)
        case (CLEF_EVENT_SAVE_FAILED, _): self = .saveFailed(failure)
        case (CLEF_EVENT_REFRESH_FAILED, _): self = .refreshFailed(failure)
        case (CLEF_EVENT_LOGIN_REQUIRED, _): self = .loginRequired(failure)
        case (CLEF_EVENT_GRANT_EXPIRING, let token?): self = .grantExpiring(token)
        default: return nil
        }
    }
}
