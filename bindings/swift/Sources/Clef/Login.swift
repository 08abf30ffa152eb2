import CClef

/// How a user is logged in.
public struct LoginOptions: Sendable {
    public var authorisation: AuthorisationOptions = []
    /// How long the user may take; nil for ever.
    public var timeout: Duration? = .seconds(300)
    /// Shows the login in your way, in place of the desktop's browser. No redirect is received before it returns.
    public var show: (@Sendable (LoginAttempt) -> Void)?
    /// Opens no browser: without ``show``, the login ends as ``Status/noBrowser``.
    public var opensBrowser = true
    /// What the user is told in the end, where all went well and where not: a text, or HTML of your own.
    public var page: (success: String, failure: String)?
    /// Where the token is stored before anybody sees it, and under which account.
    public var store: TokenStore?
    public var account: String?

    public init() {}

    func forC() throws -> Handle {
        let options = try owned(clef_login_options_new(), clef_login_options_free)
        let noBrowser = opensBrowser ? 0 : UInt32(CLEF_LOGIN_NO_BROWSER)
        try options.use { options in
            try check { clef_login_options_set_flags(options, authorisation.rawValue | noBrowser, $0) }
            try check { clef_login_options_set_timeout(options, Duration.milliseconds(of: timeout), $0) }
            if let page {
                let success = try page.success.forC("success"), failure = try page.failure.forC("failure")
                try check { clef_login_options_set_page(options, success, failure, $0) }
            }
            if let store {
                let account = try account.forC("account")
                try store.handle.use { store in
                    try check { clef_login_options_set_store(options, store, account, $0) }
                }
            }
            if let show {
                let callback: clef_login_callback = { userData, attempt in
                    guard let kept = clef_login_attempt_clone(attempt) else { return }
                    Callback<@Sendable (LoginAttempt) -> Void>.body(of: userData)(LoginAttempt(kept))
                }
                try check {
                    clef_login_options_set_browser(options, callback, Callback(show).retained(), freeCallback, $0)
                }
            }
        }
        return options
    }
}

/// A login that waits for its user.
public struct LoginAttempt: Sendable {
    private let handle: Handle

    init(_ attempt: OpaquePointer) {
        handle = Handle(attempt, clef_login_attempt_free)
    }

    /// Where to send the user. **Secret.**
    public var url: String { handle.text { clef_login_attempt_url($0) } ?? "" }
    public var redirectURI: String { handle.text { clef_login_attempt_redirect_uri($0) } ?? "" }

    public func openBrowser() throws {
        try handle.use { attempt in try check { clef_login_attempt_open_browser(attempt, $0) } }
    }

    /// The URL that the user was redirected to, from a browser on another computer, or by the system for an app with a
    /// scheme of its own.
    public func paste(_ url: String) throws {
        let url = try url.forC("url")
        try handle.use { attempt in try check { clef_login_attempt_paste(attempt, url, $0) } }
    }

    public func cancel() {
        handle.use { clef_login_attempt_cancel($0) }
    }
}

extension Credentials {
    /// Logs the user in: opens the browser, takes the redirect on this computer, checks it, and trades its code. Cancelling
    /// the task ends the login.
    public func logIn(
        scopes: ScopeSet? = nil, options: LoginOptions = LoginOptions(), in runtime: Runtime = .shared
    ) async throws -> RefreshingToken {
        let isShown = options.opensBrowser || options.show != nil
        let options = try options.forC()
        guard isShown else {
            return try await blocking { try logInUnseen(scopes, options) }
        }
        return try await run(in: runtime) { start in
            handle.use { credentials in
                (scopes?.handle).use { scopes in
                    options.use { options in
                        clef_login_start(
                            credentials, scopes, options, start.runtime, start.callback, start.userData,
                            start.free, start.operation, start.error)
                    }
                }
            }
        } result: { try refreshingTokenOf($0) }
    }

    /// The token that `store` has for an account, or one of a login where there is none, or where its grant is dead: a user
    /// logs in once. The token of a login is stored before anybody sees it.
    public func openOrLogIn(
        _ store: TokenStore, account: String? = nil, scopes: ScopeSet? = nil,
        options: LoginOptions = LoginOptions(), in runtime: Runtime = .shared
    ) async throws -> RefreshingToken {
        do {
            return try await .open(store, credentials: self, account: account, in: runtime)
        } catch let error as ClefError where error.remedy == .logIn {
            var options = options
            options.store = store
            options.account = account
            return try await logIn(scopes: scopes, options: options, in: runtime)
        }
    }

    /// In the background, clef leaves it to C programs to ask for the URL; a login that blocks says that nobody shows it.
    private func logInUnseen(_ scopes: ScopeSet?, _ options: Handle) throws -> RefreshingToken {
        try handle.use { credentials in
            try (scopes?.handle).use { scopes in
                try options.use { options in
                    try RefreshingToken(make(clef_refreshing_token_free) {
                        clef_login(credentials, scopes, options, $0, $1)
                    })
                }
            }
        }
    }
}
